#include "engine/worker/engine.h"

#include <chrono>
#include <list>
#include <utility>

#include <boost/asio/steady_timer.hpp>

#include "engine/io/cpu-watch.h"
#include "engine/io/current-context.h"
#include "engine/io/io-context.h"
#include "engine/worker/actor-namespace.h"
#include "engine/worker/caller-place.h"
#include "engine/worker/error-page.h"
#include "engine/worker/exception-text.h"
#include "engine/worker/generation.h"
#include "engine/worker/spare-isolate.h"
#include "engine/worker/worker-isolate.h"

namespace lathe::worker {

namespace {

constexpr std::chrono::milliseconds kRetireAfter{20};

}  // namespace

class Engine::Implementation {
 public:
  Implementation(js::Platform& platform, boost::asio::io_context& loop, Log& log,
                 const Options& options)
      : afterwards(loop),
        cacheLru(options.cacheLimits),
        host{platform,       loop,    log,     watch, afterwards,
             cacheLru,       nullptr, nullptr, spare, options.snapshot,
             options.onFatal},
        actors(host),
        retireTimer(loop) {
    watch.onLook([](v8::Isolate* isolate, void* asking) {
      const auto polls = static_cast<io::CpuWatch*>(asking)->polls();
      static_cast<js::Isolate*>(isolate->GetData(0))->checkMemory(polls);
    });
  }

  // Lets a generation go, but not at once: to take an isolate down takes a while, and whoever waits
  // for an answer should not wait for that too.
  void retire(std::shared_ptr<Generation> old) {
    if (!old) return;
    retired.push_back(std::move(old));
    if (retired.size() > 1) return;
    retireTimer.expires_after(kRetireAfter);
    retireTimer.async_wait([this](const boost::system::error_code& error) {
      if (!error) retired.clear();
    });
  }

  // What is to be known of a request when its handler has failed.
  struct Asked {
    bool html;
    bool trusted;
    std::uint64_t number;
  };

  // The answer to a request whose handler failed, and the line in the log.
  io::Response failed(const std::shared_ptr<Worker>& worker, const std::exception_ptr& error,
                      Asked asked) {
    std::string text = exceptionText(error);
    host.log.exception(worker->name(), "Uncaught " + text, asked.number);
    if (!asked.trusted) return errorWithoutDetails();
    return errorPage(text, asked.html ? host.log.codeFrame(worker->name(), text) : "", asked.html);
  }

  io::Pending<io::Response> later(const std::shared_ptr<Worker>& worker,
                                  io::Pending<io::Response> pending, Asked asked) {
    struct Call {
      io::Resolver<io::Response> resolver;
      io::Pending<io::Response> pending;
    };
    auto channel = io::makePending<io::Response>();
    auto call = std::make_shared<Call>(Call{std::move(channel.resolver), std::move(pending)});
    call->resolver.onDropped([weak = std::weak_ptr<Call>(call)] {
      if (auto dropped = weak.lock()) dropped->pending = {};
    });
    call->pending.then([this, call, worker, asked](io::Outcome<io::Response> outcome) {
      if (outcome.failed()) {
        call->resolver.resolve(failed(worker, outcome.error(), asked));
      } else {
        call->resolver.settle(std::move(outcome));
      }
    });
    return std::move(channel.pending);
  }

  ~Implementation() {
    generation.reset();
    retired.clear();
    spare.clear();
    actors.close();
    afterwards.close();
  }

