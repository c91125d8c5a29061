#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "engine/worker/actor.h"
#include "engine/worker/generation.h"

namespace lathe::worker {

// The actors of one class, by id. It outlives the generations of workers, so that actors are handed
// from old code to new. Held by the engine, and by the bindings that lead to it.
class ActorNamespace final : public api::ActorDirectory,
                             public std::enable_shared_from_this<ActorNamespace> {
 public:
  ActorNamespace(const Host& host, std::string workerName, ActorClass actorClass)
      : host_(host), workerName_(std::move(workerName)), class_(std::move(actorClass)) {}

  const std::string& uniqueKey() const override { return class_.uniqueKey; }
  std::shared_ptr<api::ServiceTarget> get(const api::ActorId& id) override;

  // The actor of this id: the one there is, or a new one without an instance yet.
  std::shared_ptr<Worker::Actor> find(const api::ActorId& id);

  // Ends all actors. Their instances hold the workers, which hold this: without it nothing of them
  // would ever go.
  void close();

  // From now on instances are made of this generation's class.
  void use(std::weak_ptr<Generation> generation) { generation_ = std::move(generation); }

 private:
  // Forgets actors that nobody could tell from new ones.
  void prune();

  const Host& host_;
  std::string workerName_;
  ActorClass class_;
  std::weak_ptr<Generation> generation_;
  std::unordered_map<std::string, std::shared_ptr<Worker::Actor>> actors_;
  std::size_t pruneAt_ = 1024;
};

// All namespaces of an engine, by the worker that exports the class and the class's name.
class ActorNamespaces {
 public:
  explicit ActorNamespaces(const Host& host) : host_(host) {}
  // Ends all actors.
  void close();

  // The one of this class; made when it is new. `source` is the worker's that exports it.
  std::shared_ptr<ActorNamespace> find(const WorkerSource& source, const std::string& className);
  void use(const std::shared_ptr<Generation>& generation);

 private:
  const Host& host_;
  std::unordered_map<std::string, std::shared_ptr<ActorNamespace>> namespaces_;
};

}  // namespace lathe::worker
