#include "engine/worker/alarm-scheduler.h"

#include <algorithm>

namespace lathe::worker {
namespace {

using persist::AlarmTime;

// A clock that is set forward is noticed after this time at the latest.
constexpr std::chrono::seconds kLookAgain(60);

AlarmTime now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

AlarmScheduler::AlarmScheduler(boost::asio::io_context& loop, Actions actions)
    : actions_(std::move(actions)), timer_(loop), random_(std::random_device()()) {}

void AlarmScheduler::stored(const persist::ActorRef& actor, std::optional<AlarmTime> time) {
  auto known = entries_.find(actor);
  if (known != entries_.end() && known->second.running) {
    known->second.next = time;
  } else if (time) {
    set(actor, *time);
  } else if (known != entries_.end()) {
    erase(known);
    arm();
  }
}

void AlarmScheduler::found(const persist::ActorRef& actor, AlarmTime time) {
  if (!entries_.contains(actor)) set(actor, time);
}

void AlarmScheduler::close() {
  timer_.cancel();
  queue_.clear();
  entries_.clear();
}

void AlarmScheduler::set(const persist::ActorRef& actor, AlarmTime time) {
  auto known = entries_.find(actor);
  if (known != entries_.end()) erase(known);
  Entry entry;
  entry.time = time;
  schedule(entries_.emplace(actor, std::move(entry)).first, time);
}

void AlarmScheduler::schedule(Entries::iterator entry, AlarmTime wakeAt) {
  entry->second.wakeAt = wakeAt;
  queue_.emplace(wakeAt, entry->first);
  arm();
}

void AlarmScheduler::erase(Entries::iterator entry) {
  queue_.erase({entry->second.wakeAt, entry->first});
  entries_.erase(entry);
}

void AlarmScheduler::arm() {
  if (queue_.empty()) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(std::min<std::chrono::system_clock::time_point>(
      queue_.begin()->first, std::chrono::system_clock::now() + kLookAgain));
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) runDue();
  });
}

void AlarmScheduler::runDue() {
  // Never before its time: the timer's clock is not the one that is compared.
  while (!queue_.empty() && queue_.begin()->first <= now()) {
    run(entries_.find(queue_.begin()->second));
  }
  arm();
}

void AlarmScheduler::run(Entries::iterator entry) {
  queue_.erase({entry->second.wakeAt, entry->first});
  entry->second.running = true;
  entry->second.begun = std::chrono::steady_clock::now();
  persist::ActorRef actor = entry->first;
  // Kept by the entry, which stays while it runs.
  entry->second.result = actions_.run(actor, entry->second.time, entry->second.retryCount);
  entry->second.result.then([this, actor](io::Outcome<Result> outcome) {
    ended(actor, outcome.failed() ? Result{Result::Kind::lost, std::nullopt} : outcome.take());
  });
}

void AlarmScheduler::ended(const persist::ActorRef& actor, Result result) {
  auto entry = entries_.find(actor);
  if (entry == entries_.end()) return;
  entry->second.running = false;
  using Kind = Result::Kind;
  auto took = std::chrono::steady_clock::now() - entry->second.begun;
  Ended end{result, std::chrono::round<std::chrono::microseconds>(took), entry->second.retryCount,
            std::nullopt};
  auto next = entry->second.next;
  if (result.kind == Kind::notDue && !next) next = result.stored;
  bool failed = result.kind == Kind::failed || result.kind == Kind::lost;
  if (failed && !next) {
    end.retryAfter = retry(entry, result.kind == Kind::failed);
  } else if (result.kind == Kind::abandoned) {
    giveUp(entry);
  } else {
    erase(entry);
  }
  // One that was set meanwhile takes its place, also of one that has failed.
  if (next) set(actor, *next);
  if (failed && next) end.retryAfter = std::max(*next - now(), std::chrono::milliseconds(0));
  actions_.ended(actor, end);
}

std::optional<std::chrono::milliseconds> AlarmScheduler::retry(Entries::iterator entry,
                                                               bool counted) {
  auto& state = entry->second;
  if (counted) {
    if (state.retryCount == kRetriesMax) {
      giveUp(entry);
      return std::nullopt;
    }
    ++state.retryCount;
    if (state.uncountedBefore) state.exponent = 0;
  }
  state.uncountedBefore = !counted;
  double factor = 1 + std::uniform_real_distribution<double>(0, kJitterMax)(random_);
  auto delay =
      std::chrono::duration<double, std::milli>(kFirstRetry * (1 << state.exponent)) * factor;
  state.exponent = std::min(state.exponent + 1, kBackoffExponentMax);
  auto wait = std::chrono::ceil<std::chrono::milliseconds>(delay);
  schedule(entry, now() + wait);
  return wait;
}

void AlarmScheduler::giveUp(Entries::iterator entry) {
  persist::ActorRef actor = entry->first;
  AlarmTime time = entry->second.time;
  erase(entry);
  actions_.abandon(actor, time);
}

}  // namespace lathe::worker
