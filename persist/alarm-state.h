#pragma once

#include <cstdint>
#include <optional>

#include "persist/actor-store.h"

namespace lathe::persist {

// What one actor's cache knows of the actor's alarm, and what of that is yet to be stored
// (Durable Objects §5.12).
class AlarmState {
 public:
  using Time = std::optional<AlarmTime>;

  // ---- Reading ----

  bool known() const { return knowledge_ != Knowledge::unknown; }
  // None while the handler of the alarm runs.
  Time time() const { return knowledge_ == Knowledge::known ? time_ : std::nullopt; }
  // What the store has said; changes nothing when something is known already.
  void learn(Time time);

  // ---- Writing ----

  // False when it is so already: nothing is to be written then.
  bool set(Time time, bool noCache);
  // There is none from now on; the store is told when it has deleted all the rest.
  void deleteWithAll();
  // The deleteAll is done.
  void allDeleted() { afterDeleteAll_ = false; }

  // ---- The handler ----

  enum class Armed {
    otherTime,  // nothing is to run
    run,        // and what is set meanwhile stays
    runAndDelete,
  };
  Armed arm(AlarmTime scheduled, bool noCache);
  // The handler has succeeded: true when the alarm is to be deleted.
  bool handled();
  // The handler has failed: the alarm is as it was. True when it is yet to be written.
  bool keepArmed();
  // Forgets the alarm of `scheduled`. The time of another one that is stored.
  Time abandon(AlarmTime scheduled);

  // ---- Flushes ----

  struct Writing {
    Change change;  // SetAlarm or DeleteAlarm
    Time stored;    // what the store holds when it is done
  };
  // What is to be written, and from now on is under way. Again: after a failed attempt.
  std::optional<Writing> beginFlush();
  // It is stored. Whether a conditional deletion has found its alarm tells `deleted`.
  void flushed(bool deleted);

 private:
  enum class Knowledge : std::uint8_t {
    unknown,
    known,
    // The handler of the alarm at time_ runs, or has just succeeded.
    deferredDelete,
  };
  enum class Progress : std::uint8_t { clean, dirty, flushing };

  Knowledge knowledge_ = Knowledge::unknown;
  // Of a deferred deletion: clean while the handler runs.
  Progress progress_ = Progress::clean;
  bool noCache_ = false;
  bool afterDeleteAll_ = false;
  // The alarm that is being handled had not been stored when it was armed.
  bool armedUnstored_ = false;
  Time time_;
};

}  // namespace lathe::persist
