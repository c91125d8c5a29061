#include "engine/io/io-context.h"

#include <boost/asio/post.hpp>

#include "engine/io/cpu-watch.h"
#include "engine/io/current-context.h"
#include "engine/js/async-frame.h"
#include "engine/js/stop-script.h"

namespace lathe::io {
namespace {

// The single exception to "no mutable globals": set by Entry's scope only.
thread_local IoContext* currentContext = nullptr;
thread_local int entryDepth = 0;

constexpr const char* kGlobalScope =
    "Disallowed operation called within global scope. Asynchronous I/O (ex: fetch() or connect()), "
    "setting a timeout, and generating random values are not allowed within global scope. To fix "
    "this "
    "error, perform this operation within a handler. "
    "https://developers.cloudflare.com/workers/runtime-apis/handlers/";

constexpr const char* kHung =
    "The Workers runtime canceled this request because it detected that your Worker's code had "
    "hung and "
    "would never generate a response. Refer to: "
    "https://developers.cloudflare.com/workers/observability/errors/";

// What a timer takes, with its places in the lists of timers.
constexpr std::size_t kTimerBytes = 512;

constexpr const char* kCpuLimit = "Worker exceeded CPU time limit.";

constexpr const char* kDrainLimit =
    "waitUntil() tasks did not complete within the allowed time after invocation end and have been "
    "cancelled. See: https://developers.cloudflare.com/workers/runtime-apis/context/#waituntil";

}  // namespace

// ---- Current ----

IoContext& IoContext::current() {
  if (!currentContext) throw js::plainError(kGlobalScope);
  return *currentContext;
}

IoContext* IoContext::currentOrNull() { return currentContext; }

IoContext* const* placeOfCurrentContext() { return &currentContext; }

IoContext::OutsideScope::OutsideScope() : previous_(std::exchange(currentContext, nullptr)) {}
IoContext::OutsideScope::~OutsideScope() { currentContext = previous_; }

bool IoContext::entered() { return entryDepth > 0; }

// ---- Life ----

IoContext::IoContext(Realm& realm, ActorGates* gates) : realm_(realm), gates_(gates) {}

IoContext::~IoContext() {
  admissions_.clear();
  // Tasks first, since their I/O may use the objects; each list backwards.
  while (!tasks_.empty()) tasks_.pop_back();
  while (!objects_.empty()) objects_.pop_back();
}

Cause IoContext::causeOfCall() const {
  if (cause_.depth >= Cause::kDepthMax) {
    throw js::plainError("Subrequest depth limit exceeded: more than " +
                         std::to_string(Cause::kDepthMax) +
                         " workers and Durable Objects have called one another.");
  }
  return {cause_.request, cause_.depth + 1};
}

v8::Local<v8::Object> IoContext::token(js::Lock& js) {
  if (token_.empty()) token_ = js::Ref<v8::Object>(js, v8::Object::New(js.v8()));
  return token_.get(js);
}

void IoContext::removeObject(detail::OwnedObject* object) {
  for (auto i = objects_.begin(); i != objects_.end(); ++i) {
    if (i->get() == object) {
      objects_.erase(i);
      return;
    }
  }
}

void IoContext::abort(std::exception_ptr error) {
  if (aborted()) return;
  abortError_ = std::move(error);
  auto self = weak_from_this().lock();
  for (auto& hook : std::exchange(abortHooks_, {})) hook(abortError_);
  for (auto& waiting : std::exchange(drained_, {})) waiting.resolve();
}

void IoContext::onAbort(Callback<void(std::exception_ptr)> hook) {
  if (aborted()) {
    hook(abortError_);
  } else {
    abortHooks_.push_back(std::move(hook));
  }
}

// ---- Entries ----

IoContext::Entry::Entry(IoContext& context)
    : context_(context),
      isolate_(context.realm_.isolate().v8()),
      entered_(isolate_),
      handles_(isolate_),
      v8Context_(context.realm_.v8Context()),
      v8Entered_(v8Context_),
      js_(isolate_),
      previous_(std::exchange(currentContext, &context)) {
  if (entryDepth++ == 0) context.realm_.cpuWatch().enter(isolate_, context.realm_.cpuLimitMs());
}

IoContext::Entry::~Entry() {
  // A stop that comes after all else is this entry's too.
  if (--entryDepth == 0 && context_.realm_.cpuWatch().leave()) {
    js::forgetMicrotasks(isolate_);
    exceeded();
  }
  currentContext = previous_;
}

void IoContext::Entry::drain() {
  if (entryDepth > 1 || context_.realm_.cpuWatch().stopping()) return;
  if (!isolate_->IsExecutionTerminating()) isolate_->PerformMicrotaskCheckpoint();
}

void IoContext::Entry::exceeded() {
  context_.abort(std::make_exception_ptr(js::plainError(kCpuLimit)));
}

void IoContext::Entry::reportRejections() {
  if (entryDepth > 1) return;
  auto& realm = context_.realm_;
  for (;;) {
    auto rejections = realm.isolate().takeUnhandledRejections(js_);
    auto handled = realm.isolate().takeLateHandled(js_);
    auto& watch = realm.cpuWatch();
    for (const auto& rejection : rejections) {
      if (!watch.stopping()) realm.reportRejection(js_, rejection);
    }
    for (const auto& rejection : handled) {
      if (!watch.stopping()) realm.reportLateHandling(js_, rejection);
    }
    if (rejections.empty() && handled.empty()) return;
    // Whoever listens may have settled what the event waits for.
    drain();
    if (stopped()) return;
  }
}

bool IoContext::Entry::stopped() {
  auto& realm = context_.realm_;
  auto& isolate = realm.isolate();
  if (entryDepth == 1) isolate.checkMemory(realm.cpuWatch().polls());
  bool overTime = realm.cpuWatch().takeExceeded();
  if (!overTime && !isolate.condemned() && !isolate_->IsExecutionTerminating()) return false;
  isolate_->CancelTerminateExecution();
  if (entryDepth == 1) js::forgetMicrotasks(isolate_);
  if (isolate.condemned()) {
    context_.abort(std::make_exception_ptr(js::plainError(isolate.condemnation())));
    realm.isolateCondemned();
  } else if (overTime) {
    exceeded();
  }
  return true;
}

// Of what no event has asked for: each is its own worker's to hear.
void IoContext::reportRejections(CpuWatch& watch, js::Isolate& isolate) {
  js::Lock js(isolate.v8());
  for (const auto& rejection : isolate.takeUnhandledRejections(js)) {
    if (watch.stopping() || isolate.condemned()) return;
    v8::Context::Scope entered(rejection.promise->GetCreationContextChecked(js.v8()));
    Realm::of(js).reportRejection(js, rejection);
  }
}

bool IoContext::runTask(CpuWatch& watch, js::Isolate& isolate, std::uint32_t limitMs,
                        const std::function<void()>& work) {
  auto* v8 = isolate.v8();
  OutsideScope outside;
  ++entryDepth;
  watch.enter(v8, limitMs);
  work();
  if (!watch.stopping() && !isolate.condemned()) v8->PerformMicrotaskCheckpoint();
  reportRejections(watch, isolate);
  isolate.checkMemory(watch.polls());
  const bool overTime = watch.leave();
  --entryDepth;
  if (!overTime && !isolate.condemned()) return true;
  v8->CancelTerminateExecution();
  js::forgetMicrotasks(v8);
  if (overTime) isolate.condemn(kCpuLimit);
  return false;
}

bool IoContext::guarded(js::Lock& js, const std::function<void()>& body) {
  v8::TryCatch guard(js.v8());
  try {
    body();
    return true;
  } catch (const js::ExceptionPending&) {
    if (guard.HasTerminated() || js.v8()->IsExecutionTerminating()) return false;
    realm_.logUncaught(js, "Uncaught", js::exceptionOf(js, guard));
  } catch (...) {
    realm_.logUncaught(js, "Uncaught", js::currentExceptionToJs(js));
  }
  return false;
}

void IoContext::later(Task& task, Callback<void()> step) {
  postponed_.insert(&task);
  boost::asio::post(realm_.executor(),
                    [weak = weak_from_this(), key = &task, step = std::move(step)]() mutable {
                      auto self = weak.lock();
                      if (self && self->postponed_.erase(key) != 0) step();
                    });
}

// ---- JavaScript promises ----

void IoContext::waitUntil(js::Lock& js, v8::Local<v8::Promise> promise) {
  ++waitUntilCount_;
  whenSettled(js, promise, [this](js::Lock& inner, v8::Local<v8::Value> value, bool fulfilled) {
    if (!fulfilled) {
      waitUntilFailed_ = true;
      realm_.logUncaught(inner, "Uncaught (in waitUntil)", value);
    }
    endWaitUntil();
  });
}

void IoContext::endWaitUntil() {
  if (--waitUntilCount_ > 0) return;
  // Resolved from the loop: whoever waits may destroy this context, whose JavaScript runs now.
  boost::asio::post(realm_.executor(), [weak = weak_from_this()] {
    auto self = weak.lock();
    if (!self || self->waitUntilCount_ > 0) return;
    for (auto& waiting : std::exchange(self->drained_, {})) waiting.resolve();
  });
}

Pending<void> IoContext::drain() {
  if (waitUntilCount_ == 0 || aborted()) return Pending<void>::ready();
  auto channel = makePending<void>();
  drained_.push_back(std::move(channel.resolver));
  drainLimit_.emplace(realm_.executor(), std::chrono::milliseconds(kDrainMsMax));
  drainLimit_->async_wait([weak = weak_from_this()](boost::system::error_code error) {
    auto self = weak.lock();
    if (error || !self || self->drained_.empty()) return;
    self->realm_.logWarning(kDrainLimit);
    for (auto& waiting : std::exchange(self->drained_, {})) waiting.resolve();
  });
  return std::move(channel.pending);
}

// ---- Timers ----

std::uint32_t IoContext::setTimer(js::Lock& js, v8::Local<v8::Function> callback, double delayMs,
                                  Timers::Repeat repeat,
                                  std::vector<v8::Local<v8::Value>> arguments) {
  auto& set = timers();
  if (set.active() >= Timers::kActiveMax) {
    throw js::domException(
        "QuotaExceededError",
        "You have exceeded the number of active timeouts you may set. max active timeouts: " +
            std::to_string(Timers::kActiveMax) +
            ", current active timeouts: " + std::to_string(set.active()) +
            ", finished timeouts: " + std::to_string(set.finished()));
  }
  struct Call {
    explicit Call(js::ExternalMemory& account) : footprint(account, kTimerBytes) {}
    js::Footprint footprint;
    js::Ref<v8::Function> function;
    std::vector<js::Ref<v8::Value>> arguments;
    std::optional<js::Ref<v8::Value>> frame;
  };
  auto call = std::make_shared<Call>(*realm_.isolate().externalMemory());
  call->function = js::Ref<v8::Function>(js, callback);
  if (auto frame = js::asyncFrame(js); !frame->IsUndefined()) call->frame.emplace(js, frame);
  for (auto argument : arguments) call->arguments.emplace_back(js, argument);
  std::uint32_t id = realm_.nextTimerId();
  auto section = inputLock_ ? inputLock_.criticalSection() : nullptr;
  set.add(id, delayMs, repeat, [weak = weak_from_this(), call, section, cause = cause_] {
    auto self = weak.lock();
    if (!self) return;
    auto enter = [call](js::Lock& inner) {
      std::vector<v8::Local<v8::Value>> values;
      for (auto& argument : call->arguments) values.push_back(argument.get(inner));
      std::optional<js::AsyncFrameScope> framed;
      if (call->frame) framed.emplace(inner, call->frame->get(inner));
      js::check(call->function.get(inner)->Call(inner.context(), inner.context()->Global(),
                                                static_cast<int>(values.size()), values.data()));
    };
    if (!self->gates_) return self->runTimer(enter, {}, cause);
    self->admit(section, [raw = self.get(), enter, cause](InputGate::Lock lock) {
      raw->runTimer(enter, std::move(lock), cause);
    });
  });
  return id;
}

void IoContext::runTimer(std::function<void(js::Lock&)> call, InputGate::Lock lock,
                         const Cause& cause) {
  auto self = shared_from_this();
  runLocked(std::move(lock), cause, call, [](js::Lock&) {});
  checkHang();
}

// ---- Hang detection ----

bool IoContext::nothingPending() const {
  return tasks_.size() == silentTasks_ && postponed_.empty() && pendingEvents_ == 0 &&
         (!timers_ || timers_->counted() == 0);
}

void IoContext::checkHang() {
  if (!answerExpected_ || hangCheckPosted_ || aborted() || !nothingPending()) return;
  // What is queued already may still settle a promise of ours: look again behind it.
  hangCheckPosted_ = true;
  boost::asio::post(realm_.executor(), [weak = weak_from_this()] {
    if (auto self = weak.lock()) {
      boost::asio::post(self->realm_.executor(), [weak] {
        auto again = weak.lock();
        if (!again) return;
        again->hangCheckPosted_ = false;
        if (again->answerExpected_ && again->nothingPending()) {
          again->abort(std::make_exception_ptr(js::plainError(kHung)));
        }
      });
    }
  });
}

IoContext::PendingEvent::PendingEvent(IoContext& context) : context_(context.weak_from_this()) {
  ++context.pendingEvents_;
}

IoContext::PendingEvent& IoContext::PendingEvent::operator=(PendingEvent&& other) noexcept {
  std::swap(context_, other.context_);
  return *this;
}

IoContext::PendingEvent::~PendingEvent() {
  if (auto context = context_.lock()) {
    --context->pendingEvents_;
    context->checkHang();
  }
}

// ---- WebSockets ----

void IoContext::listensTo(const std::shared_ptr<GatedWebSocket>& socket) {
  if (webSockets_.size() >= webSocketsMax_) {
    std::erase_if(webSockets_, [](const auto& known) { return known.expired(); });
    webSocketsMax_ = std::max<std::size_t>(8, 2 * webSockets_.size());
  }
  webSockets_.push_back(socket);
  if (!replaced_) return;
  // Once the script has said what it has to say in this turn.
  boost::asio::post(realm_.executor(), [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->closeWebSockets();
  });
}

void IoContext::closeWebSockets() {
  constexpr std::uint16_t kServiceRestart = 1012;
  replaced_ = true;
  for (auto& known : std::exchange(webSockets_, {})) {
    if (auto socket = known.lock()) {
      socket->close({kServiceRestart, "Service restart"}, gates_ ? &gates_->output : nullptr);
    }
  }
}

// ---- IoOwn ----

namespace detail {

void checkOwner(const std::weak_ptr<IoContext>& owner, const char* typeName) {
  auto* accessing = IoContext::currentOrNull();
  if (accessing && accessing->isOwner(owner)) return;
  if (accessing && accessing->gates()) {
    throw js::plainError(
        "Cannot perform I/O on behalf of a different Durable Object. I/O objects (such as streams, "
        "request/response bodies, and others) created in the context of one Durable Object cannot "
        "be accessed from a different Durable Object in the same isolate. This is a limitation of "
        "Cloudflare Workers which allows us to improve overall performance. (I/O type: " +
        std::string(typeName) + ")");
  }
  throw js::plainError(
      "Cannot perform I/O on behalf of a different request. I/O objects (such as streams, "
      "request/response bodies, and others) created in the context of one request handler cannot "
      "be "
      "accessed from a different request's handler. This is a limitation of Cloudflare Workers "
      "which "
      "allows us to improve overall performance. (I/O type: " +
      std::string(typeName) + ")");
}

void disown(const std::weak_ptr<IoContext>& owner, OwnedObject* object) {
  if (auto context = owner.lock()) context->removeObject(object);
}

}  // namespace detail
}  // namespace lathe::io
