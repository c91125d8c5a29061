#include "persist/lmdb-group-commit.h"

#include <cerrno>
#include <cstdio>
#include <string>

#include "persist/lmdb-changes.h"
#include "persist/lmdb-checkpoint.h"
#include "persist/lmdb-error.h"
#include "persist/lmdb-format.h"

namespace lathe::persist {
namespace {

// What a power cut may lose when commits do not wait for the disk.
constexpr std::chrono::seconds kBetweenCheckpoints{1};
constexpr std::chrono::seconds kBetweenReopens{1};

}  // namespace

std::vector<StorageOutcome> LmdbGroupCommit::run(std::span<StorageTask> group) {
  std::vector<StorageOutcome> outcomes(group.size());
  try {
    if (!environment_.isOpen()) environment_.reopen();
    if (const auto* file = std::get_if<ExchangeFile>(&group.front().what)) {
      exchange(file->path);
    } else {
      change(group, outcomes);
    }
    if (syncs_) {
      wakeAt_.reset();
    } else if (!wakeAt_) {
      wakeAt_ = Clock::now() + kBetweenCheckpoints;
    }
  } catch (...) {
    for (auto& outcome : outcomes) outcome = {{}, std::current_exception()};
    reopen();
  }
  return outcomes;
}

void LmdbGroupCommit::change(std::span<StorageTask> group, std::vector<StorageOutcome>& outcomes) {
  environment_.change([&](LmdbTransaction& records) {
    spaces_.forget();  // this may be a second try, and what the first one added was undone
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (const auto* batch = std::get_if<Batch>(&group[i].what)) {
        outcomes[i].counts = applyBatch(records, spaces_, *batch);
      } else {
        eraseActor(records, spaces_, std::get<EraseActor>(group[i].what).actor);
      }
    }
  });
}

void LmdbGroupCommit::exchange(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) throwLmdbError(ENOENT, path, "cannot be opened");
  {
    // It must not turn out to be unusable when the old one has gone.
    LmdbEnvironment other({.file = path});
    prepareFormat(other);
    other.sync();
  }
  std::error_code none;
  std::filesystem::remove(path.string() + "-lock", none);
  environment_.sync();
  std::exception_ptr error;
  environment_.reopen([&] {
    forgetCheckpoint(environment_.file());
    try {
      if (::rename(path.c_str(), environment_.file().c_str()) != 0) {
        throwLmdbError(errno, path, "cannot be moved to " + environment_.file().string());
      }
      syncFolderOf(environment_.file());
    } catch (...) {
      error = std::current_exception();  // then it goes on with the old one
    }
  });
  if (error) std::rethrow_exception(error);
}

void LmdbGroupCommit::reopen() {
  try {
    environment_.reopen();
    wakeAt_.reset();
  } catch (const StoreError&) {
    wakeAt_ = Clock::now() + kBetweenReopens;
  }
}

void LmdbGroupCommit::wake() {
  wakeAt_.reset();
  if (!environment_.isOpen()) return reopen();
  try {
    environment_.checkpoint();
  } catch (const StoreError&) {
    reopen();
  }
}

}  // namespace lathe::persist
