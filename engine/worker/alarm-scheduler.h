#pragma once

#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>

#include <boost/asio/system_timer.hpp>

#include "engine/worker/actor.h"
#include "persist/actor-store.h"

namespace lathe::worker {

// When the alarms of all actors are due, and what becomes of those that fail (Durable Objects §9.3
// to §9.8). It mirrors what the store holds, which is the truth: after a restart it is filled from
// there. Times are of the wall clock, which may jump. Loop thread.
class AlarmScheduler {
 public:
  static constexpr int kRetriesMax = 6;
  static constexpr std::chrono::milliseconds kFirstRetry = std::chrono::seconds(2);
  static constexpr int kBackoffExponentMax = 9;
  // Added to the time before a retry, as a part of it.
  static constexpr double kJitterMax = 0.25;

  using Result = Worker::Actor::AlarmResult;
  // A run of a handler that has ended.
  struct Ended {
    Result result;
    std::chrono::microseconds took;
    int retryCount = 0;
    // When it is to run again; nothing when it is not.
    std::optional<std::chrono::milliseconds> retryAfter;
  };
  struct Actions {
    // Runs the handler; settles with what came of it. Never fails.
    std::function<io::Pending<Result>(const persist::ActorRef&, persist::AlarmTime, int retryCount)>
        run;
    // The alarm has failed for good: deletes it from the store.
    std::function<void(const persist::ActorRef&, persist::AlarmTime)> abandon;
    // Hears of every run.
    std::function<void(const persist::ActorRef&, const Ended&)> ended;
  };

  AlarmScheduler(boost::asio::io_context& loop, Actions actions);
  AlarmScheduler(const AlarmScheduler&) = delete;
  AlarmScheduler& operator=(const AlarmScheduler&) = delete;

  // The store holds this alarm of the actor now, or none.
  void stored(const persist::ActorRef& actor, std::optional<persist::AlarmTime> time);
  // The same for an alarm found in the store, unless more is known about it already.
  void found(const persist::ActorRef& actor, persist::AlarmTime time);
  // Forgets all, and drops what runs.
  void close();

 private:
  struct Entry {
    persist::AlarmTime time;    // as it was set
    persist::AlarmTime wakeAt;  // later than that between retries
    int retryCount = 0;
    int exponent = 0;
    bool uncountedBefore = false;
    bool running = false;
    std::chrono::steady_clock::time_point begun;  // while it runs
    std::optional<persist::AlarmTime> next;       // set while the handler ran
    io::Pending<Result> result;
  };
  using Entries = std::map<persist::ActorRef, Entry>;

  void schedule(Entries::iterator entry, persist::AlarmTime wakeAt);
  void set(const persist::ActorRef& actor, persist::AlarmTime time);
  void erase(Entries::iterator entry);
  void arm();
  void runDue();
  void run(Entries::iterator entry);
  void ended(const persist::ActorRef& actor, Result result);
  // Gives the time until then; nothing when it has been given up.
  std::optional<std::chrono::milliseconds> retry(Entries::iterator entry, bool counted);
  void giveUp(Entries::iterator entry);

  Actions actions_;
  Entries entries_;
  // Those that do not run, by the time at which they are to.
  std::set<std::pair<persist::AlarmTime, persist::ActorRef>> queue_;
  boost::asio::system_timer timer_;
  std::minstd_rand random_;
};

}  // namespace lathe::worker
