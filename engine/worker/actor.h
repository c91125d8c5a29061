#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "engine/api/actor-id.h"
#include "engine/io/actor-gates.h"
#include "engine/worker/worker.h"

namespace lathe::worker {

struct Host;

// A named instance of an exported class. Of one id there is one Actor, kept by its directory and by
// the stubs that have used it. Its JavaScript instance comes with the first event, goes when it has
// been idle for a while, and comes again with the next event; one that breaks is dead for good, and
// its directory makes another Actor for new stubs (reference §7). Loop thread.
class Worker::Actor : public std::enable_shared_from_this<Worker::Actor> {
 public:
  // How long an instance without anything to do is kept.
  static constexpr int kIdleMs = 10'000;
  // How long the events under way in an instance of old code may take.
  static constexpr int kHandOverMs = 5'000;

  struct Options {
    std::string className;
    bool preventEviction = false;
    // The worker whose class an instance is made of now; null when it has gone.
    std::function<std::shared_ptr<Worker>()> worker;
    // Called once, when this actor breaks: it is not to be given to anybody any more.
    std::function<void()> onBroken;
  };

  Actor(const Host& host, api::ActorId id, Options options);
  ~Actor();

  // Each delivers an event. Fails with what the handler threw, or with what broke the actor.
  io::Pending<io::Response> fetch(io::RequestHead head, std::unique_ptr<io::BodySource> body);
  io::Pending<api::RpcResult> call(api::RpcCall call);

  // Ends the instance, and whatever waits for it, because the engine goes. Not called within
  // JavaScript.
  void close();

  bool broken() const { return brokenBy_ != nullptr; }
  // Whether there is an instance now.
  bool running() const { return instance_ != nullptr; }

 private:
  struct Instance;
  struct Event;
  // Runs an event's JavaScript on the instance: gives the handler's result.
  using Handle =
      std::function<v8::Local<v8::Value>(js::Lock&, Worker&, v8::Local<v8::Object> instance)>;
  // Takes what a handler's result has come to; the function that it returns tells the caller, once
  // the output gate lets it.
  using Accept = std::function<std::function<void()>(js::Lock&, v8::Local<v8::Value>)>;

  void deliver(std::string title, Handle handle, Accept accept,
               std::function<void(std::exception_ptr)> fail);
  void begin(const std::shared_ptr<Event>& event);
  void enter(const std::shared_ptr<Event>& event, io::InputGate::Lock lock);
  void end(const std::shared_ptr<Event>& event);
  // Makes the instance, whose constructor is the first to pass its gate.
  void construct();
  // Ends the instance with an error that every caller hears.
  void breakWith(std::exception_ptr error);
  // Whether the instance is of code that has been replaced since.
  bool outdated() const;
  void handOver();
  void lookForIdleness();
  void dropInstance();

  const Host& host_;
  api::ActorId id_;
  Options options_;
  std::shared_ptr<Instance> instance_;
  std::exception_ptr brokenBy_;
  // Those that wait for an instance of the new code.
  std::list<std::shared_ptr<Event>> waiting_;
  std::list<std::shared_ptr<Event>> underWay_;
  boost::asio::steady_timer idleTimer_;
  boost::asio::steady_timer handOverTimer_;
  bool handingOver_ = false;
};

}  // namespace lathe::worker
