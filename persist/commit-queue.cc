#include "persist/commit-queue.h"

#include <deque>
#include <utility>

#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <pthread.h>
#include <signal.h>

namespace lathe::persist {
namespace {

// LMDB keeps what a transaction changes in memory. A batch that is larger makes a group alone.
constexpr std::size_t kGroupBytesMax = 32u << 20;

}  // namespace

// Resolvers never leave the loop thread: the storage thread answers as many as it was given, in
// their order.
struct CommitQueue::Waiting {
  std::deque<std::variant<io::Resolver<BatchResult>, io::Resolver<void>>> resolvers;
  // Keeps the loop running while somebody waits.
  std::optional<boost::asio::any_io_executor> keepRunning;

  void settle(std::vector<StorageOutcome> outcomes) {
    for (auto& [counts, error] : outcomes) {
      if (resolvers.empty()) return;  // the queue has gone
      auto next = std::move(resolvers.front());
      resolvers.pop_front();
      if (auto* batch = std::get_if<io::Resolver<BatchResult>>(&next)) {
        error ? batch->reject(error) : batch->resolve(std::move(counts));
      } else {
        auto& plain = std::get<io::Resolver<void>>(next);
        error ? plain.reject(error) : plain.resolve();
      }
    }
    if (resolvers.empty()) keepRunning.reset();
  }
};

CommitQueue::CommitQueue(boost::asio::any_io_executor executor, StorageWork& work)
    : executor_(std::move(executor)), work_(work), waiting_(std::make_shared<Waiting>()) {
  // Signals are for other threads, but for those that tell of what this one does.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  for (int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP}) ::sigdelset(&all, own);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { this->work(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

CommitQueue::~CommitQueue() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_one();
  thread_.join();
  // What is posted still finds it, with nobody left in it.
  waiting_->keepRunning.reset();
  auto abandoned = std::exchange(waiting_->resolvers, {});
}

io::Pending<BatchResult> CommitQueue::commit(Batch batch, std::size_t bytes) {
  auto [resolver, pending] = io::makePending<BatchResult>();
  waiting_->resolvers.emplace_back(std::move(resolver));
  queue({std::move(batch), bytes});
  return std::move(pending);
}

io::Pending<void> CommitQueue::erase(ActorRef actor) {
  auto [resolver, pending] = io::makePending<void>();
  waiting_->resolvers.emplace_back(std::move(resolver));
  queue({EraseActor{std::move(actor)}});
  return std::move(pending);
}

io::Pending<void> CommitQueue::exchange(std::filesystem::path path) {
  auto [resolver, pending] = io::makePending<void>();
  waiting_->resolvers.emplace_back(std::move(resolver));
  queue({ExchangeFile{std::move(path)}});
  return std::move(pending);
}

void CommitQueue::queue(StorageTask task) {
  if (!waiting_->keepRunning) {
    waiting_->keepRunning =
        boost::asio::prefer(executor_, boost::asio::execution::outstanding_work.tracked);
  }
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    queued_.push_back(std::move(task));
    wake = std::exchange(idle_, false);
  }
  if (wake) changed_.notify_one();
}

// ---- On the storage thread ----

void CommitQueue::work() {
  std::vector<StorageTask> tasks;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      const auto stirred = [this] { return !queued_.empty() || closing_; };
      idle_ = queued_.empty();
      if (const auto time = work_.wakeAt()) {
        changed_.wait_until(lock, *time, stirred);
      } else {
        changed_.wait(lock, stirred);
      }
      idle_ = false;
      if (queued_.empty() && closing_) return;
      tasks.clear();
      tasks.swap(queued_);
    }
    for (std::size_t done = 0; done < tasks.size();) {
      std::size_t count = 0;
      std::size_t bytes = 0;
      do {
        bytes += tasks[done + count++].bytes;
      } while (done + count < tasks.size() && bytes < kGroupBytesMax &&
               !std::holds_alternative<ExchangeFile>(tasks[done + count - 1].what) &&
               !std::holds_alternative<ExchangeFile>(tasks[done + count].what));
      auto outcomes = work_.run(std::span(tasks).subspan(done, count));
      done += count;
      boost::asio::post(executor_, [waiting = waiting_, outcomes = std::move(outcomes)]() mutable {
        waiting->settle(std::move(outcomes));
      });
    }
    if (const auto time = work_.wakeAt(); time && *time <= StorageWork::Clock::now()) work_.wake();
  }
}

}  // namespace lathe::persist
