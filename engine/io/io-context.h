#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "engine/io/actor-gates.h"
#include "engine/io/cause.h"
#include "engine/io/gated-web-socket.h"
#include "engine/io/io-own.h"
#include "engine/io/pending.h"
#include "engine/io/realm.h"
#include "engine/io/timers.h"
#include "engine/js/isolate.h"
#include "engine/js/promise-listener.h"
#include "engine/js/stay.h"
#include "engine/js/value.h"

namespace lathe::io {

// The I/O world of one event: it owns every I/O object, timer and task that the event's JavaScript
// can reach, and nothing of it outlives it. JavaScript promises that depended on what is destroyed
// never settle. Made by the worker, on the loop thread; reached only through `current()`, never
// stored.
class IoContext : public std::enable_shared_from_this<IoContext> {
 public:
  // `gates`, given for an actor, outlive the context.
  explicit IoContext(Realm& realm, ActorGates* gates = nullptr);
  ~IoContext();
  IoContext(const IoContext&) = delete;
  IoContext& operator=(const IoContext&) = delete;

  // The context for which JavaScript runs now. Throws the global-scope error of Durable Objects
  // §1.6 (a js::Error) when there is none.
  static IoContext& current();
  static IoContext* currentOrNull();
  // Whether this thread is inside JavaScript of any context.
  static bool entered();

  Realm& realm() { return realm_; }

  // What it runs for, such as "GET /path"; for messages.
  void setTitle(std::string title) { title_ = std::move(title); }
  const std::string& title() const { return title_; }
  // What it runs because of; in an actor, of what runs now.
  void setCause(const Cause& cause) { cause_ = cause; }
  const Cause& cause() const { return cause_; }
  // That of a call from here to another worker or actor. Throws js::Error when it is too deep.
  Cause causeOfCall() const;

  // Runs `work`, and what it leaves to microtasks, inside an isolate whose JavaScript may be
  // entered by it although no event asks for that: V8's own tasks. Under a limit, as an entry is;
  // whether it kept that, and the isolate may be used further on.
  static bool runTask(CpuWatch& watch, js::Isolate& isolate, std::uint32_t limitMs,
                      const std::function<void()>& work);

  // While it lives, JavaScript runs as in global scope: for a module's top level.
  class OutsideScope {
   public:
    OutsideScope();
    ~OutsideScope();
    OutsideScope(const OutsideScope&) = delete;
    OutsideScope& operator=(const OutsideScope&) = delete;

   private:
    IoContext* previous_;
  };

  // A plain object that stands for this context in the built-in JavaScript.
  v8::Local<v8::Object> token(js::Lock& js);

  // ---- Entering JavaScript ----

  // Enters the isolate for this context, calls `body(js)`, drains all microtasks, then calls
  // `after(js)`, still inside. Returns false when the context is aborted, was aborted meanwhile, or
  // the script was stopped; what `body` threw has then been reported.
  template <class Body, class After>
  bool run(Body&& body, After&& after) {
    if (aborted()) return false;
    auto self = shared_from_this();
    Entry entry(*this);
    bool finished = guarded(entry.js(), [&] { body(entry.js()); });
    entry.drain();
    if (entry.stopped()) return false;
    if (!aborted()) finished = guarded(entry.js(), [&] { after(entry.js()); }) && finished;
    entry.reportRejections();
    return !entry.stopped() && finished && !aborted();
  }
  template <class Body>
  bool run(Body&& body) {
    return run(std::forward<Body>(body), [](js::Lock&) {});
  }

  // ---- Actors: one entry at a time ----

  // Null when this is no actor's.
  ActorGates* gates() const { return gates_; }

  // As `run`, holding the input lock until the microtasks have drained.
  template <class Body, class After>
  bool runLocked(InputGate::Lock lock, const Cause& cause, Body&& body, After&& after) {
    cause_ = cause;
    // What the entry leaves of the lock goes when this stack frame does, outside of JavaScript.
    auto self = shared_from_this();
    auto before = std::exchange(inputLock_, std::move(lock));
    bool finished = run(std::forward<Body>(body), std::forward<After>(after));
    auto used = std::exchange(inputLock_, std::move(before));
    return finished;
  }

