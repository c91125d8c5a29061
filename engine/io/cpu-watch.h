#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>

#include <pthread.h>

#include "engine/js/lock.h"

namespace lathe::io {

// Stops an entry into JavaScript that computes for too long. The loop thread arms it per entry; the
// control thread calls `poll` every kPollMs and looks at the loop thread's CPU clock, so time spent
// waiting, or stopped in a debugger, does not count. The limit is as exact as the poll.
class CpuWatch {
 public:
  static constexpr int kPollMs = 20;
  // Between two looks while nothing runs: an idle process should sleep.
  static constexpr int kIdlePollMs = 100;
  // An entry that computes for so long after it was told to stop is inside one of V8's own
  // functions that does not listen, and may be for years.
  static constexpr int kUnheededMs = 3'000;

  // On the loop thread, before the control thread starts polling.
  CpuWatch();

  // Hears, once, of an entry that does not stop. On the control thread; set before it polls.
  void onUnheeded(std::function<void()> hook) { onUnheeded_ = std::move(hook); }
  // Runs on the loop thread inside an entry that takes longer than a poll, at each poll. V8 calls
  // it where it looks for a stop too, so it may run no JavaScript. Its argument is this. Set before
  // the control thread polls.
  void onLook(v8::InterruptCallback hook) { onLook_ = hook; }

  // An entry begins. Loop thread.
  void enter(v8::Isolate* isolate, std::uint32_t limitMs) {
    isolate_.store(isolate, std::memory_order_relaxed);
    limitMs_.store(limitMs, std::memory_order_relaxed);
    entered_ = (entered_ & ~kFlags) + kStep + kInside;
    state_.store(entered_, std::memory_order_release);
  }
  // The entry ends. Whether it was stopped because of its limit, and nobody has heard of that yet;
  // a stop that comes too late, or that the script has swallowed, reaches nothing that runs later.
  bool leave() {
    std::uint64_t expected = entered_;
    if (state_.compare_exchange_strong(expected, entered_ & ~kInside, std::memory_order_acq_rel)) {
      return false;
    }
    return takeStop(Take::leaving);
  }

  // Whether the entry that runs was stopped by this watch because of its limit; forgets it, and
  // lets V8 run again.
  bool takeExceeded() {
    if ((state_.load(std::memory_order_acquire) & kStopped) == 0) return false;
    return takeStop(Take::staying);
  }
  // Whether it was stopped and that is not forgotten yet.
  bool stopping() const { return (state_.load(std::memory_order_acquire) & kStopped) != 0; }

  // Held while an isolate is disposed, so that `poll` touches none that is gone.
  std::mutex& isolateMutex() { return mutex_; }

  // Stops the running entry if it has used up its time; says whether there is one. Control thread.
  bool poll();

  // Stops whatever runs now. Control thread.
  void terminate();

  // Counts the polls.
  std::uint32_t polls() const { return polls_.load(std::memory_order_relaxed); }

 private:
  // Beside the number of the entry.
  static constexpr std::uint64_t kInside = 1;
  static constexpr std::uint64_t kStopped = 2;
  static constexpr std::uint64_t kFlags = kInside | kStopped;
  static constexpr std::uint64_t kStep = 4;

  enum class Take { leaving, staying };
  bool takeStop(Take how);
  // With the mutex held: stops the entry of this number, unless it has ended.
  bool stop(std::uint64_t entry, bool exceeded);
  void look(std::uint64_t entry);
  std::int64_t cpuNs() const;

  clockid_t clock_;
  // The number of the entry and the flags. The loop thread changes it, and the control thread sets
  // kStopped, with the mutex held.
  std::atomic<std::uint64_t> state_{0};
  std::atomic<v8::Isolate*> isolate_{nullptr};
  std::atomic<std::uint32_t> limitMs_{0};
  std::atomic<std::uint32_t> polls_{0};
  // With the mutex: the stop is because of the limit.
  bool exceeded_ = false;
  std::mutex mutex_;
  // The loop thread's own: `state_` as it has set it.
  std::uint64_t entered_ = 0;
  // The control thread's own: the entry it saw last and the clock when it first saw it; the clock
  // when it first stopped it, 0 when it has not.
  std::uint64_t seenEntry_ = 0;
  std::int64_t seenAtNs_ = 0;
  std::int64_t stoppedAtNs_ = 0;
  bool unheeded_ = false;
  std::function<void()> onUnheeded_;
  v8::InterruptCallback onLook_ = nullptr;
};

}  // namespace lathe::io
