#include "engine/worker/actor-namespace.h"

#include <algorithm>

#include "engine/worker/exception-text.h"
#include "engine/worker/host.h"
#include "engine/worker/posted-target.h"

namespace lathe::worker {
namespace {

// A stub's way to its actor. The actor is found at the first use and kept: when it breaks, this
// stub stays with the broken one (Durable Objects §7.5).
class ActorChannel final : public PostedTarget {
 public:
  ActorChannel(const Host& host, std::shared_ptr<ActorNamespace> home, api::ActorId id)
      : PostedTarget(host), home_(std::move(home)), id_(std::move(id)) {}

 private:
  Fetched beginFetch(io::RequestHead head, std::unique_ptr<io::BodySource> body) override {
    return actor().fetch(std::move(head), std::move(body));
  }
  io::Pending<api::RpcResult> beginCall(api::RpcCall call) override {
    return actor().call(std::move(call));
  }

  Worker::Actor& actor() {
    if (!actor_) actor_ = home_->find(id_);
    return *actor_;
  }

  std::shared_ptr<ActorNamespace> home_;
  api::ActorId id_;
  std::shared_ptr<Worker::Actor> actor_;
};

}  // namespace

std::shared_ptr<api::ServiceTarget> ActorNamespace::get(const api::ActorId& id) {
  return std::make_shared<ActorChannel>(host_, shared_from_this(), id);
}

std::shared_ptr<Worker::Actor> ActorNamespace::find(const api::ActorId& id) {
  std::string key(id.bytes());
  auto found = actors_.find(key);
  if (found != actors_.end()) return found->second;
  prune();
  Worker::Actor::Options options;
  options.uniqueKey = class_.uniqueKey;
  options.definition = [weak = weak_from_this()]() -> Worker::Actor::Definition {
    auto self = weak.lock();
    return self ? self->definition() : Worker::Actor::Definition();
  };
  options.onBroken = [weak = weak_from_this(), key](io::Pending<void> flushed) {
    auto self = weak.lock();
    if (!self) return;
    if (flushed.valid()) self->befores_[key] = std::move(flushed);
    self->actors_.erase(key);
  };
  options.onAlarmStored = [weak = weak_from_this(), id](std::optional<persist::AlarmTime> time) {
    if (auto self = weak.lock()) self->onAlarmStored_(id, time);
  };
  if (auto before = befores_.extract(key)) options.before = std::move(before.mapped());
  auto actor = std::make_shared<Worker::Actor>(host_, id, std::move(options));
  actors_.emplace(std::move(key), actor);
  return actor;
}

Worker::Actor::Definition ActorNamespace::definition() const {
  auto generation = generation_.lock();
  if (!generation) return {};
  // The class may have another name by now, or another worker.
  for (const auto& source : generation->sources()) {
    auto found = std::ranges::find(source.actorClasses, class_.uniqueKey, &ActorClass::uniqueKey);
    if (found != source.actorClasses.end()) return {generation->find(source.name), *found};
  }
  return {generation->find(workerName_), class_};
}

std::shared_ptr<Worker::Actor> ActorNamespace::existing(std::string_view idBytes) const {
  auto found = actors_.find(std::string(idBytes));
  return found == actors_.end() ? nullptr : found->second;
}

bool ActorNamespace::hold(const std::string& idBytes, io::Pending<void> until) {
  if (auto actor = existing(idBytes)) return actor->hold(std::move(until));
  prune();
  // A flush that stands there ends before this: the store keeps the order of an actor's changes.
  befores_[idBytes] = std::move(until);
  return true;
}

void ActorNamespace::use(std::weak_ptr<Generation> generation) {
  generation_ = std::move(generation);
  for (auto& [key, actor] : actors_) actor->codeReplaced();
}

void ActorNamespace::prune() {
  if (actors_.size() + befores_.size() < pruneAt_) return;
  std::erase_if(actors_, [](const auto& entry) {
    return entry.second.use_count() == 1 && !entry.second->inUse();
  });
  std::erase_if(befores_, [](const auto& entry) { return entry.second.settled(); });
  pruneAt_ = std::max<std::size_t>(1024, 2 * (actors_.size() + befores_.size()));
}

void ActorNamespace::addUnstored(std::list<io::Pending<void>>& writes) {
  for (auto& [key, actor] : actors_) {
    if (auto unstored = actor->unstored()) writes.push_back(std::move(*unstored));
  }
}

void ActorNamespace::close() {
  for (auto& [key, actor] : std::exchange(actors_, {})) actor->close();
}

// ---- All of them ----

ActorNamespaces::ActorNamespaces(const Host& host)
    : host_(host),
      alarms_(host.loop, {[this](const persist::ActorRef& actor, persist::AlarmTime time,
                                 int retryCount) { return runAlarm(actor, time, retryCount); },
                          [this](const persist::ActorRef& actor, persist::AlarmTime time) {
                            abandonAlarm(actor, time);
                          },
                          [this](const persist::ActorRef& actor, const AlarmScheduler::Ended& end) {
                            alarmEnded(actor, end);
                          }}) {}

void ActorNamespaces::close() {
  loading_ = {};
  alarms_.close();
  for (auto& [key, made] : namespaces_) made->close();
}

std::list<io::Pending<void>> ActorNamespaces::unstored() {
  std::list<io::Pending<void>> writes;
  for (auto& [key, made] : namespaces_) made->addUnstored(writes);
  return writes;
}

std::shared_ptr<ActorNamespace> ActorNamespaces::find(const WorkerSource& source,
                                                      const std::string& className) {
  auto listed = std::ranges::find(source.actorClasses, className, &ActorClass::className);
  ActorClass actorClass{className, source.name + "-" + className};
  if (listed != source.actorClasses.end()) actorClass = *listed;
  // It makes no ids that anybody sees, and must not meet a stored class's.
  if (actorClass.ephemeral) actorClass.uniqueKey = "ephemeral:" + source.name + "-" + className;
  auto& made = namespaces_[actorClass.uniqueKey];
  if (made) return made;
  auto onAlarmStored = [this, uniqueKey = actorClass.uniqueKey](
                           const api::ActorId& id, std::optional<persist::AlarmTime> time) {
    alarmStored(uniqueKey, id, time);
  };
  made = std::make_shared<ActorNamespace>(host_, source.name, std::move(actorClass),
                                          std::move(onAlarmStored));
  return made;
}

void ActorNamespaces::use(const std::shared_ptr<Generation>& generation) {
  for (auto& [key, made] : namespaces_) made->use(generation);
}

bool ActorNamespaces::hold(const persist::ActorRef& actor, io::Pending<void> until) {
  // Nothing is alive in a namespace that is not loaded.
  auto home = byKey(actor.space);
  return !home || home->hold(actor.actor, std::move(until));
}

Engine::ActorSockets ActorNamespaces::sockets(const persist::ActorRef& actor) const {
  auto home = byKey(actor.space);
  auto existing = home ? home->existing(actor.actor) : nullptr;
  return existing ? existing->sockets() : Engine::ActorSockets();
}

// ---- Alarms ----

void ActorNamespaces::loadAlarms() {
  if (!host_.store) return;
  loading_ = host_.store->alarms();
  loading_.then([this](io::Outcome<std::vector<persist::ActorStore::Alarm>> outcome) {
    if (outcome.failed()) {
      host_.log.warning({}, "the alarms cannot be read: " + exceptionText(outcome.error()));
      return;
    }
    for (const auto& alarm : outcome.take()) {
      // Those of classes that are not loaded wait in the store.
      if (byKey(alarm.actor.space)) alarms_.found(alarm.actor, alarm.time);
    }
  });
}

std::shared_ptr<ActorNamespace> ActorNamespaces::byKey(std::string_view uniqueKey) const {
  auto found = namespaces_.find(std::string(uniqueKey));
  return found == namespaces_.end() ? nullptr : found->second;
}

io::Pending<AlarmScheduler::Result> ActorNamespaces::runAlarm(const persist::ActorRef& actor,
                                                              persist::AlarmTime time,
                                                              int retryCount) {
  auto home = byKey(actor.space);
  if (!home) return io::Pending<AlarmScheduler::Result>::ready();
  if (auto existing = home->existing(actor.actor)) return existing->alarm(time, retryCount);
  // It has not been used since the start: its name is with its records.
  struct Waking {
    io::Pending<persist::Value> name;
    io::Pending<AlarmScheduler::Result> alarm;
    io::Resolver<AlarmScheduler::Result> resolver;
  };
  auto channel = io::makePending<AlarmScheduler::Result>();
  auto waking = std::make_shared<Waking>();
  waking->resolver = std::move(channel.resolver);
  waking->resolver.onDropped([weak = std::weak_ptr(waking)] {
    auto dropped = weak.lock();
    if (!dropped) return;
    dropped->name = {};
    dropped->alarm = {};
  });
  waking->name = host_.store->get(actor, persist::RecordKind::metadata, kActorNameKey);
  waking->name.then([home, actor, time, retryCount, waking](io::Outcome<persist::Value> outcome) {
    std::optional<std::string> name;
    auto value = outcome.failed() ? nullptr : outcome.take();
    if (value) name = *value;
    auto id = api::ActorId::fromBytes(actor.actor, std::move(name));
    waking->alarm = home->find(id)->alarm(time, retryCount);
    waking->alarm.then([waking](io::Outcome<AlarmScheduler::Result> result) {
      waking->resolver.settle(std::move(result));
    });
  });
  return std::move(channel.pending);
}

void ActorNamespaces::abandonAlarm(const persist::ActorRef& actor, persist::AlarmTime time) {
  auto home = byKey(actor.space);
  auto existing = home ? home->existing(actor.actor) : nullptr;
  if (existing) existing->abandonAlarm(time);
  // Nobody waits for it; should it fail, the alarm is tried again after the next start.
  static_cast<void>(host_.store->commit({actor, {persist::DeleteAlarm{.onlyAt = time}}}));
}

void ActorNamespaces::alarmEnded(const persist::ActorRef& actor, const AlarmScheduler::Ended& end) {
  using Kind = AlarmScheduler::Result::Kind;
  auto home = byKey(actor.space);
  if (!home || end.result.kind == Kind::notDue) return;
  auto definition = home->definition();
  auto existing = home->existing(actor.actor);
  auto id = existing ? existing->id() : api::ActorId::fromBytes(actor.actor, std::nullopt);
  std::string text = id.toString();
  Log::Alarm alarm;
  if (definition.worker) alarm.worker = definition.worker->name();
  alarm.className = definition.actorClass.className;
  alarm.id = text;
  if (id.name()) alarm.name = *id.name();
  alarm.outcome = end.result.kind == Kind::done   ? Log::Alarm::Outcome::ok
                  : end.result.kind == Kind::lost ? Log::Alarm::Outcome::lost
                                                  : Log::Alarm::Outcome::failed;
  alarm.ms = std::chrono::duration<double, std::milli>(end.took).count();
  alarm.retryCount = end.retryCount;
  if (end.retryAfter) alarm.retryInMs = static_cast<double>(end.retryAfter->count());
  host_.log.alarm(alarm);
}

void ActorNamespaces::alarmChanged(const persist::ActorRef& actor,
                                   std::optional<persist::AlarmTime> time) {
  if (byKey(actor.space)) alarms_.stored(actor, time);
}

void ActorNamespaces::alarmStored(const std::string& uniqueKey, const api::ActorId& id,
                                  std::optional<persist::AlarmTime> time) {
  persist::ActorRef actor{uniqueKey, std::string(id.bytes())};
  alarms_.stored(actor, time);
}

}  // namespace lathe::worker
