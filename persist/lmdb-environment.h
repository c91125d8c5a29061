#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <mutex>
#include <vector>

#include <lmdb.h>

#include "persist/lmdb-transaction.h"

namespace lathe::persist {

class LmdbEnvironment;

// One frozen view of the file, for one thread at a time; may be handed to another. While any lives
// the file can not be closed, so it must not live for long.
class LmdbSnapshot {
 public:
  LmdbSnapshot(LmdbSnapshot&& other) noexcept;
  LmdbSnapshot& operator=(LmdbSnapshot&&) = delete;
  ~LmdbSnapshot();
  // To be read only.
  LmdbTransaction& records() { return transaction_; }
  // Differs when the file was opened anew since, so that what was learnt from it may be outdated.
  std::uint64_t generation() const { return generation_; }

 private:
  friend class LmdbEnvironment;
  LmdbSnapshot(LmdbEnvironment& environment, LmdbTransaction transaction, std::uint64_t generation)
      : environment_(&environment), transaction_(transaction), generation_(generation) {}
  LmdbEnvironment* environment_;  // null once moved from
  LmdbTransaction transaction_;
  std::uint64_t generation_;
};

// A state file, opened by LMDB: one map of one file, read by any thread, written by one.
//
// Reads never wait for a writer. They do wait, and the writer for them, while the file is closed or
// mapped anew, which the writing thread does. The file is kept
// at the length of the map, full of holes: so a file that is shorter than what it says of itself
// has been cut.
//
// Never used, because a crash could leave a damaged file: MDB_WRITEMAP, MDB_NOMETASYNC,
// MDB_MAPASYNC.
class LmdbEnvironment {
 public:
  struct Options {
    std::filesystem::path file;
    // The map of a new file. It grows as it needs to.
    std::size_t mapBytes = 16u << 20;
    // Whether a commit waits for the disk. If not, a power cut loses what was committed after the
    // last checkpoint; `checkpoint` makes one.
    bool syncs = true;
  };

  // Opens the file, and makes it when there is none. Throws StoreError.
  explicit LmdbEnvironment(Options options);
  LmdbEnvironment(const LmdbEnvironment&) = delete;
  LmdbEnvironment& operator=(const LmdbEnvironment&) = delete;
  // No snapshot may be left.
  ~LmdbEnvironment();

  const std::filesystem::path& file() const { return options_.file; }

  // What is committed now. Throws StoreError.
  LmdbSnapshot read();
  // Whether so many snapshots live that none should be kept for long.
  bool crowded();

  // ---- On the writing thread ----

  // Runs `body` in a write transaction and commits that; if either throws, the file is as it was.
  // When the map is full it grows, and all is done anew.
  void change(const std::function<void(LmdbTransaction&)>& body);
  // Closes the file, runs `between`, opens the file: the only way on after a write that failed, and
  // the way to another file under the same name. When it cannot be opened every read and
  // `change` throws what was the matter, and `reopen` may be tried again.
  void reopen(const std::function<void()>& between = [] {});
  bool isOpen() const { return environment_ != nullptr && !brokenOff_; }
  // Waits until all that is committed is on the disk.
  void sync();
  // Does the same, and keeps this state over a power cut (lmdb-checkpoint.h).
  void checkpoint();

 private:
  friend class LmdbSnapshot;
  void open();
  void close();
  void lengthen(std::size_t bytes);
  // Doubles the map (adds a gigabyte, once it is that large).
  void grow();
  void settleCheckpoint();
  [[noreturn]] void failDamaged() const;
  MDB_envinfo info() const;
  void pin();
  void unpin();
  std::size_t pageBytes() const;
  void release(MDB_txn* transaction);
  // Runs `change` while nobody reads.
  void quietly(const std::function<void()>& change);

  Options options_;
  MDB_env* environment_ = nullptr;
  std::exception_ptr closedBecause_;
  // A write has met with damage at which LMDB could not go on (lmdb-guard.h). What can be read can
  // be read still, but nothing is written any more, and the file is not closed: its lock is held by
  // a transaction that never ends.
  bool brokenOff_ = false;
  bool lengthened_ = false;  // it has been looked over for a write (lmdb-check.h), and the file is
                             // as long as the map
  std::uint64_t generation_ = 0;
  // The read transaction that keeps the pages of the last checkpoint, where commits do not wait.
  MDB_txn* pinned_ = nullptr;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool quiet_ = false;            // somebody closes the file or maps it anew
  std::size_t reading_ = 0;       // snapshots that live
  std::vector<MDB_txn*> unused_;  // read transactions that can be renewed
};

}  // namespace lathe::persist
