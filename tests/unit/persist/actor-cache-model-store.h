#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "persist/actor-store.h"

namespace lathe::persist {

// A store of one actor that takes every freedom its contract leaves: `step` does one thing of those
// it could do next, so that reads look at the records at any time between call and answer, answers
// come in any order, and calls fail.
class ModelStore final : public ActorStore {
 public:
  struct Failures {
    // In a thousand.
    unsigned disconnectedReads = 0;
    unsigned disconnectedCommits = 0;
    // A commit that was lost on the way back, not on the way there.
    unsigned lostAnswers = 0;
    unsigned failedCommits = 0;
  };

  ModelStore(std::mt19937_64& random, Failures failures) : random_(random), failures_(failures) {}

  // False when there is nothing to be done.
  bool step();

  std::map<std::string, std::string> contents() const;
  std::optional<AlarmTime> alarm() const { return alarm_; }
  std::uint64_t commits() const { return commitCount_; }

  io::Pending<Value> get(const ActorRef&, RecordKind, std::string key) override;
  io::Pending<std::vector<Pair>> getMultiple(const ActorRef&, RecordKind,
                                             std::vector<std::string> keys) override;
  io::Pending<std::vector<Pair>> list(const ActorRef&, RecordKind, Range range) override;
  io::Pending<std::optional<AlarmTime>> getAlarm(const ActorRef&) override;
  SynchronousReads* synchronousReads() override { return &atOnce_; }
  io::Pending<BatchResult> commit(Batch batch) override;

  // The cache enumerates nothing.
  io::Pending<std::vector<Alarm>> alarms() override;
  io::Pending<std::vector<std::string>> spaces() override;
  io::Pending<std::vector<std::string>> actors(std::string, std::string, std::size_t) override;
  io::Pending<void> erase(ActorRef) override;

 private:
  struct Reading {
    std::function<void()> look;    // once; empty from then on
    std::function<void()> answer;  // after that
  };
  struct Committing {
    Batch batch;
    io::Resolver<BatchResult> resolver;
    std::optional<BatchResult> result;  // there when applied
  };
  struct AtOnce final : SynchronousReads {
    explicit AtOnce(ModelStore& itsStore) : store(itsStore) {}
    Value get(const ActorRef&, RecordKind, const std::string& key) override {
      return store.look(key);
    }
    std::vector<Pair> list(const ActorRef&, RecordKind, const Range& range) override {
      return store.look(range);
    }
    std::optional<AlarmTime> getAlarm(const ActorRef&) override { return store.alarm_; }
    ModelStore& store;
  };

  template <class T>
  io::Pending<T> read(std::function<T()> look);
  bool chance(unsigned inThousand) { return random_() % 1000 < inThousand; }
  Value look(const std::string& key) const;
  std::vector<Pair> look(const Range& range) const;
  BatchResult apply(const Batch& batch);

  std::mt19937_64& random_;
  Failures failures_;
  std::map<std::string, Value> records_;
  std::optional<AlarmTime> alarm_;
  std::uint64_t commitCount_ = 0;
  std::list<Reading> reads_;
  std::deque<Committing> commits_;
  AtOnce atOnce_{*this};
};

}  // namespace lathe::persist
