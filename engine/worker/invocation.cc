#include "engine/worker/invocation.h"

#include "engine/api/request.h"
#include "engine/api/response.h"
#include "engine/js/thenable.h"
#include "engine/worker/exception-text.h"
#include "engine/worker/host.h"
#include "engine/worker/worker-isolate.h"

namespace lathe::worker {

Invocation::Invocation(std::shared_ptr<Worker> worker)
    : worker_(std::move(worker)),
      companions_(worker_->companions()),
      context_(std::make_shared<io::IoContext>(*worker_)) {}

template <class Call, class Settled>
void Invocation::deliver(const std::shared_ptr<const api::EntrypointProps>& props, Call call,
                         Settled settled) {
  context_->expectAnswer();
  context_->onAbort([weak = weak_from_this()](std::exception_ptr error) {
    if (auto self = weak.lock()) self->fail(std::move(error));
  });
  v8::Local<v8::Value> result;
  auto failed = [this](js::Lock& js, v8::Local<v8::Value> exception) {
    if (exception.IsEmpty()) return;  // stopped: the context's abort tells
    fail(std::make_exception_ptr(toRemote(js, worker_->hooks(), exception)));
  };
  context_->run(
      [&](js::Lock& js) {
        auto exception = js::caught(js, [&] {
          auto ctx = js::wrap(js, js::make<api::ExecutionContext>(props));
          result = js::followThenable(js, call(js, ctx));
        });
        if (exception) failed(js, *exception);
      },
      [&](js::Lock& js) {
        if (result.IsEmpty()) return;
        auto hear = [this, weak = weak_from_this(), settled, failed](
                        js::Lock& inner, v8::Local<v8::Value> value, bool fulfilled) {
          auto self = weak.lock();
          if (!self || answered_) return;
          if (!fulfilled) return failed(inner, value);
          auto exception = js::caught(inner, [&] { settled(inner, value); });
          if (exception) failed(inner, *exception);
        };
        if (result->IsPromise()) {
          context_->whenSettled(js, result.As<v8::Promise>(), std::move(hear));
        } else {
          hear(js, result, true);
        }
      });
  if (!answered_ && context_->aborted()) fail(context_->abortError());
  if (!answered_) context_->checkHang();
}

// ---- Requests ----

Answer Invocation::fetch(io::RequestHead head, std::unique_ptr<io::BodySource> body,
                         const api::EntrypointTarget& entrypoint) {
  auto self = shared_from_this();
  auto method = head.message.method_string();
  auto target = head.message.target();
  std::string title;
  title.reserve(method.size() + 1 + target.size());
  title.append(method.data(), method.size()).append(" ").append(target.data(), target.size());
  context_->setTitle(std::move(title));
  context_->setCause({head.number, head.depth});
  auto asked = api::Response::askedBy(head);
  deliver(
      entrypoint.props,
      [&](js::Lock& js, v8::Local<v8::Value> ctx) {
        auto request = js::make<api::Request>(std::move(head));
        if (body) {
          static_cast<api::Body&>(*request).assign(
              context_->addObject(std::move(body), "ReadableStream"));
        }
        return worker_->callFetch(js, entrypoint.name, js::wrap(js, request), ctx);
      },
      [this, asked](js::Lock& js, v8::Local<v8::Value> value) {
        acceptResponse(js, value, asked);
      });
  if (outcome_) {
    auto outcome = std::move(*outcome_);
    outcome_.reset();
    if (!outcome.failed()) return outcome.take();
    return io::Pending<io::Response>::failed(outcome.error());
  }
  auto channel = io::makePending<io::Response>();
  waiting_.emplace(std::move(channel.resolver));
  waiting_->onDropped([weak = weak_from_this()] {
    if (auto gone = weak.lock()) gone->abandoned();
  });
  return std::move(channel.pending);
}

void Invocation::acceptResponse(js::Lock& js, v8::Local<v8::Value> value,
                                api::Response::Asked asked) {
  auto* response = js::unwrap<api::Response>(js, value);
  if (!response) {
    throw js::typeError("Incorrect type for Promise: the Promise did not resolve to 'Response'.");
  }
  if (response->isError()) {
    throw js::typeError(
        "Return value from serve handler must not be an error response (like Response.error())");
  }
  succeed(response->release(js, asked));
}

void Invocation::succeed(io::Response response) {
  if (answered_) return;
  answered_ = true;
  context_->answered();
  std::shared_ptr<void> delivery(static_cast<void*>(this),
                                 [self = shared_from_this()](void*) { self->delivered(); });
  if (response.webSocket) {
    // The other end may be this event's own: it lives as long as the connection. What the socket
    // came from goes first.
    auto& kept = response.webSocket->keptAlive;
    using Both = std::pair<std::shared_ptr<void>, std::shared_ptr<void>>;
    kept = std::make_shared<Both>(std::move(delivery), std::move(kept));
  } else {
    response.delivery = std::move(delivery);
  }
  if (waiting_) {
    waiting_->resolve(std::move(response));
  } else {
    outcome_.emplace(std::move(response));
  }
}

void Invocation::fail(std::exception_ptr error) {
  if (answered_) return;
  answered_ = true;
  context_->answered();
  auto self = shared_from_this();
  if (testWaiting_) {
    testWaiting_->reject(error);
  } else if (callWaiting_) {
    callWaiting_->reject(error);
  } else if (waiting_) {
    waiting_->reject(error);
  } else {
    outcome_.emplace(error);
  }
  delivered();
}

// ---- Method calls ----

io::Pending<api::RpcResult> Invocation::call(api::RpcCall call,
                                             const api::EntrypointTarget& entrypoint) {
  auto self = shared_from_this();
  context_->setTitle("the call of " + (call.path.empty() ? std::string() : call.path.back()));
  context_->setCause(call.cause);
  auto channel = io::makePending<api::RpcResult>();
  callWaiting_.emplace(std::move(channel.resolver));
  callWaiting_->onDropped([weak = weak_from_this()] {
    if (auto gone = weak.lock()) gone->abandoned();
  });
  deliver(
      entrypoint.props,
      [&](js::Lock& js, v8::Local<v8::Value> ctx) {
        return worker_->callMethod(js, entrypoint.name, call, ctx);
      },
      [this](js::Lock& js, v8::Local<v8::Value> value) {
        api::RpcResult result{api::serializeForCall(js, value)};
        answered_ = true;
        context_->answered();
        callWaiting_->resolve(std::move(result));
        delivered();
      });
  return std::move(channel.pending);
}

// ---- Tests ----

io::Pending<void> Invocation::test(const std::string& entrypoint) {
  auto self = shared_from_this();
  context_->setTitle(entrypoint.empty() ? "test" : "test " + entrypoint);
  auto channel = io::makePending<void>();
  testWaiting_.emplace(std::move(channel.resolver));
  deliver(
      nullptr,
      [&](js::Lock& js, v8::Local<v8::Value> ctx) {
        auto controller = v8::Object::New(js.v8());
        return js::check(worker_->callHandler(js, entrypoint, "test", controller, ctx));
      },
      [this](js::Lock&, v8::Local<v8::Value>) {
        // The client of a test waits for its waitUntil work too (Durable Objects §2.7).
        answered_ = true;
        context_->answered();
        delivered();
      });
  return std::move(channel.pending);
}

// ---- The end ----

void Invocation::abandoned() {
  if (answered_) return;
  answered_ = true;
  context_->answered();
  delivered();
}

void Invocation::delivered() {
  drained_ = context_->drain();
  if (drained_.settled()) return finish();
  drained_.then([weak = weak_from_this()](io::Outcome<void>) {
    if (auto self = weak.lock()) self->finish();
  });
}

void Invocation::finish() {
  if (finished_) return;
  finished_ = true;
  // Out of the list at once: where the end is put off, and never comes, it goes with the step.
  auto kept = std::move(*position_);
  worker_->invocations_.erase(position_);
  auto end = [self = std::move(kept)] {
    if (self->testWaiting_) self->testWaiting_->resolve();
    // Whoever hears of the end may replace the worker.
    if (auto hook = self->worker_->onEventEnd_) hook();
  };
  // JavaScript of this context may be running: what it stands on must not go.
  if (io::IoContext::entered()) {
    worker_->workerIsolate().host().afterwards.add(std::move(end));
  } else {
    end();
  }
}

}  // namespace lathe::worker
