#pragma once

#include <exception>
#include <optional>
#include <span>
#include <vector>

#include "persist/commit-queue.h"
#include "persist/lmdb-environment.h"
#include "persist/lmdb-spaces.h"

namespace lathe::persist {

// What the storage thread does to the state file: one write transaction for each group.
//
// A batch can fail alone because whatever is wrong with it alone is found before it is queued
// (state-limits.h). What can fail here, a full map, a full disk, a failing disk, is no batch's own;
// so nested transactions, which would copy every page again that two batches of a group touch, have
// nothing to undo. After a failure all of the group has failed, and the file is opened anew: what
// the system still holds of a failed write is not known, and must not be built upon.
class LmdbGroupCommit final : public StorageWork {
 public:
  // `environment` outlives it.
  LmdbGroupCommit(LmdbEnvironment& environment, bool syncs)
      : environment_(environment), syncs_(syncs) {}

  std::vector<StorageOutcome> run(std::span<StorageTask> group) override;
  std::optional<Clock::time_point> wakeAt() const override { return wakeAt_; }
  void wake() override;

 private:
  void change(std::span<StorageTask> group, std::vector<StorageOutcome>& outcomes);
  void exchange(const std::filesystem::path& path);
  void reopen();

  LmdbEnvironment& environment_;
  const bool syncs_;
  LmdbSpaces spaces_;
  // When a checkpoint is due, or the next try to open a file that could not be opened.
  std::optional<Clock::time_point> wakeAt_;
};

}  // namespace lathe::persist
