#include "engine/worker/generation.h"

#include <boost/asio/post.hpp>

#include "engine/worker/worker-isolate.h"

namespace lathe::worker {
namespace {

// The far end of a service binding. The worker is looked up at each call, so that a fresh one in
// the old one's place is found.
class BoundService final : public api::ServiceTarget {
 public:
  BoundService(const Host& host, std::weak_ptr<Generation> generation, Binding::Service binding)
      : host_(host), generation_(std::move(generation)), binding_(std::move(binding)) {}

  io::Pending<io::Response> fetch(io::RequestHead head,
                                  std::unique_ptr<io::BodySource> body) override {
    auto channel = io::makePending<io::Response>();
    auto call = std::make_shared<Call>();
    call->resolver = std::move(channel.resolver);
    call->resolver.onDropped([weak = std::weak_ptr<Call>(call)] {
      if (auto dropped = weak.lock()) dropped->answer = {};
    });
    auto request = std::make_shared<Request>(Request{std::move(head), std::move(body)});
    // Not at once: the caller's JavaScript runs, and two workers' entries do not nest.
    boost::asio::post(host_.loop,
                      [this, self = shared(), call, request] { begin(call, *request); });
    return std::move(channel.pending);
  }

  void setSelf(const std::shared_ptr<BoundService>& self) { self_ = self; }

 private:
  struct Request {
    io::RequestHead head;
    std::unique_ptr<io::BodySource> body;
  };
  struct Call {
    io::Resolver<io::Response> resolver;
    io::Pending<io::Response> answer;
  };

  std::shared_ptr<BoundService> shared() const { return self_.lock(); }

  void begin(const std::shared_ptr<Call>& call, Request& request) {
    if (!call->resolver.wanted()) return;
    auto generation = generation_.lock();
    auto worker = generation ? generation->find(binding_.worker) : nullptr;
    if (!worker) {
      return call->resolver.reject(std::make_exception_ptr(
          js::plainError("The service \"" + binding_.worker + "\" has been replaced.")));
    }
    auto answer = worker->handleRequest(std::move(request.head), std::move(request.body),
                                        binding_.entrypoint);
    if (auto* response = std::get_if<io::Response>(&answer)) {
      return call->resolver.resolve(std::move(*response));
    }
    call->answer = std::move(std::get<io::Pending<io::Response>>(answer));
    call->answer.then(
        [call](io::Outcome<io::Response> outcome) { call->resolver.settle(std::move(outcome)); });
  }

  const Host& host_;
  std::weak_ptr<Generation> generation_;
  Binding::Service binding_;
  std::weak_ptr<BoundService> self_;
};

}  // namespace

std::shared_ptr<Generation> Generation::load(const Host& host, std::vector<WorkerSource> sources) {
  auto generation = std::make_shared<Generation>(host);
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
    isolate = Worker::Isolate::create(host_, source.compatibility, source.memoryBytesMax);
    isolates_.push_back(isolate);
  }
  return isolate->newScript(source)->createWorker([this](const Binding::Service& binding) {
    auto target = std::make_shared<BoundService>(host_, weak_from_this(), binding);
    target->setSelf(target);
    return target;
  });
}

std::shared_ptr<Worker> Generation::find(std::string_view name) {
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
