#include "persist/lmdb-environment.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "persist/actor-store.h"
#include "persist/lmdb-check.h"
#include "persist/lmdb-checkpoint.h"
#include "persist/lmdb-error.h"
#include "persist/lmdb-guard.h"
#include "persist/lmdb-meta.h"

// Where LMDB prints an assertion that fails; meson.build says why it is not simply `stderr`.
extern "C" {
extern std::FILE* const lathe_lmdb_stderr;
std::FILE* const lathe_lmdb_stderr = stderr;
}

namespace lathe::persist {
namespace {

// Reads at one time: the loop's, and the lists that the reader's thread was handed.
constexpr std::size_t kSnapshotsMax = 1000;
constexpr std::size_t kGrowBytesMax = std::size_t{1} << 30;

// A write transaction. Dropped without `commit`, it leaves no trace.
class Writer {
 public:
  // `brokenOff`: see LmdbTransaction.
  Writer(MDB_env* environment, const std::filesystem::path& file, bool& brokenOff)
      : file_(file), brokenOff_(brokenOff) {
    check(guarded([&] { return ::mdb_txn_begin(environment, nullptr, 0, &transaction_); }));
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() {
    if (transaction_ && !brokenOff_) ::mdb_txn_abort(transaction_);
  }
  LmdbTransaction records() { return {transaction_, file_, &brokenOff_}; }
  void commit() {
    // LMDB has freed the transaction whether it succeeds or not.
    auto* transaction = std::exchange(transaction_, nullptr);
    check(guarded([&] { return ::mdb_txn_commit(transaction); }));
  }

 private:
  void check(int code) {
    if (code == kLmdbBrokenOff) brokenOff_ = true;
    if (code != MDB_SUCCESS) throwLmdbError(code, file_, "cannot be written");
  }

  const std::filesystem::path& file_;
  bool& brokenOff_;
  MDB_txn* transaction_ = nullptr;
};

// What LMDB writes to without a look at what it is.
void refuseLink(const std::filesystem::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return;
  if (S_ISLNK(status.st_mode)) throwLmdbError(ELOOP, path, "cannot be opened");
  if (!S_ISREG(status.st_mode)) {
    throw StoreError(StoreError::Reason::failed, path.string() + " is no regular file");
  }
}

}  // namespace

// ---- Snapshots ----

LmdbSnapshot::LmdbSnapshot(LmdbSnapshot&& other) noexcept
    : environment_(std::exchange(other.environment_, nullptr)),
      transaction_(other.transaction_),
      generation_(other.generation_) {}

LmdbSnapshot::~LmdbSnapshot() {
  if (environment_) environment_->release(transaction_.transaction_);
}

// ---- Opening and closing ----

LmdbEnvironment::LmdbEnvironment(Options options) : options_(std::move(options)) { open(); }

LmdbEnvironment::~LmdbEnvironment() {
  if (brokenOff_) return;
  if (environment_ && !options_.syncs) {
    // When that fails, the last checkpoint stays good.
    try {
      sync();
      forgetCheckpoint(options_.file);
    } catch (const StoreError&) {
    }
  }
  close();
}

void LmdbEnvironment::open() {
  const auto check = [this](int code) {
    if (code != MDB_SUCCESS) throwLmdbError(code, options_.file, "cannot be opened");
  };
  for (const char* suffix : {"", "-lock", "-checkpoint"}) {
    refuseLink(options_.file.string() + suffix);
  }
  restoreCheckpoint(options_.file);
  if (!metaIsPlausible(options_.file)) check(MDB_CORRUPTED);
  check(::mdb_env_create(&environment_));
  guardEnvironment(environment_);
  try {
    struct stat before {};
    const bool made = ::stat(options_.file.c_str(), &before) != 0 && errno == ENOENT;
    const auto bytes = static_cast<std::size_t>(made ? 0 : before.st_size);
    check(::mdb_env_set_maxreaders(environment_, unsigned{kSnapshotsMax}));
    check(::mdb_env_set_mapsize(environment_, std::max(options_.mapBytes, bytes)));
    const unsigned flags = MDB_NOSUBDIR | MDB_NOTLS | (options_.syncs ? 0 : MDB_NOSYNC);
    const int opened =
        guarded([&] { return ::mdb_env_open(environment_, options_.file.c_str(), flags, 0600); });
    // Nobody knows how far it has come.
    if (opened == kLmdbBrokenOff) environment_ = nullptr;
    check(opened);

    const std::size_t usedBytes = (info().me_last_pgno + 1) * pageBytes();
    // To touch what is mapped but not there would end the process. (LMDB begins an empty file.)
    if (bytes > 0 && bytes < usedBytes) {
      throw StoreError(StoreError::Reason::failed,
                       options_.file.string() + " has been cut: it is " + std::to_string(bytes) +
                           " bytes long, and " + std::to_string(usedBytes) + " were written");
    }
    if (made) syncFolderOf(options_.file);

    // LMDB settles how the table is sorted when it is first asked for.
    MDB_txn* transaction = nullptr;
    check(
        guarded([&] { return ::mdb_txn_begin(environment_, nullptr, MDB_RDONLY, &transaction); }));
    MDB_dbi table;
    const int code = guarded([&] { return ::mdb_dbi_open(transaction, nullptr, 0, &table); });
    ::mdb_txn_abort(transaction);
    check(code);
    settleCheckpoint();
  } catch (...) {
    close();
    throw;
  }
  closedBecause_ = nullptr;
}

void LmdbEnvironment::close() {
  unpin();
  for (MDB_txn* transaction : std::exchange(unused_, {})) ::mdb_txn_abort(transaction);
  if (environment_) ::mdb_env_close(std::exchange(environment_, nullptr));
  lengthened_ = false;
}

// Before the first write: whoever had the file before may have left a checkpoint.
void LmdbEnvironment::settleCheckpoint() {
  if (!options_.syncs) return checkpoint();
  if (!hasCheckpoint(options_.file)) return;
  sync();
  forgetCheckpoint(options_.file);
}

void LmdbEnvironment::lengthen(std::size_t bytes) {
  int file = -1;
  ::mdb_env_get_fd(environment_, &file);
  struct stat status {};
  if (::fstat(file, &status) != 0) throwLmdbError(errno, options_.file, "cannot be read");
  if (static_cast<std::size_t>(status.st_size) >= bytes) return;
  // The length must not be younger than what relies on it.
  if (::ftruncate(file, static_cast<off_t>(bytes)) != 0 || ::fsync(file) != 0) {
    throwLmdbError(errno, options_.file, "cannot grow");
  }
}

void LmdbEnvironment::failDamaged() const {
  throwLmdbError(kLmdbBrokenOff, options_.file, "cannot be written");
}

MDB_envinfo LmdbEnvironment::info() const {
  MDB_envinfo info{};
  const int code = guarded([&] { return ::mdb_env_info(environment_, &info); });
  if (code != MDB_SUCCESS) throwLmdbError(code, options_.file, "cannot be read");
  return info;
}

void LmdbEnvironment::reopen(const std::function<void()>& between) {
  if (brokenOff_) failDamaged();
  quietly([&] {
    close();
    ++generation_;
    try {
      between();
      open();
    } catch (...) {
      closedBecause_ = std::current_exception();
    }
  });
  if (closedBecause_) std::rethrow_exception(closedBecause_);
}

void LmdbEnvironment::grow() {
  const std::size_t mapped = info().me_mapsize;
  const std::size_t bytes = mapped + std::min(mapped, kGrowBytesMax);
  lengthen(bytes);
  // Its read transaction is in the way of a new map. Nothing is written until it is back.
  if (!options_.syncs) checkpoint();
  quietly([&] {
    unpin();
    const int code = guarded([&] { return ::mdb_env_set_mapsize(environment_, bytes); });
    if (code == MDB_SUCCESS) {
      if (!options_.syncs) pin();
      return;
    }
    // There is no map any more, neither the old one nor the new one.
    close();
    try {
      throwLmdbError(code, options_.file, "cannot be mapped");
    } catch (...) {
      closedBecause_ = std::current_exception();
      throw;
    }
  });
}

// ---- Reading and writing ----

LmdbSnapshot LmdbEnvironment::read() {
  MDB_txn* transaction = nullptr;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !quiet_; });
    if (!environment_) std::rethrow_exception(closedBecause_);
    if (!unused_.empty()) {
      transaction = unused_.back();
      unused_.pop_back();
    }
    ++reading_;
  }
  // Not under the mutex: from here on the environment stays as it is.
  const bool renewed = transaction != nullptr;
  const int code = guarded([&] {
    return renewed ? ::mdb_txn_renew(transaction)
                   : ::mdb_txn_begin(environment_, nullptr, MDB_RDONLY, &transaction);
  });
  if (code != MDB_SUCCESS) {
    if (renewed) ::mdb_txn_abort(transaction);
    release(nullptr);
    throwLmdbError(code, options_.file, "cannot be read");
  }
  return {*this, LmdbTransaction(transaction, options_.file), generation_};
}

