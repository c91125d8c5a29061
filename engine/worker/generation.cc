#include "engine/worker/generation.h"

#include "engine/worker/actor-namespace.h"
#include "engine/worker/posted-target.h"
#include "engine/worker/spare-isolate.h"
#include "engine/worker/worker-isolate.h"

namespace lathe::worker {
namespace {

// The far end of a service binding. The worker is looked up at each call, so that a fresh one in
// the old one's place is found.
class BoundService final : public PostedTarget {
 public:
  BoundService(const Host& host, std::weak_ptr<Generation> generation, std::string worker,
               api::EntrypointTarget entrypoint)
      : PostedTarget(host),
        generation_(std::move(generation)),
        worker_(std::move(worker)),
        entrypoint_(std::move(entrypoint)) {}

  std::shared_ptr<api::ServiceTarget> withProps(
      std::shared_ptr<const api::EntrypointProps> props) override {
    return std::make_shared<BoundService>(
        host(), generation_, worker_, api::EntrypointTarget{entrypoint_.name, std::move(props)});
  }

 private:
  Fetched beginFetch(io::RequestHead head, std::unique_ptr<io::BodySource> body) override {
    return worker()->handleRequest(std::move(head), std::move(body), entrypoint_);
  }
  io::Pending<api::RpcResult> beginCall(api::RpcCall call) override {
    return worker()->handleCall(std::move(call), entrypoint_);
  }

  std::shared_ptr<Worker> worker() const {
    auto generation = generation_.lock();
    auto worker = generation ? generation->find(worker_) : nullptr;
    if (worker) return worker;
    throw js::plainError("The service \"" + worker_ + "\" has been replaced.");
  }

  std::weak_ptr<Generation> generation_;
  std::string worker_;
  api::EntrypointTarget entrypoint_;
};

}  // namespace

std::shared_ptr<Generation> Generation::load(const Host& host, ActorNamespaces& actors,
                                             std::vector<WorkerSource> sources) {
  auto generation = std::make_shared<Generation>(host, actors);
  generation->sources_ = std::move(sources);
  for (const auto& source : generation->sources_) {
    generation->workers_.push_back(generation->make(source));
  }
  return generation;
}

std::shared_ptr<Worker> Generation::make(const WorkerSource& source) {
  std::shared_ptr<Worker::Isolate> isolate;
  for (auto& candidate : isolates_) {
    auto living = candidate.lock();
    if (living && living->fits(source)) isolate = living;
  }
  if (!isolate) {
    isolate = host_.spare.take(source.compatibility, source.memoryBytesMax);
    if (!isolate) {
      isolate = Worker::Isolate::create(host_, source.compatibility, source.memoryBytesMax);
    }
    isolates_.push_back(isolate);
  }
  auto worker = isolate->newScript(source)->createWorker(*this);
  worker->setCompanions(weak_from_this());
  return worker;
}

std::shared_ptr<api::ServiceTarget> Generation::service(const Binding::Service& binding) {
  std::shared_ptr<const api::EntrypointProps> props;
  if (!binding.props.empty()) props = std::make_shared<api::EntrypointProps>(binding.props);
  return std::make_shared<BoundService>(
      host_, weak_from_this(), binding.worker,
      api::EntrypointTarget{binding.entrypoint, std::move(props)});
}

std::shared_ptr<api::ActorDirectory> Generation::actors(const Binding::Actors& binding) {
  for (const auto& source : sources_) {
    if (source.name == binding.worker) return actors_.find(source, binding.className);
  }
  throw LoadError("no worker named \"" + binding.worker + "\" exports the class \"" +
                  binding.className + "\"");
}

std::shared_ptr<Worker> Generation::find(std::string_view name) {
  // Not from within JavaScript: to start a worker is to enter it.
  if (!io::IoContext::entered()) replaceCondemned();
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (sources_[i].name == name) return workers_[i];
  }
  return nullptr;
}

void Generation::replaceCondemned() {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (workers_[i]->isolate().condemned()) workers_[i] = make(sources_[i]);
  }
}

}  // namespace lathe::worker