  // Joins the line for the input lock, at `section` when there is one, else at the gate, and calls
  // `proceed(lock)` once it is granted: at once when that is possible here. Never when the context
  // ends first, or the gate breaks.
  template <class Proceed>
  void admit(const std::shared_ptr<InputGate::CriticalSection>& section, Proceed proceed) {
    auto waiting = section ? section->wait() : gates_->input.wait();
    if (!waiting.settled() || entered()) return admitLater(std::move(waiting), std::move(proceed));
    auto outcome = waiting.takeOutcome();
    if (!outcome.failed()) proceed(outcome.take());
  }

  // The lock under which JavaScript runs now; empty when this is no actor's.
  InputGate::Lock& inputLock() { return inputLock_; }

  // Runs `callback` with everything else shut out until the promise that it returns has settled
  // (Durable Objects §3.12). A promise of its result.
  v8::Local<v8::Promise> blockConcurrencyWhile(js::Lock& js, v8::Local<v8::Function> callback);

  // A critical section that JavaScript has asked for.
  struct SectionBody {
    // Runs in it first of all; it lasts until the promise (or value) that this gives has settled.
    std::function<v8::Local<v8::Value>(js::Lock&)> start;
    // Runs when that is fulfilled: gives the section's own value.
    std::function<v8::Local<v8::Value>(js::Lock&, v8::Local<v8::Value>)> succeed;
    // Runs when any of these failed; the promise of the section is then rejected. Without it a
    // failure breaks the actor.
    std::function<void(js::Lock&)> fail;
  };
  // Starts when the lock of this turn is released; a promise of what it comes to. Throws js::Error
  // when it is nested too deeply. One that takes too long breaks the actor.
  v8::Local<v8::Promise> runSection(js::Lock& js, SectionBody body);
  static constexpr int kSectionMsMax = 30'000;
  static constexpr std::size_t kSectionDepthMax = 64;

  // Whether nothing is under way that could run JavaScript by itself.
  bool idle() const {
    return nothingPending() && tasks_.empty() && waitUntilCount_ == 0 && admissions_.empty();
  }

  // ---- From I/O to JavaScript ----

  // The one bridge: returns a JavaScript promise for `pending`. When it settles, the isolate is
  // entered for this context, `continuation(js, value)` runs, the promise settles with what it
  // returned or threw, and microtasks drain: one entry. When the context ends first, the I/O is
  // dropped, the continuation destroyed uncalled, and the promise never settles. A continuation
  // that takes an `Outcome<T>` hears of failures too, which otherwise reject the promise.
  template <class T, class Continuation>
  v8::Local<v8::Promise> awaitIo(js::Lock& js, Pending<T> pending, Continuation continuation) {
    return awaitIo(js, std::move(pending), std::move(continuation), {});
  }
  // The same, holding the input lock meanwhile: nothing else is delivered to the actor before the
  // continuation has run.
  template <class T, class Continuation>
  v8::Local<v8::Promise> awaitIoWithInputLock(js::Lock& js, Pending<T> pending,
                                              Continuation continuation) {
    return awaitIo(js, std::move(pending), std::move(continuation),
                   inputLock_ ? inputLock_.share() : InputGate::Lock());
  }

  // The same for what only JavaScript of this context can settle: it brings no answer by itself
  // (Durable Objects §2.8).
  template <class T, class Continuation>
  v8::Local<v8::Promise> awaitIoOfOwn(js::Lock& js, Pending<T> pending, Continuation continuation) {
    return awaitIo(js, std::move(pending), std::move(continuation), {}, Task::Brings::nothing);
  }

  // ---- From JavaScript to I/O ----

