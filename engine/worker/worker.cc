#include "engine/worker/worker.h"

#include "engine/io/cpu-watch.h"
#include "engine/js/async-frame.h"
#include "engine/worker/caller-place.h"
#include "engine/worker/exception-text.h"
#include "engine/worker/invocation.h"
#include "engine/worker/worker-isolate.h"

namespace lathe::worker {
namespace {

Log::Level levelOf(std::string_view name) {
  if (name == "debug") return Log::Level::debug;
  if (name == "info") return Log::Level::info;
  if (name == "warn") return Log::Level::warn;
  if (name == "error") return Log::Level::error;
  return Log::Level::log;
}

std::uint64_t currentRequest() {
  auto* context = io::IoContext::currentOrNull();
  return context ? context->cause().request : 0;
}

}  // namespace

Worker::Worker(std::shared_ptr<Script> script, BindingTargets& targets)
    : script_(std::move(script)),
      modules_(
          script_->source().modules,
          [this](js::Lock& js, std::string_view specifier) -> std::optional<v8::Local<v8::Object>> {
            bool hidden = compatibility().has(Flag::DisallowImportableEnv);
            auto env = hidden ? v8::Object::New(js.v8()) : env_.get(js);
            auto exported = hidden ? v8::Object::New(js.v8()) : loopbacks_.get(js);
            v8::Local<v8::Value> arguments[] = {js.string(specifier), env, exported};
            auto exports = js::check(
                hook(js, "builtinModule")->Call(js.context(), js.undefined(), 3, arguments));
            if (!exports->IsObject()) return std::nullopt;
            bool withNode =
                compatibility().has(Flag::NodejsCompat) ||
                (specifier == "node:async_hooks" && compatibility().has(Flag::NodejsAls));
            if (specifier.starts_with("node:") && !withNode) {
              throw js::plainError("No such module \"" + std::string(specifier) +
                                   "\". Node's modules are there with the compatibility flag "
                                   "\"nodejs_compat\", or a compatibility_date from 2026-08-04 "
                                   "on.");
            }
            return exports.As<v8::Object>();
          }) {
  workerIsolate().inside([&](js::Lock& js) {
    makeContext();
    v8::Context::Scope entered(v8Context());
    makeBindings(js, targets);
    start(js);
    makeLoopbacks(js, targets);
  });
  starting_ = false;
}

Worker::~Worker() = default;

const std::string& Worker::name() const { return script_->source().name; }
Worker::Isolate& Worker::workerIsolate() { return script_->isolate(); }

// ---- io::Realm ----

boost::asio::any_io_executor Worker::executor() {
  return workerIsolate().host().loop.get_executor();
}
js::Isolate& Worker::isolate() { return workerIsolate().js(); }
v8::Local<v8::Context> Worker::v8Context() {
  js::Lock js(isolate().v8());
  return context_.get(js);
}
v8::Local<v8::Object> Worker::hooks() {
  js::Lock js(isolate().v8());
  return hooks_.get(js);
}
v8::Local<v8::Value> Worker::exports() {
  js::Lock js(isolate().v8());
  if (!compatibility().has(Flag::EnableCtxExports)) return js.undefined();
  return loopbacks_.get(js);
}
const Compatibility& Worker::compatibility() const { return script_->source().compatibility; }
io::CpuWatch& Worker::cpuWatch() { return workerIsolate().host().cpuWatch; }
io::WebSocketDialer* Worker::webSocketDialer() { return workerIsolate().host().dialer; }
std::uint32_t Worker::cpuLimitMs() { return script_->source().cpuMsMax; }

void Worker::logUncaught(js::Lock& js, std::string_view what, v8::Local<v8::Value> exception) {
  if (what == "Uncaught") {
    // Its own "error" listeners are asked first.
    v8::TryCatch guard(js.v8());
    if (!hook(js, "reportException")->Call(js.context(), js.undefined(), 1, &exception).IsEmpty()) {
      return;
    }
  }
  printException(std::string(what) + " " + exceptionText(js, hooks(), exception));
}

void Worker::reportRejection(js::Lock& js, const js::Isolate::UnhandledRejection& rejection) {
  v8::TryCatch guard(js.v8());
  js::AsyncFrameScope framed(js, rejection.frame);
  v8::Local<v8::Value> arguments[] = {rejection.promise, rejection.reason};
  v8::Local<v8::Value> alone;
  bool asked =
      hook(js, "reportRejection")->Call(js.context(), js.undefined(), 2, arguments).ToLocal(&alone);
  if (!asked || alone->IsTrue()) {
    printException("Uncaught (in promise) " + exceptionText(js, hooks(), rejection.reason));
  }
}

void Worker::reportLateHandling(js::Lock& js, const js::Isolate::UnhandledRejection& rejection) {
  v8::TryCatch guard(js.v8());
  js::AsyncFrameScope framed(js, rejection.frame);
  v8::Local<v8::Value> arguments[] = {rejection.promise, rejection.reason};
  // What a listener throws has been reported within.
  static_cast<void>(
      hook(js, "reportLateHandling")->Call(js.context(), js.undefined(), 2, arguments).IsEmpty());
}

void Worker::logWarning(std::string_view text) { workerIsolate().host().log.warning(name(), text); }

void Worker::print(std::string_view level, std::string_view text) {
  Log& log = workerIsolate().host().log;
  std::string place = log.places() ? callerPlace(isolate().v8()) : std::string();
  log.console({name(), levelOf(level), text, place, currentRequest()});
}

bool Worker::colors() const { return script_->isolate().host().log.colors(); }

void Worker::printException(std::string_view text) {
  workerIsolate().host().log.exception(name(), text, currentRequest());
}

void Worker::isolateCondemned() {
  // Whatever else runs on this heap ends too, but not within the entry that has just found out.
  boost::asio::post(executor(), [weak = weak_from_this()] {
    if (auto self = weak.lock()) {
      self->abortAll(std::make_exception_ptr(js::plainError(self->isolate().condemnation())));
    }
  });
}

// ---- Events ----

Answer Worker::handleRequest(io::RequestHead head, std::unique_ptr<io::BodySource> body,
                             const api::EntrypointTarget& entrypoint) {
  return newInvocation()->fetch(std::move(head), std::move(body), entrypoint);
}

io::Pending<api::RpcResult> Worker::handleCall(api::RpcCall call,
                                               const api::EntrypointTarget& entrypoint) {
  return newInvocation()->call(std::move(call), entrypoint);
}

io::Pending<void> Worker::runTest(const std::string& entrypoint) {
  return newInvocation()->test(entrypoint);
}

std::shared_ptr<Invocation> Worker::newInvocation() {
  auto invocation = std::make_shared<Invocation>(shared_from_this());
  invocations_.push_front(invocation);
  invocation->position_ = invocations_.begin();
  return invocation;
}

void Worker::abortAll(std::exception_ptr error) {
  auto all = std::vector<std::shared_ptr<Invocation>>(invocations_.begin(), invocations_.end());
  for (auto& invocation : all) invocation->abort(error);
}

void Worker::closeWebSockets() {
  auto all = std::vector<std::shared_ptr<Invocation>>(invocations_.begin(), invocations_.end());
  for (auto& invocation : all) invocation->closeWebSockets();
}

const Worker::Entrypoint* Worker::findEntrypoint(const std::string& wanted) const {
  for (const auto& entrypoint : entrypoints_) {
    if (entrypoint.name == wanted) return &entrypoint;
  }
  return nullptr;
}

v8::Local<v8::Function> Worker::hook(js::Lock& js, const char* name) {
  return js::check(hooks_.get(js)->Get(js.context(), js.name(name))).As<v8::Function>();
}

const Worker::Entrypoint& Worker::requireEntrypoint(const std::string& wanted) const {
  const Entrypoint* entrypoint = findEntrypoint(wanted);
  if (!entrypoint) {
    throw js::typeError("The entrypoint name " + wanted +
                        " was not found in this worker. Ensure the worker exports an entrypoint "
                        "with that name.");
  }
  if (entrypoint->kind == Entrypoint::Kind::actorClass) {
    throw js::typeError("The entrypoint name " + wanted +
                        " refers to a Durable Object class, but the incoming request is trying to "
                        "invoke it as a stateless worker.");
  }
  return *entrypoint;
}

v8::Local<v8::Object> Worker::newInstance(js::Lock& js, const Entrypoint& entrypoint,
                                          v8::Local<v8::Value> ctx) {
  v8::Local<v8::Value> arguments[] = {ctx, env_.get(js)};
  auto constructor = entrypoint.exported.get(js).As<v8::Function>();
  return js::check(constructor->NewInstance(js.context(), 2, arguments));
}

v8::MaybeLocal<v8::Value> Worker::callHandler(js::Lock& js, const std::string& wanted,
                                              const char* method, v8::Local<v8::Value> argument,
                                              v8::Local<v8::Value> ctx) {
  const Entrypoint& entrypoint = requireEntrypoint(wanted);
  bool isClass = entrypoint.kind != Entrypoint::Kind::object;
  auto receiver = isClass ? newInstance(js, entrypoint, ctx) : entrypoint.exported.get(js);
  auto handler = js::check(receiver->Get(js.context(), js.name(method)));
  if (!handler->IsFunction()) return {};
  v8::Local<v8::Value> arguments[] = {argument, env_.get(js), ctx};
  return js::check(
      handler.As<v8::Function>()->Call(js.context(), receiver, isClass ? 1 : 3, arguments));
}

v8::Local<v8::Value> Worker::callMethod(js::Lock& js, const std::string& wanted,
                                        const api::RpcCall& call, v8::Local<v8::Value> ctx) {
  const Entrypoint& entrypoint = requireEntrypoint(wanted);
  if (entrypoint.kind == Entrypoint::Kind::object) {
    return receiveCall(js, entrypoint.exported.get(js), call, ctx);
  }
  if (entrypoint.kind != Entrypoint::Kind::workerClass && !compatibility().has(Flag::JsRpc)) {
    throw js::typeError(
        "The receiving entrypoint does not support RPC, because it is not a class that extends "
        "WorkerEntrypoint of \"cloudflare:workers\".");
  }
  return receiveCall(js, newInstance(js, entrypoint, ctx), call);
}

v8::Local<v8::Value> Worker::receiveCall(js::Lock& js, v8::Local<v8::Object> receiver,
                                         const api::RpcCall& call,
                                         v8::Local<v8::Value> handlersCtx) {
  v8::Local<v8::Value> arguments[] = {
      receiver, js::Convert<std::vector<std::string>>::toJs(js, call.path),
      call.arguments ? js::deserialize(js, *call.arguments) : v8::Local<v8::Value>(js.undefined()),
      env_.get(js), handlersCtx};
  const int count = handlersCtx.IsEmpty() ? 3 : 5;
  return js::check(hook(js, "receiveCall")->Call(js.context(), js.undefined(), count, arguments));
}

v8::Local<v8::Value> Worker::callFetch(js::Lock& js, const std::string& entrypoint,
                                       v8::Local<v8::Value> request, v8::Local<v8::Value> ctx) {
  if (entrypoint.empty() && (serviceWorker_ || !findEntrypoint(""))) {
    return dispatchFetchEvent(js, request, ctx);
  }
  v8::Local<v8::Value> result;
  if (callHandler(js, entrypoint, "fetch", request, ctx).ToLocal(&result)) return result;
  if (!std::exchange(missingFetchLogged_, true)) {
    logWarning(
        "Received a FetchEvent but we lack a handler for FetchEvents. Did you remember to export a "
        "fetch() function?");
  }
  throw js::plainError("Handler does not export a fetch() function.");
}

// Service-worker syntax: "fetch" at the global object.
v8::Local<v8::Value> Worker::dispatchFetchEvent(js::Lock& js, v8::Local<v8::Value> request,
                                                v8::Local<v8::Value> ctx) {
  auto context = js.context();
  v8::Local<v8::Value> arguments[] = {request, ctx};
  auto outcome =
      js::check(hook(js, "dispatchFetchEvent")->Call(context, js.undefined(), 2, arguments))
          .As<v8::Object>();
  auto is = [&](const char* name) {
    return js::check(outcome->Get(context, js.name(name)))->BooleanValue(js.v8());
  };
  if (is("responded")) return js::check(outcome->Get(context, js.name("response")));
  if (is("prevented")) {
    throw js::plainError("The worker prevented the default and did not respond.");
  }
  auto type = js.string("fetch").As<v8::Value>();
  auto listeners = js::check(hook(js, "globalListeners")->Call(context, js.undefined(), 1, &type));
  if (listeners.As<v8::Array>()->Length() == 0) {
    if (!std::exchange(missingFetchLogged_, true)) {
      logWarning(
          "Received a FetchEvent but we lack a handler for FetchEvents. Did you remember to export "
          "a "
          "fetch() function?");
    }
    throw js::plainError("Handler does not export a fetch() function.");
  }
  throw js::notImplemented("passing a request on to its origin (no listener called respondWith)");
}

}  // namespace lathe::worker
