#include "engine/worker/actor.h"

#include "engine/api/durable-object-state.h"
#include "engine/api/request.h"
#include "engine/api/response.h"
#include "engine/js/thenable.h"
#include "engine/worker/actor-event.h"
#include "engine/worker/actor-instance.h"
#include "engine/worker/exception-text.h"
#include "engine/worker/host.h"
#include "engine/worker/worker-isolate.h"

namespace lathe::worker {

namespace {

// The same error, marked as the end of its actor.
std::exception_ptr asReset(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (js::RemoteException& remote) {
    return std::make_exception_ptr(js::RemoteException(remote).markReset());
  } catch (const std::exception& other) {
    return std::make_exception_ptr(
        js::RemoteException("Error", other.what(), exceptionText(error)).markReset());
  }
}

}  // namespace

Worker::Actor::Actor(const Host& host, api::ActorId id, Options options)
    : host_(host),
      id_(std::move(id)),
      options_(std::move(options)),
      idleTimer_(host.loop),
      handOverTimer_(host.loop),
      before_(std::move(options_.before)) {}

Worker::Actor::~Actor() {
  if (instance_) dropInstance();
  if (sockets_) sockets_->drop();
}

void Worker::Actor::close() {
  idleTimer_.cancel();
  handOverTimer_.cancel();
  waiting_.clear();
  underWay_.clear();
  if (sockets_) sockets_->drop();
  instance_.reset();
}

// ---- Events ----

struct Worker::Actor::FetchEvent final : Event {
  FetchEvent(std::string itsTitle, io::RequestHead itsHead, std::unique_ptr<io::BodySource> itsBody,
             io::Resolver<io::Response> itsResolver)
      : Event(std::move(itsTitle), {itsHead.number, itsHead.depth}),
        asked(api::Response::askedBy(itsHead)),
        head(std::move(itsHead)),
        body(std::move(itsBody)),
        resolver(std::move(itsResolver)) {}

  v8::Local<v8::Value> handle(js::Lock& js, Instance& instance) override {
    auto object = instance.object.get(js);
    auto made = js::make<api::Request>(std::move(head));
    if (body) {
      static_cast<api::Body&>(*made).assign(
          io::IoContext::current().addObject(std::move(body), "ReadableStream"));
    }
    auto handler = js::check(object->Get(js.context(), js.name("fetch")));
    if (!handler->IsFunction()) {
      throw js::plainError("Handler does not export a fetch() function.");
    }
    v8::Local<v8::Value> argument = js::wrap(js, made);
    return js::check(handler.As<v8::Function>()->Call(js.context(), object, 1, &argument));
  }

  void accept(js::Lock& js, v8::Local<v8::Value> value) override {
    auto* given = js::unwrap<api::Response>(js, value);
    if (!given || given->isError()) {
      throw js::typeError("Incorrect type for Promise: the Promise did not resolve to 'Response'.");
    }
    response = given->release(js, asked);
  }

  void tell() override { resolver.resolve(std::move(response)); }
  void fail(std::exception_ptr error) override { resolver.reject(std::move(error)); }

  api::Response::Asked asked;
  io::RequestHead head;
  std::unique_ptr<io::BodySource> body;
  io::Response response;
  io::Resolver<io::Response> resolver;
};

io::Pending<io::Response> Worker::Actor::fetch(io::RequestHead head,
                                               std::unique_ptr<io::BodySource> body) {
  auto channel = io::makePending<io::Response>();
  const auto method = head.message.method_string();
  const auto target = head.message.target();
  std::string title;
  title.reserve(method.size() + 1 + target.size());
  title.append(method.data(), method.size()).append(" ").append(target.data(), target.size());
  deliver(std::make_shared<FetchEvent>(std::move(title), std::move(head), std::move(body),
                                       std::move(channel.resolver)));
  return std::move(channel.pending);
}

struct Worker::Actor::CallEvent final : Event {
  CallEvent(api::RpcCall itsCall, io::Resolver<api::RpcResult> itsResolver)
      : Event("the call of " + (itsCall.path.empty() ? std::string() : itsCall.path.back()),
              itsCall.cause),
        call(std::move(itsCall)),
        resolver(std::move(itsResolver)) {}

