#include "engine/io/cpu-watch.h"

#include <ctime>
#include <utility>

namespace lathe::io {

namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

}  // namespace

CpuWatch::CpuWatch() { pthread_getcpuclockid(pthread_self(), &clock_); }

std::int64_t CpuWatch::cpuNs() const {
  timespec now{};
  clock_gettime(clock_, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

bool CpuWatch::takeStop(Take how) {
  // Whoever stops holds this until V8 has been told.
  std::lock_guard guard(mutex_);
  isolate_.load(std::memory_order_relaxed)->CancelTerminateExecution();
  if (how == Take::leaving) {
    state_.store(entered_ & ~kInside, std::memory_order_release);
  } else {
    state_.store(entered_, std::memory_order_release);
  }
  return std::exchange(exceeded_, false);
}

bool CpuWatch::stop(std::uint64_t entry, bool exceeded) {
  std::uint64_t expected = entry | kInside;
  if (!state_.compare_exchange_strong(expected, entry | kFlags, std::memory_order_acq_rel) &&
      expected != (entry | kFlags)) {
    return false;
  }
  exceeded_ = exceeded_ || exceeded;
  isolate_.load(std::memory_order_relaxed)->TerminateExecution();
  return true;
}

bool CpuWatch::poll() {
  polls_.fetch_add(1, std::memory_order_relaxed);
  std::uint64_t state = state_.load(std::memory_order_acquire);
  if ((state & kInside) == 0) return false;
  std::uint64_t entry = state & ~kFlags;
  if (entry != seenEntry_) {
    seenEntry_ = entry;
    seenAtNs_ = cpuNs();
    stoppedAtNs_ = 0;
    return true;
  }
  std::int64_t now = cpuNs();
  // Since it was last told: a stop that the loop thread has heard of had its effect.
  if ((state & kStopped) == 0) stoppedAtNs_ = 0;
  std::int64_t limitNs = std::int64_t{limitMs_.load(std::memory_order_relaxed)} * kNsPerMs;
  if (limitNs == 0 || now - seenAtNs_ < limitNs) {
    look(entry);
    return true;
  }
  {
    std::lock_guard guard(mutex_);
    if (!stop(entry, true)) return true;
  }
  if (stoppedAtNs_ == 0) stoppedAtNs_ = now;
  if (now - stoppedAtNs_ >= kUnheededMs * kNsPerMs && onUnheeded_ &&
      !std::exchange(unheeded_, true)) {
    onUnheeded_();
  }
  return true;
}

void CpuWatch::look(std::uint64_t entry) {
  if (!onLook_) return;
  std::lock_guard guard(mutex_);
  if ((state_.load(std::memory_order_acquire) & ~kFlags) != entry) return;
  isolate_.load(std::memory_order_relaxed)->RequestInterrupt(onLook_, this);
}

void CpuWatch::terminate() {
  std::lock_guard guard(mutex_);
  std::uint64_t state = state_.load(std::memory_order_acquire);
  if ((state & kInside) != 0) stop(state & ~kFlags, false);
}

}  // namespace lathe::io
