#include "engine/worker/generation.h"

#include <boost/asio/post.hpp>

#include "engine/worker/worker-isolate.h"

namespace lathe::worker {
namespace {

// The far end of a service binding. The worker is looked up at each call, so that a fresh one in
// the old one's place is found.
class BoundService final : public api::ServiceTarget,
                           public std::enable_shared_from_this<BoundService> {
 public:
  BoundService(const Host& host, std::weak_ptr<Generation> generation, Binding::Service binding)
      : host_(host), generation_(std::move(generation)), binding_(std::move(binding)) {}

  io::Pending<io::Response> fetch(io::RequestHead head,
                                  std::unique_ptr<io::BodySource> body) override {
    struct Request {
      io::RequestHead head;
      std::unique_ptr<io::BodySource> body;
    };
    auto request = std::make_shared<Request>(Request{std::move(head), std::move(body)});
    return later<io::Response>([this, request](Worker& worker) {
      return worker.handleRequest(std::move(request->head), std::move(request->body),
                                  binding_.entrypoint);
    });
  }

  io::Pending<api::RpcResult> call(api::RpcCall call) override {
    auto kept = std::make_shared<api::RpcCall>(std::move(call));
    return later<api::RpcResult>([this, kept](Worker& worker) {
      return worker.handleCall(std::move(*kept), binding_.entrypoint);
    });
  }

 private:
  template <class T>
  struct Call {
    io::Resolver<T> resolver;
    io::Pending<T> answer;

    static void await(const std::shared_ptr<Call>& self, io::Pending<T> answer) {
      self->answer = std::move(answer);
      self->answer.then([self](io::Outcome<T> outcome) {
        self->resolver.settle(std::move(outcome));
      });
    }
    static void await(const std::shared_ptr<Call>& self, std::variant<T, io::Pending<T>> answer) {
      if (auto* value = std::get_if<T>(&answer)) return self->resolver.resolve(std::move(*value));
      await(self, std::move(std::get<io::Pending<T>>(answer)));
    }
  };

  // Begins on the loop, not at once: the caller's JavaScript runs, and two workers' entries do not
  // nest.
  template <class T, class Begin>
  io::Pending<T> later(Begin begin) {
    auto channel = io::makePending<T>();
    auto call = std::make_shared<Call<T>>();
    call->resolver = std::move(channel.resolver);
    call->resolver.onDropped([weak = std::weak_ptr<Call<T>>(call)] {
      if (auto dropped = weak.lock()) dropped->answer = {};
    });
    boost::asio::post(host_.loop, [self = shared_from_this(), call, begin] {
      if (!call->resolver.wanted()) return;
      auto generation = self->generation_.lock();
      auto worker = generation ? generation->find(self->binding_.worker) : nullptr;
      if (worker) return Call<T>::await(call, begin(*worker));
      call->resolver.reject(std::make_exception_ptr(
          js::plainError("The service \"" + self->binding_.worker + "\" has been replaced.")));
    });
    return std::move(channel.pending);
  }

  const Host& host_;
  std::weak_ptr<Generation> generation_;
  Binding::Service binding_;
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
    return std::make_shared<BoundService>(host_, weak_from_this(), binding);
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