  // Hears how a JavaScript promise ends: `settled(js, value, fulfilled)` runs at once, inside this
  // entry, when it has ended already, else in the entry that ends it.
  template <class Settled>
  void whenSettled(js::Lock& js, v8::Local<v8::Promise> promise, Settled settled) {
    if (promise->State() == v8::Promise::kPending) {
      js::listen(js, promise,
                 [weak = weak_from_this(), settled = std::move(settled)](
                     js::Lock& inner, v8::Local<v8::Value> value, bool fulfilled) mutable {
                   if (auto self = weak.lock(); self && !self->aborted()) {
                     settled(inner, value, fulfilled);
                   }
                 });
      return;
    }
    promise->MarkAsHandled();
    settled(js, promise->Result(), promise->State() == v8::Promise::kFulfilled);
  }

  // Keeps the context alive until `promise` ends; a rejection is logged and decides the outcome.
  void waitUntil(js::Lock& js, v8::Local<v8::Promise> promise);

  // Resolves when all waitUntil work is done, the limit of kDrainMsMax is over, or the context
  // aborts.
  static constexpr int kDrainMsMax = 30'000;
  Pending<void> drain();
  bool waitUntilFailed() const { return waitUntilFailed_; }

  // ---- Ending ----

  // First call wins: stores the error and fails what waits for the event. Nothing of this context
  // runs afterwards; its objects go when it does.
  void abort(std::exception_ptr error);
  bool aborted() const { return abortError_ != nullptr; }
  std::exception_ptr abortError() const { return abortError_; }
  // Runs `hook` when the context aborts; at once when it has.
  void onAbort(Callback<void(std::exception_ptr)> hook);

  // From now on somebody waits for an answer, so a context with nothing pending has hung
  // (Durable Objects §2.8); the other ends it.
  void expectAnswer() { answerExpected_ = true; }
  void answered() { answerExpected_ = false; }
  // Something that might have brought the answer has ended: when nothing else is left that might,
  // aborts.
  void checkHang();

  // The code that this context runs has been replaced: tells the peers of its WebSockets, and of
  // those that it will still listen to, to come again (1012, service restart), behind what was sent
  // to them.
  void closeWebSockets();
  // A WebSocket that this context's JavaScript listens to, and that ends with it.
  void listensTo(const std::shared_ptr<GatedWebSocket>& socket);

  // ---- What it owns ----

  template <class T>
  IoOwn<T> addObject(std::unique_ptr<T> object, const char* typeName) {
    auto owned = std::make_unique<detail::Owned<T>>(std::move(object));
    auto* raw = owned.get();
    objects_.push_back(std::move(owned));
    if (self_.expired()) self_ = weak_from_this();
    return IoOwn<T>(self_, raw, typeName);
  }
  void removeObject(detail::OwnedObject* object);
  // Whether `owner` is this context, without counting a reference, as each use of an object asks.
  bool isOwner(const std::weak_ptr<IoContext>& owner) const {
    return !owner.expired() && !owner.owner_before(self_) && !self_.owner_before(owner);
  }

  // Sets a timer and returns its id. Throws QuotaExceededError (js::Error) above
  // Timers::kActiveMax.
  std::uint32_t setTimer(js::Lock& js, v8::Local<v8::Function> callback, double delayMs,
                         Timers::Repeat repeat, std::vector<v8::Local<v8::Value>> arguments);
  Timers& timers() {
    if (!timers_) timers_.emplace(realm_.executor());
    return *timers_;
  }

  // Work outside any awaitIo that may still bring an answer, such as a body being pumped.
  class PendingEvent {
   public:
    PendingEvent() = default;
    explicit PendingEvent(IoContext& context);
    PendingEvent(PendingEvent&&) noexcept = default;
    PendingEvent& operator=(PendingEvent&& other) noexcept;
    ~PendingEvent();

   private:
    std::weak_ptr<IoContext> context_;
  };

