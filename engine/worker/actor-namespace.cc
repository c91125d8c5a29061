#include "engine/worker/actor-namespace.h"

#include <algorithm>

#include "engine/worker/host.h"
#include "engine/worker/posted-target.h"

namespace lathe::worker {
namespace {

// A stub's way to its actor. The actor is found at the first use and kept: when it breaks, this
// stub stays with the broken one (reference §7.5).
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
  auto key = id.toString();
  auto found = actors_.find(key);
  if (found != actors_.end()) return found->second;
  prune();
  Worker::Actor::Options options;
  options.className = class_.className;
  options.preventEviction = class_.preventEviction;
  options.worker = [weak = weak_from_this()]() -> std::shared_ptr<Worker> {
    auto self = weak.lock();
    auto generation = self ? self->generation_.lock() : nullptr;
    return generation ? generation->find(self->workerName_) : nullptr;
  };
  options.onBroken = [weak = weak_from_this(), key] {
    if (auto self = weak.lock()) self->actors_.erase(key);
  };
  auto actor = std::make_shared<Worker::Actor>(host_, id, std::move(options));
  actors_.emplace(std::move(key), actor);
  return actor;
}

void ActorNamespace::prune() {
  if (actors_.size() < pruneAt_) return;
  std::erase_if(actors_, [](const auto& entry) {
    return entry.second.use_count() == 1 && !entry.second->running();
  });
  pruneAt_ = std::max<std::size_t>(1024, 2 * actors_.size());
}

void ActorNamespace::close() {
  for (auto& [key, actor] : std::exchange(actors_, {})) actor->close();
}

void ActorNamespaces::close() {
  for (auto& [key, made] : namespaces_) made->close();
}

std::shared_ptr<ActorNamespace> ActorNamespaces::find(const WorkerSource& source,
                                                      const std::string& className) {
  std::string key = source.name + '\n' + className;
  auto& made = namespaces_[key];
  if (made) return made;
  auto listed = std::ranges::find(source.actorClasses, className, &ActorClass::className);
  ActorClass actorClass{className, source.name + ":" + className, false};
  if (listed != source.actorClasses.end()) actorClass = *listed;
  made = std::make_shared<ActorNamespace>(host_, source.name, std::move(actorClass));
  return made;
}

void ActorNamespaces::use(const std::shared_ptr<Generation>& generation) {
  for (auto& [key, made] : namespaces_) made->use(generation);
}

}  // namespace lathe::worker
