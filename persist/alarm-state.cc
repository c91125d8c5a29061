#include "persist/alarm-state.h"

namespace lathe::persist {

void AlarmState::learn(Time time) {
  if (knowledge_ != Knowledge::unknown) return;
  knowledge_ = Knowledge::known;
  progress_ = Progress::clean;
  time_ = time;
}

bool AlarmState::set(Time time, bool noCache) {
  if (knowledge_ == Knowledge::known && time_ == time) return false;
  knowledge_ = Knowledge::known;
  progress_ = Progress::dirty;
  noCache_ = noCache;
  afterDeleteAll_ = false;
  time_ = time;
  return true;
}

void AlarmState::deleteWithAll() {
  knowledge_ = Knowledge::known;
  progress_ = Progress::dirty;
  noCache_ = false;
  afterDeleteAll_ = true;
  time_ = std::nullopt;
}

AlarmState::Armed AlarmState::arm(AlarmTime scheduled, bool noCache) {
  if (knowledge_ == Knowledge::known && time_ != scheduled) {
    return progress_ == Progress::clean ? Armed::otherTime : Armed::run;
  }
  armedUnstored_ = knowledge_ == Knowledge::known && progress_ != Progress::clean;
  knowledge_ = Knowledge::deferredDelete;
  progress_ = Progress::clean;
  noCache_ = noCache;
  time_ = scheduled;
  return Armed::runAndDelete;
}

bool AlarmState::handled() {
  if (knowledge_ != Knowledge::deferredDelete || progress_ != Progress::clean) return false;
  if (armedUnstored_) {
    // What the store has may be another time: whatever it is goes.
    knowledge_ = Knowledge::known;
    time_ = std::nullopt;
  }
  progress_ = Progress::dirty;
  return true;
}

bool AlarmState::keepArmed() {
  if (knowledge_ != Knowledge::deferredDelete || progress_ != Progress::clean) return false;
  knowledge_ = Knowledge::known;
  progress_ = armedUnstored_ ? Progress::dirty : Progress::clean;
  return armedUnstored_;
}

AlarmState::Time AlarmState::abandon(AlarmTime scheduled) {
  if (knowledge_ != Knowledge::known || progress_ != Progress::clean) return std::nullopt;
  if (time_ != scheduled) return time_;
  knowledge_ = Knowledge::unknown;
  return std::nullopt;
}

std::optional<AlarmState::Writing> AlarmState::beginFlush() {
  if (progress_ == Progress::clean || afterDeleteAll_) return std::nullopt;
  progress_ = Progress::flushing;
  if (knowledge_ == Knowledge::deferredDelete) return Writing{DeleteAlarm{time_}, std::nullopt};
  if (time_) return Writing{SetAlarm{*time_}, time_};
  return Writing{DeleteAlarm{}, std::nullopt};
}

void AlarmState::flushed(bool deleted) {
  if (progress_ != Progress::flushing) return;  // changed again meanwhile
  progress_ = Progress::clean;
  if (knowledge_ == Knowledge::deferredDelete) {
    knowledge_ = deleted ? Knowledge::known : Knowledge::unknown;
    time_ = std::nullopt;
  }
  if (noCache_) knowledge_ = Knowledge::unknown;
}

}  // namespace lathe::persist
