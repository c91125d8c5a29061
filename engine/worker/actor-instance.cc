#include "engine/worker/actor-instance.h"

#include "engine/worker/exception-text.h"
#include "engine/worker/host.h"
#include "persist/cache-failure.h"

namespace lathe::worker {
namespace {

// What is kept with the actor's records, so that `ctx.id.name` is there when an alarm wakes it.
std::vector<persist::Pair> metadataOf(const api::ActorId& actor) {
  auto id = actor.asKnownInside();
  if (!id.name()) return {};
  return {{kActorNameKey, std::make_shared<const std::string>(*id.name())}};
}

}  // namespace

Worker::Actor::Instance::Instance(const Host& host, Definition definition)
    : worker(std::move(definition.worker)),
      companions(worker->companions()),
      actorClass(std::move(definition.actorClass)),
      gates(host.loop.get_executor()) {
  context = std::make_shared<io::IoContext>(*worker, &gates);
}

std::shared_ptr<Worker::Actor::Instance> Worker::Actor::Instance::make(const Host& host,
                                                                       Definition definition,
                                                                       const Options& options,
                                                                       const api::ActorId& id) {
  auto instance = std::make_shared<Instance>(host, std::move(definition));
  instance->watchGates();
  if (!host.store || instance->actorClass.ephemeral) return instance;
  using Model = api::ActorRecords::Model;
  auto model = instance->actorClass.synchronousStorage ? Model::synchronous : Model::cached;
  instance->onAlarmStored = options.onAlarmStored;
  auto records = std::make_unique<api::ActorRecords>(
      host.loop.get_executor(), *host.store,
      persist::ActorRef{options.uniqueKey, std::string(id.bytes())}, host.cacheLru, *instance,
      model, metadataOf(id));
  instance->records = records.get();
  instance->storage = js::make<api::DurableObjectStorage>(
      instance->context->addObject(std::move(records), "DurableObjectStorage"));
  return instance;
}

void Worker::Actor::Instance::logStoreFailure(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const persist::InternalStorageError& failure) {
    // Scripts are told a reference only: here is what it stands for.
    worker->printException(std::string(failure.what()) + ": " + exceptionText(failure.cause()));
  } catch (const persist::StoreError& failure) {
    worker->printException(std::string("Durable Object storage: ") + failure.what());
  } catch (...) {
    // Of the script's own making: whoever called hears of it.
  }
}

void Worker::Actor::Instance::watchGates() {
  auto abort = [this](io::Outcome<void> outcome) {
    // What this drops may be the instance itself.
    auto self = shared_from_this();
    if (outcome.failed()) context->abort(outcome.error());
  };
  inputBroken_ = gates.input.onBroken();
  inputBroken_.then(abort);
  outputBroken_ = gates.output.onBroken();
  outputBroken_.then([this, abort](io::Outcome<void> outcome) {
    if (outcome.failed()) logStoreFailure(outcome.error());
    abort(std::move(outcome));
  });
}

void Worker::Actor::Instance::holdOutput(io::Pending<void> flush) {
  flushes_.push_back({std::move(flush), gates.output.lock()});
  auto place = std::prev(flushes_.end());
  place->pending.then([weak = weak_from_this(), place](io::Outcome<void> outcome) {
    auto self = weak.lock();
    if (!self) return;
    auto lock = std::move(place->lock);
    self->flushes_.erase(place);
    outcome.failed() ? lock.fail(outcome.error()) : lock.release();
  });
}

void Worker::Actor::Instance::alarmStored(std::optional<persist::AlarmTime> time) {
  if (onAlarmStored) onAlarmStored(time);
}

}  // namespace lathe::worker