 private:
  // One stay inside the isolate.
  class Entry {
   public:
    explicit Entry(IoContext& context);
    ~Entry();
    js::Lock& js() { return js_; }
    // Runs microtasks until none is left.
    void drain();
    // Logs the rejected promises that nobody has handled by now.
    void reportRejections();
    // Whether the script was stopped: by its limits or by abort(). What it has left to microtasks
    // is then forgotten.
    bool stopped();

   private:
    void exceeded();

    IoContext& context_;
    v8::Isolate* isolate_;
    js::Stay entered_;
    v8::HandleScope handles_;
    v8::Local<v8::Context> v8Context_;
    v8::Context::Scope v8Entered_;
    js::Lock js_;
    IoContext* previous_;
  };

  struct Task {
    enum class Brings { answers, nothing };
    explicit Task(IoContext& owner) : footprint(*owner.realm_.isolate().externalMemory(), kBytes) {}
    virtual ~Task() = default;
    // With what it waits for, about.
    static constexpr std::size_t kBytes = 1024;
    js::Footprint footprint;
    std::list<std::unique_ptr<Task>>::iterator position;
    Brings brings = Brings::answers;
  };

  template <class T, class Continuation>
  v8::Local<v8::Promise> awaitIo(js::Lock& js, Pending<T> pending, Continuation continuation,
                                 InputGate::Lock held,
                                 Task::Brings brings = Task::Brings::answers) {
    auto resolver = js::check(v8::Promise::Resolver::New(js.context()));
    auto* task = new Await<T, Continuation>(*this, js, resolver, std::move(pending),
                                            std::move(continuation));
    task->held = std::move(held);
    task->brings = brings;
    if (brings == Task::Brings::nothing) ++silentTasks_;
    if (inputLock_) task->section = inputLock_.criticalSection();
    tasks_.emplace_back(task);
    task->position = std::prev(tasks_.end());
    task->begin();
    return resolver->GetPromise();
  }

  template <class T, class Continuation>
  struct Await final : Task {
    Await(IoContext& owner, js::Lock& js, v8::Local<v8::Promise::Resolver> promise,
          Pending<T> waited, Continuation then)
        : Task(owner),
          context(owner),
          resolver(js, promise),
          pending(std::move(waited)),
          continuation(std::move(then)),
          cause(owner.cause_) {}

    void begin() {
      if (pending.settled()) {
        context.later(*this, [this, outcome = pending.takeOutcome()]() mutable {
          finish(std::move(outcome));
        });
      } else {
        pending.then([this](Outcome<T> outcome) {
          // Settling may happen inside somebody's JavaScript; entries do not nest.
          if (currentOrNull() == nullptr && !entered()) return finish(std::move(outcome));
          context.later(*this,
                        [this, kept = std::move(outcome)]() mutable { finish(std::move(kept)); });
        });
      }
    }

    void finish(Outcome<T> outcome) {
      if (!context.gates_ || held) return enter(std::move(outcome), std::move(held));
      context.admit(section, [this, kept = std::move(outcome)](InputGate::Lock lock) mutable {
        enter(std::move(kept), std::move(lock));
      });
    }

    void enter(Outcome<T> outcome, InputGate::Lock lock) {
      auto self = context.shared_from_this();
      // Taken out of the list first: whatever happens in JavaScript may end the context.
      auto owned = std::move(*position);
      context.tasks_.erase(position);
      if (this->brings == Brings::nothing) --context.silentTasks_;
      context.runLocked(
          std::move(lock), cause, [&](js::Lock& js) { settle(js, std::move(outcome)); },
          [](js::Lock&) {});
      owned.reset();  // this object
      self->checkHang();
    }