  // Of the loop thread, which is where an engine is made.
  io::IoContext* const* const current = io::placeOfCurrentContext();
  io::CpuWatch watch;
  Afterwards afterwards;
  persist::CacheLru cacheLru;
  SpareIsolate spare;
  Host host;
  ActorNamespaces actors;
  std::shared_ptr<Generation> generation;
  // Those before, while they wait to go.
  std::vector<std::shared_ptr<Generation>> retired;
  boost::asio::steady_timer retireTimer;
};

Engine::Engine(js::Platform& platform, boost::asio::io_context& loop, Log& log,
               const Options& options)
    : implementation_(std::make_unique<Implementation>(platform, loop, log, options)) {}

Engine::~Engine() = default;

void Engine::replace(std::vector<WorkerSource> sources) {
  auto& self = *implementation_;
  auto loaded = Generation::load(self.host, self.actors, std::move(sources));
  auto before = std::exchange(self.generation, std::move(loaded));
  self.actors.use(self.generation);
  if (before) {
    for (const auto& worker : before->workers()) worker->closeWebSockets();
  }
  self.retire(std::move(before));
  self.actors.loadAlarms();
}

void Engine::prepareReplace() {
  auto& self = *implementation_;
  if (!self.generation) return;
  const auto& source = self.generation->sources().front();
  self.spare.prepare(self.host, source.compatibility, source.memoryBytesMax);
}

void Engine::useStore(persist::ActorStore* store) { implementation_->host.store = store; }

void Engine::useDialer(io::WebSocketDialer* dialer) { implementation_->host.dialer = dialer; }

bool Engine::holdActor(const persist::ActorRef& actor, io::Pending<void> until) {
  return implementation_->actors.hold(actor, std::move(until));
}

void Engine::alarmChanged(const persist::ActorRef& actor, std::optional<persist::AlarmTime> time) {
  implementation_->actors.alarmChanged(actor, time);
}

Engine::ActorSockets Engine::actorSockets(const persist::ActorRef& actor) const {
  return implementation_->actors.sockets(actor);
}

Answer Engine::handleRequest(io::RequestHead head, std::unique_ptr<io::BodySource> body) {
  auto& generation = *implementation_->generation;
  Implementation::Asked asked{acceptsHtml(head), head.trusted, head.number};
  if (generation.workers().front()->isolate().condemned()) {
    try {
      generation.replaceCondemned();
    } catch (const LoadError& error) {
      return implementation_->failed(generation.workers().front(), std::current_exception(), asked);
    }
  }
  auto worker = generation.workers().front();
  auto answer = worker->handleRequest(std::move(head), std::move(body));
  auto* pending = std::get_if<io::Pending<io::Response>>(&answer);
  if (!pending) return answer;
  if (!pending->settled()) return implementation_->later(worker, std::move(*pending), asked);
  auto outcome = pending->takeOutcome();
  if (outcome.failed()) return implementation_->failed(worker, outcome.error(), asked);
  return outcome.take();
}

std::vector<Engine::Test> Engine::tests() const {
  std::vector<Test> all;
  for (const auto& worker : implementation_->generation->workers()) {
    for (const auto& entrypoint : worker->tests()) all.push_back({worker->name(), entrypoint});
  }
  return all;
}

io::Pending<std::string> Engine::runTest(const Test& test) {
  auto& generation = *implementation_->generation;
  auto channel = io::makePending<std::string>();
  struct Run {
    io::Resolver<std::string> resolver;
    io::Pending<void> pending;
  };
  auto run = std::make_shared<Run>();
  run->resolver = std::move(channel.resolver);
  try {
    generation.replaceCondemned();
    run->pending = generation.find(test.worker)->runTest(test.entrypoint);
  } catch (const LoadError& error) {
    run->resolver.resolve(error.what());
    return std::move(channel.pending);
  }
  run->pending.then([run](io::Outcome<void> outcome) {
    run->resolver.resolve(outcome.failed() ? exceptionText(outcome.error()) : std::string());
  });
  return std::move(channel.pending);
}

io::Pending<void> Engine::drain() {
  struct Drain {
    ActorNamespaces& actors;
    io::Resolver<void> resolver;
    std::shared_ptr<Generation> generation;
    std::list<io::Pending<void>> writes;
    std::size_t writesLeft = 0;
    void look(const std::shared_ptr<Drain>& self) {
      for (const auto& worker : generation->workers()) {
        if (worker->eventsUnderWay() == 0) continue;
        worker->onEventEnd([self] { self->look(self); });
        return;
      }
      for (const auto& worker : generation->workers()) worker->onEventEnd(nullptr);
      // Nobody has waited for writes that need no confirmation.
      writes = actors.unstored();
      if (writes.empty()) return resolver.resolve();
      writesLeft = writes.size();
      for (auto& write : writes) {
        write.then([self](io::Outcome<void>) {
          if (--self->writesLeft == 0) self->resolver.resolve();
        });
      }
    }
  };
  auto channel = io::makePending<void>();
  if (!implementation_->generation) {
    channel.resolver.resolve();
    return std::move(channel.pending);
  }
  auto drain = std::make_shared<Drain>(
      Drain{implementation_->actors, std::move(channel.resolver), implementation_->generation, {}});
  drain->resolver.onDropped([weak = std::weak_ptr(drain)] {
    if (auto dropped = weak.lock()) dropped->writes.clear();
  });
  drain->look(drain);
  return std::move(channel.pending);
}

io::CpuWatch& Engine::cpuWatch() { return implementation_->watch; }

std::string Engine::place() const {
  auto* isolate = v8::Isolate::TryGetCurrent();
  return isolate ? callerPlace(isolate) : std::string();
}

Engine::Running Engine::running() const {
  auto* context = *implementation_->current;
  if (!context) return {};
  return {static_cast<Worker&>(context->realm()).name(), context->title()};
}

}  // namespace lathe::worker
