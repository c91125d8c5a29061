#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include <lmdb.h>

namespace lathe::persist {

// One of LMDB's transactions, as its user sees it: bytes by key. What is read points into the
// file's map, and is gone when the transaction ends or next writes.
//
// Failures are StoreErrors, but for a full map (MapFull). Not tied to a thread; one at a time.
class LmdbTransaction {
 public:
  // `file` is for the texts of errors, and outlives it, as `brokenOff` does, which a write
  // transaction has: set when a call was broken off (lmdb-guard.h). Does not own `transaction`.
  LmdbTransaction(MDB_txn* transaction, const std::filesystem::path& file,
                  bool* brokenOff = nullptr)
      : transaction_(transaction), file_(&file), brokenOff_(brokenOff) {}

  std::optional<std::string_view> get(std::string_view key) const;

  // In a write transaction only.
  void put(std::string_view key, std::string_view value);
  // Whether there was one.
  bool erase(std::string_view key);

 private:
  friend class LmdbCursor;
  friend class LmdbSnapshot;
  void check(int code, const char* tried) const;
  bool isBrokenOff() const { return brokenOff_ && *brokenOff_; }

  MDB_txn* transaction_;
  const std::filesystem::path* file_;
  bool* brokenOff_;
};

// A place in the order of the keys. Its transaction outlives it.
class LmdbCursor {
 public:
  explicit LmdbCursor(const LmdbTransaction& transaction);
  LmdbCursor(const LmdbCursor&) = delete;
  LmdbCursor& operator=(const LmdbCursor&) = delete;
  ~LmdbCursor();

  // These move, and tell whether there is anything: to the first key at or after `key`, to the last
  // key before it, to the next, to the one before.
  bool seek(std::string_view key);
  bool seekBefore(std::string_view key);
  bool next() { return move(MDB_NEXT); }
  bool previous() { return move(MDB_PREV); }

  // What it stands on, after a move that found something.
  std::string_view key() const { return view(key_); }
  std::string_view value() const { return view(value_); }

  // Deletes what it stands on. `next()` then goes to what followed.
  void erase();

  // Writes as the transaction's `put` does, and then stands there. Cheapest for keys in ascending
  // order: what follows the place where it stands is found without a search.
  void put(std::string_view key, std::string_view value);

 private:
  static std::string_view view(const MDB_val& bytes) {
    return {static_cast<const char*>(bytes.mv_data), bytes.mv_size};
  }
  bool move(MDB_cursor_op how);
  // Whether a move within the order of the keys has kept to it. In a damaged file it may not, and
  // then perhaps never ends.
  bool inOrder(MDB_cursor_op how, const MDB_val& before) const;

  const LmdbTransaction& transaction_;
  MDB_cursor* cursor_ = nullptr;
  bool placed_ = false;  // by a put
  bool moved_ = false;   // and nothing was written since
  MDB_val key_{};
  MDB_val value_{};
};

}  // namespace lathe::persist
