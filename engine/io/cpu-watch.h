#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include <pthread.h>

#include "engine/js/lock.h"

namespace lathe::io {

// Stops an entry into JavaScript that computes for too long. The loop thread arms it with one store
// per entry; the control thread calls `poll` every kPollMs and looks at the loop thread's CPU
// clock, so time spent waiting, or stopped in a debugger, does not count. The limit is as exact as
// the poll.
class CpuWatch {
 public:
  static constexpr int kPollMs = 20;
  // Between two looks while nothing runs: an idle process should sleep.
  static constexpr int kIdlePollMs = 100;

  // On the loop thread, before the control thread starts polling.
  CpuWatch();

  // An entry begins or ends. Loop thread.
  void enter(v8::Isolate* isolate, std::uint32_t limitMs) {
    isolate_.store(isolate, std::memory_order_relaxed);
    limitMs_.store(limitMs, std::memory_order_relaxed);
    serial_.store(serial_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
  void leave() {
    serial_.store(serial_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  // Whether the entry that has just ended was stopped by this watch; forgets it.
  bool takeExceeded() { return exceeded_.exchange(false); }

  // Held while an isolate is disposed, so that `poll` touches none that is gone.
  std::mutex& isolateMutex() { return mutex_; }

  // Stops the running entry if it has used up its time; says whether there is one. Control thread.
  bool poll();

  // Stops whatever runs now. Control thread.
  void terminate();

 private:
  bool inside(std::uint64_t serial) const { return serial % 2 == 1; }
  std::int64_t cpuNs() const;

  clockid_t clock_;
  std::atomic<std::uint64_t> serial_{0};
  std::atomic<v8::Isolate*> isolate_{nullptr};
  std::atomic<std::uint32_t> limitMs_{0};
  std::atomic<bool> exceeded_{false};
  std::mutex mutex_;
  // The control thread's own: the entry it saw last and the clock when it first saw it.
  std::uint64_t seenSerial_ = 0;
  std::int64_t seenAtNs_ = 0;
};

}  // namespace lathe::io
