#include "engine/worker/actor.h"

#include "engine/api/durable-object-state.h"
#include "engine/api/request.h"
#include "engine/api/response.h"
#include "engine/worker/exception-text.h"
#include "engine/worker/host.h"
#include "engine/worker/worker-isolate.h"

namespace lathe::worker {

// The JavaScript object and its I/O world. Members go in reverse order: the context before the
// gates.
struct Worker::Actor::Instance {
  std::shared_ptr<Worker> worker;
  io::ActorGates gates;
  std::shared_ptr<io::IoContext> context;
  js::Ref<v8::Object> object;
  io::Pending<void> inputBroken;
};

struct Worker::Actor::Event {
  std::string title;
  Handle handle;
  Accept accept;
  std::function<void(std::exception_ptr)> fail;
  bool answered = false;
  std::list<std::shared_ptr<Event>>::iterator position;
};

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
      handOverTimer_(host.loop) {}

Worker::Actor::~Actor() {
  if (instance_) dropInstance();
}

void Worker::Actor::close() {
  idleTimer_.cancel();
  handOverTimer_.cancel();
  waiting_.clear();
  underWay_.clear();
  instance_.reset();
}

// ---- Events ----

io::Pending<io::Response> Worker::Actor::fetch(io::RequestHead head,
                                               std::unique_ptr<io::BodySource> body) {
  struct Request {
    io::RequestHead head;
    std::unique_ptr<io::BodySource> body;
    io::Resolver<io::Response> resolver;
  };
  auto channel = io::makePending<io::Response>();
  auto method = head.message.method_string();
  auto target = head.message.target();
  std::string title(method.data(), method.size());
  title.append(" ").append(target.data(), target.size());
  auto request = std::make_shared<Request>(
      Request{std::move(head), std::move(body), std::move(channel.resolver)});
  deliver(
      std::move(title),
      [request](js::Lock& js, Worker&, v8::Local<v8::Object> instance) {
        auto made = js::make<api::Request>(std::move(request->head));
        if (request->body) {
          static_cast<api::Body&>(*made).assign(
              io::IoContext::current().addObject(std::move(request->body), "ReadableStream"));
        }
        auto handler = js::check(instance->Get(js.context(), js.name("fetch")));
        if (!handler->IsFunction()) {
          throw js::plainError("Handler does not export a fetch() function.");
        }
        v8::Local<v8::Value> argument = js::wrap(js, made);
        return js::check(handler.As<v8::Function>()->Call(js.context(), instance, 1, &argument));
      },
      [request](js::Lock& js, v8::Local<v8::Value> value) -> std::function<void()> {
        auto* response = js::unwrap<api::Response>(js, value);
        if (!response || response->isError()) {
          throw js::typeError(
              "Incorrect type for Promise: the Promise did not resolve to 'Response'.");
        }
        auto released = std::make_shared<io::Response>(response->release());
        return [request, released] { request->resolver.resolve(std::move(*released)); };
      },
      [request](std::exception_ptr error) { request->resolver.reject(std::move(error)); });
  return std::move(channel.pending);
}

io::Pending<api::RpcResult> Worker::Actor::call(api::RpcCall call) {
  struct Call {
    api::RpcCall call;
    io::Resolver<api::RpcResult> resolver;
  };
  auto channel = io::makePending<api::RpcResult>();
  std::string title = "the call of " + (call.path.empty() ? std::string() : call.path.back());
  auto kept = std::make_shared<Call>(Call{std::move(call), std::move(channel.resolver)});
  deliver(
      std::move(title),
      [kept, name = options_.className](js::Lock& js, Worker& worker,
                                        v8::Local<v8::Object> instance) {
        const Entrypoint* entrypoint = worker.findEntrypoint(name);
        if (entrypoint && entrypoint->kind != Entrypoint::Kind::actorClass) {
          throw js::typeError(
              "The receiving Durable Object does not support RPC, because its class was not "
              "declared with `extends DurableObject`. In order to enable RPC, make sure your class "
              "extends the special class `DurableObject`, which can be imported from the module "
              "\"cloudflare:workers\".");
        }
        return worker.receiveCall(js, instance, kept->call);
      },
      [kept](js::Lock& js, v8::Local<v8::Value> value) -> std::function<void()> {
        api::RpcHostObjects hosts;
        auto result =
            std::make_shared<api::RpcResult>(api::RpcResult{js::serialize(js, value, {}, hosts)});
        return [kept, result] { kept->resolver.resolve(std::move(*result)); };
      },
      [kept](std::exception_ptr error) { kept->resolver.reject(std::move(error)); });
  return std::move(channel.pending);
}

void Worker::Actor::deliver(std::string title, Handle handle, Accept accept,
                            std::function<void(std::exception_ptr)> fail) {
  auto event = std::make_shared<Event>();
  event->title = std::move(title);
  event->handle = std::move(handle);
  event->accept = std::move(accept);
  event->fail = std::move(fail);
  if (broken()) return event->fail(brokenBy_);
  if (instance_ && outdated()) {
    waiting_.push_back(event);
    return handOver();
  }
  begin(event);
}

void Worker::Actor::begin(const std::shared_ptr<Event>& event) {
  idleTimer_.cancel();
  event->position = underWay_.insert(underWay_.end(), event);
  if (!instance_) construct();
  if (broken()) return;
  instance_->context->admit(nullptr, [weak = weak_from_this(), event](io::InputGate::Lock lock) {
    if (auto self = weak.lock()) self->enter(event, std::move(lock));
  });
}

void Worker::Actor::enter(const std::shared_ptr<Event>& event, io::InputGate::Lock lock) {
  auto self = shared_from_this();
  auto instance = instance_;
  if (!instance || event->answered) return;
  instance->context->setTitle(event->title);
  auto failed = [weak = weak_from_this(), event](js::Lock& js, v8::Local<v8::Value> exception) {
    auto living = weak.lock();
    if (!living || event->answered || !living->instance_ || exception.IsEmpty()) return;
    event->fail(
        std::make_exception_ptr(toRemote(js, living->instance_->worker->hooks(), exception)));
    living->end(event);
  };
  v8::Local<v8::Value> result;
  instance->context->runLocked(
      std::move(lock),
      [&](js::Lock& js) {
        auto exception = js::caught(
            js, [&] { result = event->handle(js, *instance->worker, instance->object.get(js)); });
        if (exception) failed(js, *exception);
      },
      [&](js::Lock& js) {
        if (result.IsEmpty()) return;
        auto hear = [weak = weak_from_this(), event, failed](
                        js::Lock& inner, v8::Local<v8::Value> value, bool fulfilled) {
          auto living = weak.lock();
          if (!living || event->answered) return;
          if (!fulfilled) return failed(inner, value);
          std::function<void()> tell;
          auto exception = js::caught(inner, [&] { tell = event->accept(inner, value); });
          if (exception) return failed(inner, *exception);
          tell();
          living->end(event);
        };
        if (result->IsPromise()) {
          instance->context->whenSettled(js, result.As<v8::Promise>(), hear);
        } else {
          hear(js, result, true);
        }
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

void Worker::Actor::construct() {
  auto worker = options_.worker();
  auto* entrypoint = worker ? worker->findEntrypoint(options_.className) : nullptr;
  if (!entrypoint || entrypoint->kind == Entrypoint::Kind::object) {
    return breakWith(std::make_exception_ptr(js::plainError(
        "The class \"" + options_.className + "\" of this Durable Object is not exported.")));
  }
  instance_ = std::make_shared<Instance>();
  instance_->worker = worker;
  instance_->context = std::make_shared<io::IoContext>(*worker, &instance_->gates);
  instance_->context->onAbort([weak = weak_from_this()](std::exception_ptr error) {
    if (auto self = weak.lock()) self->breakWith(std::move(error));
  });
  instance_->inputBroken = instance_->gates.input.onBroken();
  instance_->inputBroken.then(
      [weak = std::weak_ptr<Instance>(instance_)](io::Outcome<void> outcome) {
        auto instance = weak.lock();
        if (instance && outcome.failed()) instance->context->abort(outcome.error());
      });
  instance_->context->admit(
      nullptr, [weak = weak_from_this(), instance = instance_](io::InputGate::Lock lock) {
        auto self = weak.lock();
        if (!self) return;
        instance->context->setTitle("the constructor of " + self->options_.className);
        instance->context->runLocked(
            std::move(lock),
            [&](js::Lock& js) {
              auto exception = js::caught(js, [&] {
                auto ctx = js::wrap(js, js::make<api::DurableObjectState>(self->id_));
                auto& exported = *instance->worker->findEntrypoint(self->options_.className);
                auto object = instance->worker->newInstance(js, exported, ctx);
                instance->object = js::Ref<v8::Object>(js, object);
              });
              if (!exception || exception->IsEmpty()) return;
              self->breakWith(
                  std::make_exception_ptr(toRemote(js, instance->worker->hooks(), *exception)));
            },
            [](js::Lock&) {});
      });
}

void Worker::Actor::breakWith(std::exception_ptr error) {
  if (broken()) return;
  auto self = shared_from_this();
  brokenBy_ = asReset(error);
  options_.onBroken();
  auto events = std::exchange(underWay_, {});
  events.splice(events.end(), waiting_);
  for (auto& event : events) {
    event->answered = true;
    event->fail(brokenBy_);
  }
  if (!instance_) return;
  instance_->context->abort(brokenBy_);
  dropInstance();
}

void Worker::Actor::dropInstance() {
  idleTimer_.cancel();
  // Its JavaScript may be running: the object goes from the loop.
  host_.afterwards.add([instance = std::exchange(instance_, nullptr)] {});
}

bool Worker::Actor::outdated() const {
  auto worker = options_.worker();
  return worker != instance_->worker || worker->isolate().condemned();
}

// Events already delivered finish on the old instance; then, or when that takes too long, those
// that wait begin on one of the new code. Two instances never live at once.
void Worker::Actor::handOver() {
  if (instance_ && underWay_.empty() && instance_->context->idle()) dropInstance();
  if (instance_) {
    if (std::exchange(handingOver_, true)) return;
    handOverTimer_.expires_after(std::chrono::milliseconds(kHandOverMs));
    handOverTimer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      auto self = weak.lock();
      if (error || !self || !self->instance_) return;
      auto late = std::exchange(self->underWay_, {});
      auto reset = asReset(std::make_exception_ptr(
          js::plainError("Durable Object reset because its code was updated.")));
      for (auto& event : late) {
        event->answered = true;
        event->fail(reset);
      }
      self->dropInstance();
      self->handOver();
    });
    return;
  }
  handingOver_ = false;
  handOverTimer_.cancel();
  for (auto& event : std::exchange(waiting_, {})) begin(event);
}

void Worker::Actor::lookForIdleness() {
  if (options_.preventEviction) return;
  idleTimer_.expires_after(std::chrono::milliseconds(kIdleMs));
  idleTimer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    auto self = weak.lock();
    if (error || !self || !self->instance_ || !self->underWay_.empty()) return;
    if (!self->instance_->context->idle()) return self->lookForIdleness();
    self->dropInstance();
  });
}

}  // namespace lathe::worker
