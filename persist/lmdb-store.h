#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>

#include "persist/actor-store.h"
#include "persist/commit-queue.h"
#include "persist/lmdb-environment.h"
#include "persist/lmdb-group-commit.h"
#include "persist/lmdb-listing.h"
#include "persist/lmdb-spaces.h"
#include "persist/state-lock.h"

namespace lathe::persist {

// The store of a machine's own disk: one file, `actors.mdb`, in a state folder that one process
// owns. docs/store-format.md describes it.
//
// Batches are committed by a thread of the store's, all that are ready in one transaction with one
// wait for the disk. Single records are read at the call, on the loop: they lie in a map of the
// file that is nearly always in memory, and to look there takes a tenth of the time that it takes
// to hand the question to another thread. Lists that turn out long, and enumerations, are handed to
// a reader thread along with the view that they began with.
class LmdbStore final : public ActorStore {
 public:
  enum class Durability {
    fsync,  // what is confirmed outlasts a power cut
    os,     // it outlasts the process; a power cut may lose the last seconds, and damages nothing
  };
  struct Options {
    std::filesystem::path folder;
    Durability durability = Durability::fsync;
    std::size_t mapBytes = LmdbEnvironment::Options{}.mapBytes;
  };

  // Makes the folder and the file when there are none. Throws StoreError. `executor` is the loop's,
  // and outlives the store.
  LmdbStore(boost::asio::any_io_executor executor, const Options& options);
  // Commits what was given to it before it returns; nobody hears of that any more.
  ~LmdbStore() override;

  io::Pending<Value> get(const ActorRef& actor, RecordKind kind, std::string key) override;
  io::Pending<std::vector<Pair>> getMultiple(const ActorRef& actor, RecordKind kind,
                                             std::vector<std::string> keys) override;
  io::Pending<std::vector<Pair>> list(const ActorRef& actor, RecordKind kind, Range range) override;
  io::Pending<std::optional<AlarmTime>> getAlarm(const ActorRef& actor) override;
  SynchronousReads* synchronousReads() override { return &reads_; }
  io::Pending<BatchResult> commit(Batch batch) override;
  io::Pending<std::vector<Alarm>> alarms() override;
  io::Pending<std::vector<std::string>> spaces() override;
  io::Pending<std::vector<std::string>> actors(std::string space, std::string after,
                                               std::size_t limit) override;
  io::Pending<void> erase(ActorRef actor) override;

  // Moves the state file at `path`, on the same disk, into the place of the store's own, which is
  // gone then. Comes after the batches that were committed before the call. When the other one
  // cannot be used nothing has changed. Whoever calls it has put away all that was read before.
  io::Pending<void> replaceFile(std::filesystem::path path);

  // The right to the folder, to tell others where this process can be reached.
  StateLock& lock() { return lock_; }

 private:
  class Reads final : public SynchronousReads {
   public:
    explicit Reads(LmdbStore& store) : store_(store) {}
    Value get(const ActorRef& actor, RecordKind kind, const std::string& key) override;
    std::vector<Pair> list(const ActorRef& actor, RecordKind kind, const Range& range) override;
    std::optional<AlarmTime> getAlarm(const ActorRef& actor) override;

   private:
    LmdbStore& store_;
  };

  // What the keys of an actor's records begin with; nothing when there can be no records.
  std::optional<RecordKey> prefixOf(LmdbSnapshot& snapshot, const ActorRef& actor);
  std::optional<LmdbListing> listing(const ActorRef& actor, RecordKind kind, const Range& range);
  // Calls `read` on the reader thread; what it returns settles on the loop.
  template <class Read>
  auto onReader(Read read);
  // The same with a view of what is committed at the call.
  template <class Read>
  auto enumerate(Read read);

  boost::asio::any_io_executor executor_;
  StateLock lock_;
  LmdbEnvironment environment_;
  Reads reads_{*this};
  LmdbSpaces spaces_;  // as of `spacesGeneration_`
  std::uint64_t spacesGeneration_ = 0;
  // Made when it is first needed.
  std::unique_ptr<boost::asio::thread_pool> reader_;
  LmdbGroupCommit groupCommit_;
  CommitQueue queue_;
};

}  // namespace lathe::persist
