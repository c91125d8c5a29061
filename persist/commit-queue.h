#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <variant>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "engine/io/pending.h"
#include "persist/actor-store.h"

namespace lathe::persist {

// Something for the storage thread to do.
struct EraseActor {
  ActorRef actor;
};
// Puts the file at `path` in the place of the store's own.
struct ExchangeFile {
  std::filesystem::path path;
};
struct StorageTask {
  std::variant<Batch, EraseActor, ExchangeFile> what;
  std::size_t bytes = 0;
};

// How it ended.
struct StorageOutcome {
  BatchResult counts;
  std::exception_ptr error;
};

// What the queue's thread does. Called on that thread only; nothing may be thrown.
class StorageWork {
 public:
  using Clock = std::chrono::steady_clock;
  virtual ~StorageWork() = default;
  // Does the tasks in their order, with one commit; the outcome of each. An ExchangeFile comes
  // alone.
  virtual std::vector<StorageOutcome> run(std::span<StorageTask> group) = 0;
  // When it wants `wake` to be called, though nothing comes.
  virtual std::optional<Clock::time_point> wakeAt() const { return std::nullopt; }
  virtual void wake() {}
};

// The storage thread. Tasks are queued on the loop; the thread takes all that are there as one
// group, and while it is busy with them the next group collects: so however long a commit takes, as
// many share it as came meanwhile. A group is bounded in bytes. Its results come back to the loop
// in one piece.
class CommitQueue {
 public:
  // `work` outlives the queue.
  CommitQueue(boost::asio::any_io_executor executor, StorageWork& work);
  CommitQueue(const CommitQueue&) = delete;
  CommitQueue& operator=(const CommitQueue&) = delete;
  // Does what is queued before it returns; nobody hears the results any more.
  ~CommitQueue();

  // On the loop.
  io::Pending<BatchResult> commit(Batch batch, std::size_t bytes);
  io::Pending<void> erase(ActorRef actor);
  io::Pending<void> exchange(std::filesystem::path path);

 private:
  // The loop's side: those who wait, in the order of the queue.
  struct Waiting;
  void queue(StorageTask task);
  void work();

  boost::asio::any_io_executor executor_;
  StorageWork& work_;
  std::shared_ptr<Waiting> waiting_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<StorageTask> queued_;
  bool idle_ = false;  // the thread waits to be told of the next task
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace lathe::persist
