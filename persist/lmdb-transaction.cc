#include "persist/lmdb-transaction.h"

#include "persist/lmdb-error.h"
#include "persist/lmdb-guard.h"

namespace lathe::persist {
namespace {

// The one table of the file. LMDB numbers it so since the file was opened.
constexpr MDB_dbi kTable = 1;

// LMDB takes pointers to what may be written for what it only reads.
MDB_val bytesOf(std::string_view view) { return {view.size(), const_cast<char*>(view.data())}; }

}  // namespace

void LmdbTransaction::check(int code, const char* tried) const {
  if (code == MDB_SUCCESS) return;
  if (code == kLmdbBrokenOff && brokenOff_) *brokenOff_ = true;
  throwLmdbError(code, *file_, tried);
}

std::optional<std::string_view> LmdbTransaction::get(std::string_view key) const {
  MDB_val name = bytesOf(key);
  MDB_val value;
  const int code = guarded([&] {
    const int got = ::mdb_get(transaction_, kTable, &name, &value);
    return got == MDB_SUCCESS ? touch(value) : got;
  });
  if (code == MDB_NOTFOUND) return std::nullopt;
  check(code, "cannot be read");
  return std::string_view(static_cast<const char*>(value.mv_data), value.mv_size);
}

void LmdbTransaction::put(std::string_view key, std::string_view value) {
  MDB_val name = bytesOf(key);
  MDB_val bytes = bytesOf(value);
  check(guarded([&] { return ::mdb_put(transaction_, kTable, &name, &bytes, 0); }),
        "cannot be written");
}

bool LmdbTransaction::erase(std::string_view key) {
  MDB_val name = bytesOf(key);
  const int code = guarded([&] { return ::mdb_del(transaction_, kTable, &name, nullptr); });
  if (code == MDB_NOTFOUND) return false;
  check(code, "cannot be written");
  return true;
}

// ---- The cursor ----

LmdbCursor::LmdbCursor(const LmdbTransaction& transaction) : transaction_(transaction) {
  transaction_.check(
      guarded([&] { return ::mdb_cursor_open(transaction.transaction_, kTable, &cursor_); }),
      "cannot be read");
}

LmdbCursor::~LmdbCursor() {
  // LMDB keeps its cursors in lists, some of which may be on a stack that is gone.
  if (!transaction_.isBrokenOff()) ::mdb_cursor_close(cursor_);
}

bool LmdbCursor::move(MDB_cursor_op how) {
  const MDB_val before = key_;
  const int code = guarded([&] {
    int got = ::mdb_cursor_get(cursor_, &key_, &value_, how);
    if (got == MDB_SUCCESS) got = touch(key_);
    if (got == MDB_SUCCESS && !inOrder(how, before)) got = MDB_CORRUPTED;
    return got == MDB_SUCCESS ? touch(value_) : got;
  });
  if (code == MDB_NOTFOUND) return false;
  transaction_.check(code, "cannot be read");
  moved_ = true;
  return true;
}

bool LmdbCursor::inOrder(MDB_cursor_op how, const MDB_val& before) const {
  if (how == MDB_SET_RANGE) return view(key_) >= view(before);
  if (!moved_) return true;
  return how == MDB_NEXT ? view(key_) > view(before) : how != MDB_PREV || view(key_) < view(before);
}

bool LmdbCursor::seek(std::string_view key) {
  key_ = bytesOf(key);
  return move(MDB_SET_RANGE);
}

bool LmdbCursor::seekBefore(std::string_view key) {
  if (seek(key)) return move(MDB_PREV);
  moved_ = false;
  return move(MDB_LAST);
}

void LmdbCursor::erase() {
  moved_ = false;
  transaction_.check(guarded([&] { return ::mdb_cursor_del(cursor_, 0); }), "cannot be written");
}

void LmdbCursor::put(std::string_view key, std::string_view value) {
  // To write the keys of last time anew is the usual case, and LMDB then looks at no other key.
  const bool here = placed_ && next() && this->key() == key;
  MDB_val name = bytesOf(key);
  MDB_val bytes = bytesOf(value);
  moved_ = false;
  transaction_.check(
      guarded([&] { return ::mdb_cursor_put(cursor_, &name, &bytes, here ? MDB_CURRENT : 0); }),
      "cannot be written");
  placed_ = true;
}

}  // namespace lathe::persist
