#include "persist/lmdb-transaction.h"

#include "persist/lmdb-error.h"

namespace lathe::persist {
namespace {

// The one table of the file. LMDB numbers it so since the file was opened.
constexpr MDB_dbi kTable = 1;

// LMDB takes pointers to what may be written for what it only reads.
MDB_val bytesOf(std::string_view view) { return {view.size(), const_cast<char*>(view.data())}; }

}  // namespace

void LmdbTransaction::check(int code, const char* tried) const {
  if (code != MDB_SUCCESS) throwLmdbError(code, *file_, tried);
}

std::optional<std::string_view> LmdbTransaction::get(std::string_view key) const {
  MDB_val name = bytesOf(key);
  MDB_val value;
  const int code = ::mdb_get(transaction_, kTable, &name, &value);
  if (code == MDB_NOTFOUND) return std::nullopt;
  check(code, "cannot be read");
  return std::string_view(static_cast<const char*>(value.mv_data), value.mv_size);
}

void LmdbTransaction::put(std::string_view key, std::string_view value) {
  MDB_val name = bytesOf(key);
  MDB_val bytes = bytesOf(value);
  check(::mdb_put(transaction_, kTable, &name, &bytes, 0), "cannot be written");
}

bool LmdbTransaction::erase(std::string_view key) {
  MDB_val name = bytesOf(key);
  const int code = ::mdb_del(transaction_, kTable, &name, nullptr);
  if (code == MDB_NOTFOUND) return false;
  check(code, "cannot be written");
  return true;
}

// ---- The cursor ----

LmdbCursor::LmdbCursor(const LmdbTransaction& transaction) : transaction_(transaction) {
  transaction_.check(::mdb_cursor_open(transaction.transaction_, kTable, &cursor_),
                     "cannot be read");
}

bool LmdbCursor::move(MDB_cursor_op how) {
  const int code = ::mdb_cursor_get(cursor_, &key_, &value_, how);
  if (code == MDB_NOTFOUND) return false;
  transaction_.check(code, "cannot be read");
  return true;
}

bool LmdbCursor::seek(std::string_view key) {
  key_ = bytesOf(key);
  return move(MDB_SET_RANGE);
}

bool LmdbCursor::seekBefore(std::string_view key) { return move(seek(key) ? MDB_PREV : MDB_LAST); }

void LmdbCursor::erase() { transaction_.check(::mdb_cursor_del(cursor_, 0), "cannot be written"); }

void LmdbCursor::put(std::string_view key, std::string_view value) {
  // To write the keys of last time anew is the usual case, and LMDB then looks at no other key.
  const bool here = placed_ && next() && this->key() == key;
  MDB_val name = bytesOf(key);
  MDB_val bytes = bytesOf(value);
  transaction_.check(::mdb_cursor_put(cursor_, &name, &bytes, here ? MDB_CURRENT : 0),
                     "cannot be written");
  placed_ = true;
}

}  // namespace lathe::persist
