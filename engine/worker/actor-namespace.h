#pragma once

#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "engine/worker/actor.h"
#include "engine/worker/alarm-scheduler.h"
#include "engine/worker/generation.h"

namespace lathe::worker {

// The actors of one class, by id. It outlives the generations of workers, so that actors are handed
// from old code to new. Held by the engine, and by the bindings that lead to it.
class ActorNamespace final : public api::ActorDirectory,
                             public std::enable_shared_from_this<ActorNamespace> {
 public:
  // Hears of alarms that have become durable.
  using OnAlarmStored = std::function<void(const api::ActorId&, std::optional<persist::AlarmTime>)>;

  ActorNamespace(const Host& host, std::string workerName, ActorClass actorClass,
                 OnAlarmStored onAlarmStored)
      : host_(host),
        workerName_(std::move(workerName)),
        class_(std::move(actorClass)),
        onAlarmStored_(std::move(onAlarmStored)) {}

  // What its instances are made of now.
  Worker::Actor::Definition definition() const;

  const std::string& uniqueKey() const override { return class_.uniqueKey; }
  bool ephemeral() const override { return class_.ephemeral; }
  std::shared_ptr<api::ServiceTarget> get(const api::ActorId& id) override;

  // The actor of this id: the one there is, or a new one without an instance yet.
  std::shared_ptr<Worker::Actor> find(const api::ActorId& id);
  // The one there is, or null.
  std::shared_ptr<Worker::Actor> existing(std::string_view idBytes) const;

  // As Worker::Actor::hold, also for an actor that there is not yet. What is done to its records
  // until then comes after all that this namespace has done to them.
  bool hold(const std::string& idBytes, io::Pending<void> until);

  // Adds what settles when the writes of its actors are durable.
  void addUnstored(std::list<io::Pending<void>>& writes);

  // Ends all actors. Their instances hold the workers, which hold this: without it nothing of them
  // would ever go.
  void close();

  // From now on instances are made of this generation's class.
  void use(std::weak_ptr<Generation> generation);

 private:
  // Forgets actors that nobody could tell from new ones.
  void prune();

  const Host& host_;
  std::string workerName_;
  ActorClass class_;
  OnAlarmStored onAlarmStored_;
  std::weak_ptr<Generation> generation_;
  // By the bytes of their ids.
  std::unordered_map<std::string, std::shared_ptr<Worker::Actor>> actors_;
  // What comes in the place of actors that broke, or that are held, has to wait for this: the last
  // flush, or the end of the hold.
  std::unordered_map<std::string, io::Pending<void>> befores_;
  std::size_t pruneAt_ = 1024;
};

// All namespaces of an engine.
class ActorNamespaces {
 public:
  explicit ActorNamespaces(const Host& host);
  // Ends all actors.
  void close();

  // Each settles when some of what actors have written so far is durable, or has failed.
  std::list<io::Pending<void>> unstored();

  // The one of this class; made when it is new. `source` is the worker's that exports it.
  std::shared_ptr<ActorNamespace> find(const WorkerSource& source, const std::string& className);
  void use(const std::shared_ptr<Generation>& generation);
  // The alarms that the store holds are kept in mind from here on.
  void loadAlarms();
  // As Engine says.
  bool hold(const persist::ActorRef& actor, io::Pending<void> until);
  void alarmChanged(const persist::ActorRef& actor, std::optional<persist::AlarmTime> time);
  Engine::ActorSockets sockets(const persist::ActorRef& actor) const;

 private:
  io::Pending<AlarmScheduler::Result> runAlarm(const persist::ActorRef& actor,
                                               persist::AlarmTime time, int retryCount);
  void abandonAlarm(const persist::ActorRef& actor, persist::AlarmTime time);
  void alarmEnded(const persist::ActorRef& actor, const AlarmScheduler::Ended& end);
  void alarmStored(const std::string& uniqueKey, const api::ActorId& id,
                   std::optional<persist::AlarmTime> time);
  std::shared_ptr<ActorNamespace> byKey(std::string_view uniqueKey) const;

  const Host& host_;
  AlarmScheduler alarms_;
  io::Pending<std::vector<persist::ActorStore::Alarm>> loading_;
  // By their unique keys.
  std::unordered_map<std::string, std::shared_ptr<ActorNamespace>> namespaces_;
};

}  // namespace lathe::worker