    void settle(js::Lock& js, Outcome<T> outcome) {
      auto promise = resolver.get(js);
      auto context_ = js.context();
      v8::TryCatch guard(js.v8());
      try {
        v8::Local<v8::Value> value = js.undefined();
        if constexpr (std::is_invocable_v<Continuation&, js::Lock&, Outcome<T>>) {
          value = called(js, [&] { return continuation(js, std::move(outcome)); });
        } else if constexpr (std::is_void_v<T>) {
          outcome.take();
          value = called(js, [&] { return continuation(js); });
        } else {
          T taken = outcome.take();
          value = called(js, [&] { return continuation(js, std::move(taken)); });
        }
        promise->Resolve(context_, value).FromMaybe(false);
      } catch (const js::ExceptionPending&) {
        if (guard.HasTerminated() || js.v8()->IsExecutionTerminating()) return;
        auto exception = js::exceptionOf(js, guard);
        guard.Reset();
        promise->Reject(context_, exception).FromMaybe(false);
      } catch (...) {
        promise->Reject(context_, js::currentExceptionToJs(js)).FromMaybe(false);
      }
    }

    template <class Call>
    v8::Local<v8::Value> called(js::Lock& js, Call call) {
      using R = std::remove_cvref_t<decltype(call())>;
      if constexpr (std::is_void_v<R>) {
        call();
        return js.undefined();
      } else {
        return js::Convert<R>::toJs(js, call());
      }
    }

    IoContext& context;
    js::Ref<v8::Promise::Resolver> resolver;
    Pending<T> pending;
    Continuation continuation;
    // Of the event during which it was asked for.
    Cause cause;
    // Of an actor: the lock that was kept since the call, and the section that the call was made
    // in.
    InputGate::Lock held;
    std::shared_ptr<InputGate::CriticalSection> section;
  };

  struct Section;
  void endSection(js::Lock& js, const std::shared_ptr<Section>& running, v8::Local<v8::Value> value,
                  bool fulfilled);
  void runTimer(std::function<void(js::Lock&)> call, InputGate::Lock lock, const Cause& cause);

  // Runs `body`; a C++ or JavaScript exception that leaves it is logged as uncaught.
  bool guarded(js::Lock& js, const std::function<void()>& body);
  // Posts `step` for a task that may be gone by then.
  void later(Task& task, Callback<void()> step);
  // Calls `proceed` from the loop once the lock is there.
  void admitLater(Pending<InputGate::Lock> waiting, Callback<void(InputGate::Lock)> proceed);
  bool nothingPending() const;
  void endWaitUntil();
  static void reportRejections(CpuWatch& watch, js::Isolate& isolate);

  Realm& realm_;
  ActorGates* gates_;
  std::weak_ptr<IoContext> self_;  // as soon as it owns something
  InputGate::Lock inputLock_;
  // Those who wait for the input lock, or have it and wait for their turn of the loop.
  struct Admission {
    Pending<InputGate::Lock> waiting;
    InputGate::Lock lock;
    Callback<void(InputGate::Lock)> proceed;
  };
  std::list<Admission> admissions_;
  std::list<std::shared_ptr<Section>> sections_;
  std::string title_;
  Cause cause_;
  js::Ref<v8::Object> token_;
  // In order of creation; destroyed in reverse.
  std::list<std::unique_ptr<detail::OwnedObject>> objects_;
  std::list<std::unique_ptr<Task>> tasks_;
  // How many of them bring no answer.
  std::size_t silentTasks_ = 0;
  std::unordered_set<const Task*> postponed_;
  std::optional<Timers> timers_;  // from its first timer on
  std::exception_ptr abortError_;
  std::vector<Callback<void(std::exception_ptr)>> abortHooks_;
  std::size_t waitUntilCount_ = 0;
  bool waitUntilFailed_ = false;
  std::vector<Resolver<void>> drained_;
  std::optional<boost::asio::steady_timer> drainLimit_;
  std::size_t pendingEvents_ = 0;
  bool answerExpected_ = false;
  bool hangCheckPosted_ = false;
  // Those that have gone are forgotten whenever the list has doubled.
  std::vector<std::weak_ptr<GatedWebSocket>> webSockets_;
  std::size_t webSocketsMax_ = 8;
  bool replaced_ = false;
};

}  // namespace lathe::io
