#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/api/durable-object-namespace.h"
#include "engine/api/fetcher.h"
#include "engine/io/http-message.h"
#include "engine/io/io-context.h"
#include "engine/io/realm.h"
#include "engine/worker/module-registry.h"
#include "engine/worker/worker-source.h"

namespace lathe::worker {

struct Host;
class Invocation;

// An answer that is there at once, or later. A failed one carries what the script threw as
// js::RemoteException, or the runtime's own js::Error.
using Answer = std::variant<io::Response, io::Pending<io::Response>>;

// An instance of a script: a V8 context, its bindings and its exported handlers. Held by the
// generation that it was loaded with and by every event that it has not finished. Loop thread.
class Worker final : public io::Realm, public std::enable_shared_from_this<Worker> {
 public:
  class Isolate;
  class Script;
  class Actor;

  // Finds the far ends of bindings.
  class BindingTargets {
   public:
    virtual ~BindingTargets() = default;
    virtual std::shared_ptr<api::ServiceTarget> service(const Binding::Service& binding) = 0;
    virtual std::shared_ptr<api::ActorDirectory> actors(const Binding::Actors& binding) = 0;
  };

  // Made by Script::createWorker.
  Worker(std::shared_ptr<Script> script, BindingTargets& targets);
  ~Worker() override;

  const std::string& name() const;
  Isolate& workerIsolate();

  // The workers that it was loaded with, whom its service bindings find. Whoever runs its code
  // holds them; null when there are none or they have gone.
  std::shared_ptr<void> companions() const { return companions_.lock(); }
  void setCompanions(std::weak_ptr<void> companions) { companions_ = std::move(companions); }

  // Delivers a request to an entry point. The body may be null. Dropping the Pending means that the
  // client has left.
  Answer handleRequest(io::RequestHead head, std::unique_ptr<io::BodySource> body,
                       const api::EntrypointTarget& entrypoint = {});

  // Delivers a method call to an instance of the class that is the entry point.
  io::Pending<api::RpcResult> handleCall(api::RpcCall call,
                                         const api::EntrypointTarget& entrypoint);

  // The exports that have a `test` method; the default export is the empty name, and comes first.
  const std::vector<std::string>& tests() const { return tests_; }
  // Runs one, and waits for its waitUntil work. Fails with what the test threw.
  io::Pending<void> runTest(const std::string& entrypoint);

  // It has been replaced: closes the WebSockets that its events listen to.
  void closeWebSockets();
  // Ends all events with this error.
  void abortAll(std::exception_ptr error);
  std::size_t eventsUnderWay() const { return invocations_.size(); }
  // Called whenever an event has ended.
  void onEventEnd(std::function<void()> hook) { onEventEnd_ = std::move(hook); }

  // ---- io::Realm ----
  boost::asio::any_io_executor executor() override;
  js::Isolate& isolate() override;
  v8::Local<v8::Context> v8Context() override;
  v8::Local<v8::Object> hooks() override;
  v8::Local<v8::Value> exports() override;
  void logUncaught(js::Lock& js, std::string_view what, v8::Local<v8::Value> exception) override;
  void reportRejection(js::Lock& js, const js::Isolate::UnhandledRejection& rejection) override;
  void reportLateHandling(js::Lock& js, const js::Isolate::UnhandledRejection& rejection) override;
  void logWarning(std::string_view text) override;
  void print(std::string_view level, std::string_view text) override;
  bool colors() const override;
  void printException(std::string_view text) override;
  const Compatibility& compatibility() const override;
  io::WebSocketDialer* webSocketDialer() override;
  std::uint32_t nextTimerId() override { return ++timerIds_; }
  io::CpuWatch& cpuWatch() override;
  std::uint32_t cpuLimitMs() override;
  void isolateCondemned() override;

 private:
  friend class Invocation;
  friend class Actor;

  // What an event is delivered to.
  struct Entrypoint {
    enum class Kind { object, workerClass, actorClass, otherClass };
    std::string name;
    Kind kind;
    js::Ref<v8::Object> exported;
  };

  void makeContext();
  void makeBindings(js::Lock& js, BindingTargets& targets);
  v8::Local<v8::Value> valueOf(js::Lock& js, const Binding& binding, BindingTargets& targets);
  // Runs the script's top level. Throws LoadError.
  void start(js::Lock& js);
  void runModules(js::Lock& js, v8::Local<v8::Module> main);
  bool runServiceWorker(js::Lock& js, const Module& main);
  void readExports(js::Lock& js, v8::Local<v8::Object> exports);
  // Fills what `ctx.exports` is.
  void makeLoopbacks(js::Lock& js, BindingTargets& targets);
  // What must be said of the exception that `guard` holds, or of the limit that was reached.
  [[noreturn]] void failToStart(js::Lock& js, v8::TryCatch& guard);

  const Entrypoint* findEntrypoint(const std::string& name) const;
  // Throws the TypeError for one that is not there, or is no stateless one.
  const Entrypoint& requireEntrypoint(const std::string& name) const;
  std::shared_ptr<Invocation> newInvocation();
  // Calls the handler `method` of an entry point with an event's argument; for a class with the
  // argument alone on an instance made for it. Empty when an exception is pending.
  v8::MaybeLocal<v8::Value> callHandler(js::Lock& js, const std::string& entrypoint,
                                        const char* method, v8::Local<v8::Value> argument,
                                        v8::Local<v8::Value> context);
  // The object that an event for a class is delivered to, made for it.
  v8::Local<v8::Object> newInstance(js::Lock& js, const Entrypoint& entrypoint,
                                    v8::Local<v8::Value> context);
  // What a method call on `receiver` comes to. Where that is a plain object, its functions are
  // handlers, which get `env` and `handlersCtx` behind the caller's argument.
  v8::Local<v8::Value> receiveCall(js::Lock& js, v8::Local<v8::Object> receiver,
                                   const api::RpcCall& call, v8::Local<v8::Value> handlersCtx = {});
  v8::Local<v8::Value> callMethod(js::Lock& js, const std::string& entrypoint,
                                  const api::RpcCall& call, v8::Local<v8::Value> context);
  v8::Local<v8::Value> callFetch(js::Lock& js, const std::string& entrypoint,
                                 v8::Local<v8::Value> request, v8::Local<v8::Value> context);
  v8::Local<v8::Value> dispatchFetchEvent(js::Lock& js, v8::Local<v8::Value> request,
                                          v8::Local<v8::Value> context);
  v8::Local<v8::Function> hook(js::Lock& js, const char* name);

  std::shared_ptr<Script> script_;
  std::weak_ptr<void> companions_;
  ModuleRegistry modules_;
  js::Ref<v8::Context> context_;
  js::Ref<v8::Object> hooks_;
  js::Ref<v8::Object> env_;
  js::Ref<v8::Object> loopbacks_;
  std::vector<Entrypoint> entrypoints_;
  std::vector<std::string> tests_;
  bool serviceWorker_ = false;
  bool missingFetchLogged_ = false;
  bool starting_ = true;
  std::uint32_t timerIds_ = 0;
  std::list<std::shared_ptr<Invocation>> invocations_;
  std::function<void()> onEventEnd_;
};

}  // namespace lathe::worker