bool LmdbEnvironment::crowded() {
  std::lock_guard lock(mutex_);
  return reading_ > kSnapshotsMax / 2;
}

void LmdbEnvironment::release(MDB_txn* transaction) {
  if (transaction) ::mdb_txn_reset(transaction);
  std::lock_guard lock(mutex_);
  if (transaction) unused_.push_back(transaction);
  if (--reading_ == 0) changed_.notify_all();
}

void LmdbEnvironment::quietly(const std::function<void()>& change) {
  // Readers that come while we wait are let through: a list that is long must not stop the loop.
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return reading_ == 0; });
  quiet_ = true;
  lock.unlock();
  const auto end = [this] {
    std::lock_guard again(mutex_);
    quiet_ = false;
    changed_.notify_all();
  };
  try {
    change();
  } catch (...) {
    end();
    throw;
  }
  end();
}

void LmdbEnvironment::change(const std::function<void(LmdbTransaction&)>& body) {
  for (;;) {
    if (brokenOff_) failDamaged();
    if (!environment_) std::rethrow_exception(closedBecause_);
    if (!lengthened_) {
      // Not when it is opened: a file that turns out to be somebody else's stays as it is.
      const MDB_envinfo info = this->info();
      int file = -1;
      ::mdb_env_get_fd(environment_, &file);
      if (!isWritable(file, info.me_last_txnid, pageBytes())) failDamaged();
      lengthen(info.me_mapsize);
      lengthened_ = true;
    }
    try {
      Writer writer(environment_, options_.file, brokenOff_);
      LmdbTransaction records = writer.records();
      body(records);
      return writer.commit();
    } catch (const MapFull&) {
    }
    grow();
  }
}

void LmdbEnvironment::sync() {
  const int code = guarded([&] { return ::mdb_env_sync(environment_, 1); });
  if (code != MDB_SUCCESS) throwLmdbError(code, options_.file, "cannot be written");
}

void LmdbEnvironment::checkpoint() {
  sync();
  saveCheckpoint(options_.file, info().me_last_txnid, pageBytes());
  unpin();
  pin();
}

void LmdbEnvironment::pin() {
  const int code =
      guarded([&] { return ::mdb_txn_begin(environment_, nullptr, MDB_RDONLY, &pinned_); });
  if (code != MDB_SUCCESS) throwLmdbError(code, options_.file, "cannot be read");
}

void LmdbEnvironment::unpin() {
  if (pinned_) ::mdb_txn_abort(std::exchange(pinned_, nullptr));
}

std::size_t LmdbEnvironment::pageBytes() const {
  MDB_stat stat{};
  const int code = guarded([&] { return ::mdb_env_stat(environment_, &stat); });
  if (code != MDB_SUCCESS) throwLmdbError(code, options_.file, "cannot be read");
  return stat.ms_psize;
}

}  // namespace lathe::persist