  v8::Local<v8::Value> handle(js::Lock& js, Instance& instance) override {
    auto* entrypoint = instance.worker->findEntrypoint(instance.actorClass.className);
    if (entrypoint && entrypoint->kind != Entrypoint::Kind::actorClass &&
        !instance.worker->compatibility().has(Flag::JsRpc)) {
      throw js::typeError(
          "The receiving Durable Object does not support RPC, because its class was not "
          "declared with `extends DurableObject`. In order to enable RPC, make sure your class "
          "extends the special class `DurableObject`, which can be imported from the module "
          "\"cloudflare:workers\".");
    }
    return instance.worker->receiveCall(js, instance.object.get(js), call);
  }

  void accept(js::Lock& js, v8::Local<v8::Value> value) override {
    result = api::RpcResult{api::serializeForCall(js, value)};
  }

  void tell() override { resolver.resolve(std::move(result)); }
  void fail(std::exception_ptr error) override { resolver.reject(std::move(error)); }

  api::RpcCall call;
  api::RpcResult result;
  io::Resolver<api::RpcResult> resolver;
};

io::Pending<api::RpcResult> Worker::Actor::call(api::RpcCall call) {
  auto channel = io::makePending<api::RpcResult>();
  deliver(std::make_shared<CallEvent>(std::move(call), std::move(channel.resolver)));
  return std::move(channel.pending);
}

void Worker::Actor::deliver(std::shared_ptr<Event> event) {
  if (broken()) return event->fail(brokenBy_);
  if (instance_ && !outdated()) return begin(event);
  waiting_.push_back(std::move(event));
  instance_ ? handOver() : beginWaiting();
}

void Worker::Actor::beginWaiting() {
  if (before_.valid()) {
    if (!before_.settled()) {
      before_.then([weak = weak_from_this()](io::Outcome<void>) {
        auto self = weak.lock();
        if (!self) return;
        self->before_ = {};
        self->beginWaiting();
      });
      return;
    }
    before_ = {};
  }
  for (auto& event : std::exchange(waiting_, {})) {
    broken() ? event->fail(brokenBy_) : begin(event);
  }
}

void Worker::Actor::begin(const std::shared_ptr<Event>& event) {
  underWay_.push_back(event);
  event->position = std::prev(underWay_.end());
  if (!instance_) construct(event->cause);
  if (broken()) return;
  instance_->context->admit(nullptr, [weak = weak_from_this(), event](io::InputGate::Lock lock) {
    if (auto self = weak.lock()) self->enter(event, std::move(lock));
  });
}

void Worker::Actor::enter(const std::shared_ptr<Event>& event, io::InputGate::Lock lock) {
  if (!instance_ || event->answered) return;
  auto pressure = instance_->cache() ? instance_->cache()->beforeEntry() : std::nullopt;
  if (!pressure) return run(event, std::move(lock));
  // Too much waits to be written: nothing more runs in this actor meanwhile.
  event->waitsFor = std::move(*pressure);
  event->lock = std::move(lock);
  event->waitsFor.then([weak = weak_from_this(), event](io::Outcome<void> outcome) {
    auto self = weak.lock();
    if (self && !outcome.failed()) self->run(event, std::move(event->lock));
  });
}

void Worker::Actor::run(const std::shared_ptr<Event>& event, io::InputGate::Lock lock) {
  auto self = shared_from_this();
  auto instance = instance_;
  if (!instance || event->answered) return;
  instance->context->setTitle(event->title);
  v8::Local<v8::Value> result;
  instance->context->runLocked(
      std::move(lock), event->cause,
      [&](js::Lock& js) {
        auto exception =
            js::caught(js, [&] { result = js::followThenable(js, event->handle(js, *instance)); });
        if (exception) failed(js, event, *exception);
      },
      [&](js::Lock& js) {
        if (result.IsEmpty()) return;
        if (!result->IsPromise()) return settled(js, event, result, true);
        instance->context->whenSettled(
            js, result.As<v8::Promise>(),
            [weak = weak_from_this(), event](js::Lock& inner, v8::Local<v8::Value> value,
                                             bool fulfilled) {
              if (auto living = weak.lock()) living->settled(inner, event, value, fulfilled);
            });
      });
}

void Worker::Actor::settled(js::Lock& js, const std::shared_ptr<Event>& event,
                            v8::Local<v8::Value> value, bool fulfilled) {
  if (event->answered) return;
  if (!fulfilled) return failed(js, event, value);
  if (auto exception = js::caught(js, [&] { event->accept(js, value); })) {
    return failed(js, event, *exception);
  }
  conclude(event);
}

void Worker::Actor::failed(js::Lock& js, const std::shared_ptr<Event>& event,
                           v8::Local<v8::Value> exception) {
  if (event->answered || !instance_ || exception.IsEmpty()) return;
  auto remote = toRemote(js, instance_->worker->hooks(), exception);
  event->failure = std::make_exception_ptr(remote.markActor(id_.toString()));
  conclude(event);
}

void Worker::Actor::conclude(const std::shared_ptr<Event>& event) {
  if (!instance_) return;
  event->waitsFor = instance_->gates.output.wait();
  event->waitsFor.then([weak = weak_from_this(), event](io::Outcome<void> outcome) {
    auto self = weak.lock();
    // When the gate has broken, so does the actor, and everybody is told.
    if (!self || event->answered || outcome.failed()) return;
    event->failure ? event->fail(event->failure) : event->tell();
    self->end(event);
  });
}

void Worker::Actor::end(const std::shared_ptr<Event>& event) {
  if (event->answered) return;
  event->answered = true;
  underWay_.erase(event->position);
  if (!waiting_.empty()) return handOver();
  if (underWay_.empty()) lookForIdleness();
}

// ---- The instance ----

void Worker::Actor::construct(const io::Cause& cause) {
  auto definition = options_.definition();
  const auto& name = definition.actorClass.className;
  auto* entrypoint = definition.worker ? definition.worker->findEntrypoint(name) : nullptr;
  if (!entrypoint || entrypoint->kind == Entrypoint::Kind::object) {
    return breakWith(std::make_exception_ptr(
        js::plainError("The class \"" + name + "\" of this Durable Object is not exported.")));
  }
  if (!sockets_) {
    sockets_ = std::make_shared<api::HibernatableSockets>(
        [weak = weak_from_this()](const std::shared_ptr<api::HibernatableSocket>& socket,
                                  api::HibernatableSockets::Event event) {
          if (auto self = weak.lock()) self->receive(socket, std::move(event));
        });
  }
  instance_ = Instance::make(host_, std::move(definition), options_, id_);
  instance_->context->onAbort(
      [weak = weak_from_this(), made = instance_.get()](std::exception_ptr error) {
        auto self = weak.lock();
        if (self && self->instance_.get() == made) self->breakWith(std::move(error));
      });
  instance_->context->admit(
      nullptr, [weak = weak_from_this(), instance = instance_, cause](io::InputGate::Lock lock) {
        auto self = weak.lock();
        if (!self) return;
        instance->context->setTitle("the constructor of " + instance->actorClass.className);
        instance->context->runLocked(
            std::move(lock), cause, [&](js::Lock& js) { self->runConstructor(js, *instance); },
            [](js::Lock&) {});
      });
}

void Worker::Actor::runConstructor(js::Lock& js, Instance& instance) {
  // Nothing that it says is heard when it fails.
  auto said = instance.gates.output.lock();
  auto exception = js::caught(js, [&] {
    api::DurableObjectState::Id id = id_.name().value_or("");
    if (!instance.actorClass.ephemeral) id = js::make<api::DurableObjectId>(id_.asKnownInside());
    using Sockets = std::shared_ptr<api::HibernatableSockets>;
    auto sockets =
        instance.context->addObject(std::make_unique<Sockets>(sockets_), "DurableObjectState");
    auto ctx = js::wrap(
        js, js::make<api::DurableObjectState>(std::move(id), instance.storage, std::move(sockets)));
    auto& exported = *instance.worker->findEntrypoint(instance.actorClass.className);
    auto object = instance.worker->newInstance(js, exported, ctx);
    instance.object = js::Ref<v8::Object>(js, object);
    if (!instance.records) return;
    using AlarmHandler = api::ActorRecords::AlarmHandler;
    bool handles = js::check(object->Get(js.context(), js.name("alarm")))->IsFunction();
    instance.records->alarmHandler = handles ? AlarmHandler::present : AlarmHandler::missing;
  });
  if (!exception) return said.release();
  // Of a script that was stopped: the context ends.
  if (exception->IsEmpty()) return;
  auto remote = toRemote(js, instance.worker->hooks(), *exception);
  auto error = std::make_exception_ptr(remote.markActor(id_.toString()));
  breakWith(error);
  said.fail(error);
}

void Worker::Actor::breakWith(std::exception_ptr error) {
  if (broken()) return;
  auto self = shared_from_this();
  brokenBy_ = asReset(error);
  auto instance = instance_;
  if (instance && instance->cache()) {
    // What is under way to the store ends there; what has not begun never will.
    instance->cache()->shutdown(brokenBy_);
    before_ = storeQuiet();
  }
  if (sockets_) sockets_->drop();
  dropInstance();
  options_.onBroken(std::move(before_));
  auto events = std::exchange(underWay_, {});
  events.splice(events.end(), waiting_);
  for (auto& event : events) {
    event->answered = true;
    event->fail(brokenBy_);
  }
  if (instance) instance->context->abort(brokenBy_);
}

void Worker::Actor::dropInstance() {
  idleTimer_.cancel();
  idleTimerRuns_ = false;
  auto instance = std::exchange(instance_, nullptr);
  if (!instance) return;
  sockets_->sleep();
  // Its JavaScript may be running: the object goes from the loop.
  host_.afterwards.add([instance] {});
}

std::optional<io::Pending<void>> Worker::Actor::unstored() {
  if (!instance_ || !instance_->cache()) return std::nullopt;
  return instance_->cache()->sync();
}

bool Worker::Actor::hibernate() {
  if (!waiting_.empty()) return false;
  if (!instance_) return true;
  if (!quiet() || unstored()) return false;
  dropInstance();
  return true;
}

bool Worker::Actor::hold(io::Pending<void> until) {
  if (!hibernate()) return false;
  before_ = std::move(until);
  return true;
}

// Batches of one actor are applied in order: after one more, however empty, none is under way.
io::Pending<void> Worker::Actor::storeQuiet() {
  struct Waiting {
    io::Pending<persist::BatchResult> last;
    io::Resolver<void> resolver;
  };
  auto channel = io::makePending<void>();
  auto waiting = std::make_shared<Waiting>();
  waiting->resolver = std::move(channel.resolver);
  waiting->resolver.onDropped([weak = std::weak_ptr(waiting)] {
    if (auto dropped = weak.lock()) dropped->last = {};
  });
  waiting->last = host_.store->commit({{options_.uniqueKey, std::string(id_.bytes())}, {}});
  waiting->last.then([waiting](io::Outcome<persist::BatchResult>) { waiting->resolver.resolve(); });
  return std::move(channel.pending);
}

bool Worker::Actor::outdated() const {
  auto worker = options_.definition().worker;
  return worker != instance_->worker || worker->isolate().condemned();
}

bool Worker::Actor::quiet() const { return underWay_.empty() && instance_->context->idle(); }

// Events already delivered finish on the old instance; then, or when that takes too long, those
// that wait begin on one of the new code. Two instances never live at once.
void Worker::Actor::handOver() {
  if (instance_ && quiet()) {
    if (auto flushed = unstored()) {
      before_ = std::move(*flushed);
      host_.afterwards.keepUntil(instance_, std::move(*unstored()));
    }
    dropInstance();
  }
  if (instance_) {
    if (std::exchange(handingOver_, true)) return;
    handOverTimer_.expires_after(std::chrono::milliseconds(kHandOverMs));
    handOverTimer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      auto self = weak.lock();
      if (!error && self && self->instance_) self->hurryHandOver();
    });
    return;
  }
  handingOver_ = false;
  handOverTimer_.cancel();
  beginWaiting();
}

