#include "engine/io/timers.h"

#include <algorithm>
#include <cmath>

namespace lathe::io {

Timers::Timers(boost::asio::any_io_executor executor) : clock_(std::move(executor)) {}

void Timers::add(std::uint32_t id, double delayMs, Repeat repeat, Callback callback) {
  double clamped = std::isnan(delayMs) ? 0 : std::trunc(std::clamp(delayMs, 0.0, kDelayMsMax));
  auto delay = std::chrono::milliseconds(static_cast<std::int64_t>(clamped));
  // An interval of nothing would starve the loop.
  if (repeat == Repeat::interval) delay = std::max(delay, std::chrono::milliseconds(1));
  Timer timer{{Clock::now() + delay, ++order_},
              delay,
              repeat,
              true,
              std::make_shared<Callback>(std::move(callback))};
  queue_.emplace(timer.key, id);
  timers_.emplace(id, std::move(timer));
  ++counted_;
  arm();
}

void Timers::clear(std::uint32_t id) {
  auto found = timers_.find(id);
  if (found == timers_.end()) return;
  queue_.erase(found->second.key);
  if (found->second.counted) --counted_;
  timers_.erase(found);
  arm();
}

void Timers::setCounted(std::uint32_t id, bool counted) {
  auto found = timers_.find(id);
  if (found == timers_.end() || found->second.counted == counted) return;
  found->second.counted = counted;
  counted ? ++counted_ : --counted_;
}

void Timers::arm() {
  if (firing_) return;
  if (queue_.empty()) {
    clock_.cancel();
    return;
  }
  if (clock_.expiry() == queue_.begin()->first.due) return;
  clock_.expires_at(queue_.begin()->first.due);
  clock_.async_wait([this, alive = alive_](boost::system::error_code error) {
    if (!error && *alive) fire();
  });
}

void Timers::fire() {
  // A wait that had completed already cannot be cancelled: the earliest timer may be another by
  // now.
  if (queue_.empty()) return;
  auto first = queue_.begin();
  if (first->first.due > Clock::now()) {
    clock_.expires_at(Clock::time_point::min());
    arm();
    return;
  }
  std::uint32_t id = first->second;
  auto callback = timers_.at(id).callback;
  auto repeat = timers_.at(id).repeat;
  if (repeat == Repeat::once) {
    queue_.erase(first);
    if (timers_.at(id).counted) --counted_;
    timers_.erase(id);
    ++finished_;
  }
  auto alive = alive_;
  firing_ = true;
  (*callback)();
  if (!*alive) return;
  firing_ = false;
  // The callback may have cleared its own interval.
  auto still = timers_.find(id);
  if (repeat == Repeat::interval && still != timers_.end() && still->second.callback == callback) {
    queue_.erase(still->second.key);
    still->second.key = {Clock::now() + still->second.delay, ++order_};
    queue_.emplace(still->second.key, id);
  }
  clock_.expires_at(Clock::time_point::min());
  arm();
}

}  // namespace lathe::io
