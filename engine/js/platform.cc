#include "engine/js/platform.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>
#include <unordered_map>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <libplatform/libplatform.h>
#include <v8.h>

#include "engine/js/isolate.h"
#include "engine/js/page-allocator.h"

namespace lathe::js {
namespace {

namespace net = boost::asio;
using Clock = std::chrono::steady_clock;

Clock::duration fromSeconds(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

// Runs V8's tasks on an isolate's loop. V8 may post from any thread, and may hold the runner longer
// than the isolate lives.
class ForegroundRunner final : public v8::TaskRunner,
                               public std::enable_shared_from_this<ForegroundRunner> {
 public:
  ForegroundRunner(v8::Isolate* isolate, net::any_io_executor executor)
      : isolate_(isolate), executor_(std::move(executor)) {}

  void close() {
    std::lock_guard guard(mutex_);
    isolate_ = nullptr;
  }

  void PostTaskImpl(std::unique_ptr<v8::Task> task, const v8::SourceLocation&) override {
    std::lock_guard guard(mutex_);
    if (!isolate_) return;
    net::post(executor_, [self = shared_from_this(), task = std::move(task)] { self->run(*task); });
  }
  void PostNonNestableTaskImpl(std::unique_ptr<v8::Task> task,
                               const v8::SourceLocation& location) override {
    PostTaskImpl(std::move(task), location);
  }

  void PostDelayedTaskImpl(std::unique_ptr<v8::Task> task, double seconds,
                           const v8::SourceLocation&) override {
    std::lock_guard guard(mutex_);
    if (!isolate_) return;
    auto timer = std::make_unique<net::steady_timer>(executor_, fromSeconds(seconds));
    auto& armed = *timer;
    armed.async_wait([self = shared_from_this(), task = std::move(task),
                      timer = std::move(timer)](boost::system::error_code error) {
      if (!error) self->run(*task);
    });
  }
  void PostNonNestableDelayedTaskImpl(std::unique_ptr<v8::Task> task, double seconds,
                                      const v8::SourceLocation& location) override {
    PostDelayedTaskImpl(std::move(task), seconds, location);
  }

  void PostIdleTaskImpl(std::unique_ptr<v8::IdleTask>, const v8::SourceLocation&) override {}
  bool IdleTasksEnabled() override { return false; }
  bool NonNestableTasksEnabled() const override { return true; }
  bool NonNestableDelayedTasksEnabled() const override { return true; }

 private:
  // `isolate_` changes on the loop's thread only, which is this one.
  void run(v8::Task& task) {
    if (isolate_) static_cast<Isolate*>(isolate_->GetData(0))->runTask(task);
  }

  std::mutex mutex_;
  v8::Isolate* isolate_;
  net::any_io_executor executor_;
};

// The threads for compilation and collection; none runs until V8 first asks.
class WorkerThreads {
 public:
  explicit WorkerThreads(int count) : count_(count) {}

  ~WorkerThreads() {
    {
      std::lock_guard guard(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  void post(std::unique_ptr<v8::Task> task, Clock::time_point due) {
    {
      std::lock_guard guard(mutex_);
      if (stopping_) return;
      queue_.push(Entry{due, ++sequence_, std::move(task)});
      while (static_cast<int>(threads_.size()) < count_) {
        threads_.emplace_back([this] { work(); });
      }
    }
    wake_.notify_one();
  }

  int count() const { return count_; }

 private:
  struct Entry {
    Clock::time_point due;
    std::uint64_t sequence;
    std::unique_ptr<v8::Task> task;
    bool operator<(const Entry& other) const {
      return std::tie(other.due, other.sequence) < std::tie(due, sequence);
    }
  };

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (stopping_) return;
      if (queue_.empty()) {
        wake_.wait(lock);
      } else if (auto due = queue_.top().due; due > Clock::now()) {
        wake_.wait_until(lock, due);
      } else {
        // A priority queue hands out const references only; the entry is removed right after.
        auto task = std::move(const_cast<Entry&>(queue_.top()).task);
        queue_.pop();
        lock.unlock();
        task->Run();
        task.reset();
        lock.lock();
      }
    }
  }

  const int count_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::priority_queue<Entry> queue_;
  std::uint64_t sequence_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

int workerCount() {
  int cores = static_cast<int>(std::thread::hardware_concurrency());
  return std::clamp(cores - 1, 1, 4);
}

}  // namespace

class Platform::Implementation final : public v8::Platform {
 public:
  Implementation() : workers_(workerCount()) {}

  void adopt(v8::Isolate* isolate, net::any_io_executor executor) {
    std::lock_guard guard(mutex_);
    runners_[isolate] = std::make_shared<ForegroundRunner>(isolate, std::move(executor));
  }
  void abandon(v8::Isolate* isolate) {
    std::lock_guard guard(mutex_);
    auto found = runners_.find(isolate);
    if (found == runners_.end()) return;
    found->second->close();
    runners_.erase(found);
    pages_.stopCharging(isolate);
  }

  void charge(v8::Isolate* isolate, std::shared_ptr<MemoryBudget> budget) {
    pages_.charge(isolate, std::move(budget));
  }

  v8::PageAllocator* GetPageAllocator() override { return &pages_; }
  int NumberOfWorkerThreads() override { return workers_.count(); }
  std::shared_ptr<v8::TaskRunner> GetForegroundTaskRunner(v8::Isolate* isolate,
                                                          v8::TaskPriority) override {
    std::lock_guard guard(mutex_);
    // V8 asks on behalf of an isolate that goes, too.
    auto found = runners_.find(isolate);
    return found == runners_.end() ? closed_ : found->second;
  }
  void PostTaskOnWorkerThreadImpl(v8::TaskPriority, std::unique_ptr<v8::Task> task,
                                  const v8::SourceLocation&) override {
    workers_.post(std::move(task), Clock::now());
  }
  void PostDelayedTaskOnWorkerThreadImpl(v8::TaskPriority, std::unique_ptr<v8::Task> task,
                                         double seconds, const v8::SourceLocation&) override {
    workers_.post(std::move(task), Clock::now() + fromSeconds(seconds));
  }
  std::unique_ptr<v8::JobHandle> CreateJobImpl(v8::TaskPriority priority,
                                               std::unique_ptr<v8::JobTask> task,
                                               const v8::SourceLocation&) override {
    return v8::platform::NewDefaultJobHandle(this, priority, std::move(task),
                                             static_cast<std::size_t>(workers_.count()));
  }
  double MonotonicallyIncreasingTime() override {
    return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
  }
  double CurrentClockTimeMillis() override {
    if (clockStopped.load(std::memory_order_relaxed)) return 0;
    return std::chrono::duration<double, std::milli>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  v8::TracingController* GetTracingController() override { return &tracing_; }

  std::atomic<bool> clockStopped{false};

 private:
  PageAllocator pages_;
  v8::TracingController tracing_;
  std::mutex mutex_;
  std::unordered_map<v8::Isolate*, std::shared_ptr<ForegroundRunner>> runners_;
  // Takes tasks for isolates that are not there, and runs none.
  const std::shared_ptr<ForegroundRunner> closed_ =
      std::make_shared<ForegroundRunner>(nullptr, net::any_io_executor());
  WorkerThreads workers_;
};

Platform::Platform(const std::string& flags) : implementation_(std::make_unique<Implementation>()) {
  // The snapshot was made with V8's defaults; a hash over the flags would refuse it otherwise.
  // Without a thread of its own for it, compiling WebAssembly ends within the turn, also at top
  // level.
  v8::V8::SetFlagsFromString("--no-wasm-async-compilation");
  // The snapshot is a part of the program: to sum its bytes up at every start proves nothing.
  v8::V8::SetFlagsFromString("--no-verify-snapshot-checksum");
  v8::V8::SetFlagsFromString("--js-sum-precise");
  if (!flags.empty()) v8::V8::SetFlagsFromString(flags.c_str(), flags.size());
  v8::V8::InitializePlatform(implementation_.get());
  v8::V8::Initialize();
}

Platform::~Platform() {
  v8::V8::Dispose();
  v8::V8::DisposePlatform();
}

Platform::StoppedClock::StoppedClock(Platform& platform) : platform_(platform) {
  platform_.implementation_->clockStopped = true;
}
Platform::StoppedClock::~StoppedClock() { platform_.implementation_->clockStopped = false; }

void Platform::adopt(v8::Isolate* isolate, net::any_io_executor executor) {
  implementation_->adopt(isolate, std::move(executor));
}

void Platform::charge(v8::Isolate* isolate, std::shared_ptr<MemoryBudget> budget) {
  implementation_->charge(isolate, std::move(budget));
}

void Platform::abandon(v8::Isolate* isolate) { implementation_->abandon(isolate); }

}  // namespace lathe::js