void Worker::Actor::hurryHandOver() {
  auto late = std::exchange(underWay_, {});
  auto reset = asReset(std::make_exception_ptr(
      js::plainError("Durable Object reset because its code was updated.")));
  auto instance = instance_;
  if (instance->cache()) {
    instance->cache()->shutdown(reset);
    before_ = storeQuiet();
  }
  dropInstance();
  for (auto& event : late) {
    event->answered = true;
    event->fail(reset);
  }
  instance->context->abort(reset);
  handOver();
}

void Worker::Actor::lookForIdleness() {
  if (instance_->actorClass.preventEviction) return;
  idleSince_ = std::chrono::steady_clock::now();
  if (!idleTimerRuns_) waitForIdleness(std::chrono::milliseconds(kIdleMs));
}

void Worker::Actor::waitForIdleness(std::chrono::steady_clock::duration time) {
  idleTimerRuns_ = true;
  idleTimer_.expires_after(time);
  idleTimer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    auto self = weak.lock();
    if (error || !self) return;
    self->idleTimerRuns_ = false;
    if (!self->instance_ || !self->underWay_.empty()) return;
    const auto idle = std::chrono::steady_clock::now() - self->idleSince_;
    const auto left = std::chrono::milliseconds(kIdleMs) - idle;
    if (left > left.zero()) return self->waitForIdleness(left);
    // What is still being written will be written by then.
    if (!self->hibernate()) self->lookForIdleness();
  });
}

}  // namespace lathe::worker
