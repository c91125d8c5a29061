#pragma once

#include <map>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "persist/actor-store.h"

namespace lathe::persist {

// Records that are gone with the process: for `--ephemeral`, and for tests. What a call does is
// done when it returns; only its result comes later. Loop thread.
class MemoryStore final : public ActorStore {
 public:
  // What is asynchronous settles in a later turn of this executor's loop.
  explicit MemoryStore(boost::asio::any_io_executor executor)
      : executor_(std::move(executor)), reads_(*this) {}

  io::Pending<Value> get(const ActorRef& actor, RecordKind kind, std::string key) override;
  io::Pending<std::vector<Pair>> getMultiple(const ActorRef& actor, RecordKind kind,
                                             std::vector<std::string> keys) override;
  io::Pending<std::vector<Pair>> list(const ActorRef& actor, RecordKind kind, Range range) override;
  io::Pending<std::optional<AlarmTime>> getAlarm(const ActorRef& actor) override;
  SynchronousReads* synchronousReads() override { return &reads_; }
  io::Pending<BatchResult> commit(Batch batch) override;
  io::Pending<std::vector<Alarm>> alarms() override;
  io::Pending<std::vector<std::string>> spaces() override;
  io::Pending<std::vector<std::string>> actors(std::string space, std::string after,
                                               std::size_t limit) override;
  io::Pending<void> erase(ActorRef actor) override;

 private:
  using Records = std::map<std::string, Value>;
  struct Actor {
    std::map<RecordKind, Records> records;
    std::optional<AlarmTime> alarm;
    bool empty() const { return records.empty() && !alarm; }
  };

  class Reads final : public SynchronousReads {
   public:
    explicit Reads(const MemoryStore& store) : store_(store) {}
    Value get(const ActorRef& actor, RecordKind kind, const std::string& key) override;
    std::vector<Pair> list(const ActorRef& actor, RecordKind kind, const Range& range) override;
    std::optional<AlarmTime> getAlarm(const ActorRef& actor) override;

   private:
    const Records& records(const ActorRef& actor, RecordKind kind) const;
    const MemoryStore& store_;
  };

  static std::uint64_t apply(Actor& actor, const Change& change);

  boost::asio::any_io_executor executor_;
  std::map<ActorRef, Actor> actors_;
  Reads reads_;
};

}  // namespace lathe::persist
