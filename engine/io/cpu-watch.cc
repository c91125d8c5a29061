#include "engine/io/cpu-watch.h"

#include <ctime>

namespace lathe::io {

CpuWatch::CpuWatch() { pthread_getcpuclockid(pthread_self(), &clock_); }

std::int64_t CpuWatch::cpuNs() const {
  timespec now{};
  clock_gettime(clock_, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

bool CpuWatch::poll() {
  std::uint64_t serial = serial_.load(std::memory_order_acquire);
  if (!inside(serial)) {
    seenSerial_ = serial;
    return false;
  }
  if (serial != seenSerial_) {
    seenSerial_ = serial;
    seenAtNs_ = cpuNs();
    return true;
  }
  std::int64_t limitNs = std::int64_t{limitMs_.load(std::memory_order_relaxed)} * 1'000'000;
  if (limitNs == 0 || cpuNs() - seenAtNs_ < limitNs) return true;
  std::lock_guard guard(mutex_);
  if (serial_.load(std::memory_order_acquire) != serial) return true;
  exceeded_ = true;
  isolate_.load(std::memory_order_relaxed)->TerminateExecution();
  return true;
}

void CpuWatch::terminate() {
  std::lock_guard guard(mutex_);
  if (inside(serial_.load(std::memory_order_acquire))) {
    isolate_.load(std::memory_order_relaxed)->TerminateExecution();
  }
}

}  // namespace lathe::io
