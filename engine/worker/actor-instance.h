#pragma once

#include <list>
#include <memory>

#include "engine/api/durable-object-storage.h"
#include "engine/io/actor-gates.h"
#include "engine/io/io-context.h"
#include "engine/worker/actor.h"

namespace lathe::worker {

// An actor's JavaScript object, its I/O world and its stored side. Loop thread.
struct Worker::Actor::Instance final : public persist::CacheOwner,
                                       public std::enable_shared_from_this<Instance> {
  // Makes the context, and the stored side when the actor has one; the object comes later.
  static std::shared_ptr<Instance> make(const Host& host, Definition definition,
                                        const Options& options, const api::ActorId& id);
  Instance(const Host& host, Definition definition);

  persist::ActorCache* cache() { return records ? &records->cache : nullptr; }

  // ---- persist::CacheOwner ----
  void holdOutput(io::Pending<void> flush) override;
  void alarmStored(std::optional<persist::AlarmTime> time) override;

  // Members go in reverse order: the context before the gates.
  std::shared_ptr<Worker> worker;
  std::shared_ptr<void> companions;
  ActorClass actorClass;
  io::ActorGates gates;
  std::shared_ptr<io::IoContext> context;
  js::Ptr<api::DurableObjectStorage> storage;
  api::ActorRecords* records = nullptr;  // owned by the context
  js::Ref<v8::Object> object;
  std::function<void(std::optional<persist::AlarmTime>)> onAlarmStored;

 private:
  // A flush that shuts the output gate while it is under way.
  struct Flush {
    io::Pending<void> pending;
    io::OutputGate::Lock lock;
  };

  // Says why the store has refused what the actor wrote.
  void logStoreFailure(const std::exception_ptr& error);
  // A broken gate ends the context.
  void watchGates();

  std::list<Flush> flushes_;
  io::Pending<void> inputBroken_;
  io::Pending<void> outputBroken_;
};

}  // namespace lathe::worker
