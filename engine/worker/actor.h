#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "engine/api/actor-id.h"
#include "engine/api/actor-records.h"
#include "engine/api/hibernatable-sockets.h"
#include "engine/io/input-gate.h"
#include "engine/worker/engine.h"
#include "engine/worker/worker.h"

namespace lathe::worker {

struct Host;

// Under which an actor's name is kept among its metadata.
inline constexpr const char* kActorNameKey = "name";

// A named instance of an exported class. Of one id there is one Actor, kept by its directory and by
// the stubs that have used it. Its JavaScript instance comes with the first event, goes when it has
// been idle for a while, and comes again with the next event; one that breaks is dead for good, and
// its directory makes another Actor for new stubs (Durable Objects §7). Loop thread.
class Worker::Actor : public std::enable_shared_from_this<Worker::Actor> {
 public:
  // How long an instance without anything to do is kept.
  static constexpr int kIdleMs = 10'000;
  // How long the events under way in an instance of old code may take.
  static constexpr int kHandOverMs = 5'000;

  // How long its alarm handler may take.
  static constexpr int kAlarmMsMax = 15 * 60 * 1000;

  // What an instance is made of now.
  struct Definition {
    std::shared_ptr<Worker> worker;  // null when it has gone
    ActorClass actorClass;
  };
  struct Options {
    // What its records are kept under.
    std::string uniqueKey;
    std::function<Definition()> definition;
    // Called once, when this actor breaks: it is not to be given to anybody any more. What comes in
    // its place must not read the store before `flushed` has settled; it may be none.
    std::function<void(io::Pending<void> flushed)> onBroken;
    // Hears of alarms that have become durable.
    std::function<void(std::optional<persist::AlarmTime>)> onAlarmStored;
    // What the first instance has to wait for; it may be none.
    io::Pending<void> before;
  };

  Actor(const Host& host, api::ActorId id, Options options);
  ~Actor();

  // Each delivers an event. Fails with what the handler threw, or with what broke the actor.
  io::Pending<io::Response> fetch(io::RequestHead head, std::unique_ptr<io::BodySource> body);
  io::Pending<api::RpcResult> call(api::RpcCall call);

  struct AlarmResult {
    enum class Kind {
      done,       // the handler has succeeded, or there is none
      notDue,     // the stored alarm is another one, or none: nothing ran
      failed,     // to be tried again, and counted
      lost,       // to be tried again, uncounted: what failed was the storage
      abandoned,  // failed, and not to be tried again
    };
    Kind kind = Kind::done;
    std::optional<persist::AlarmTime> stored;  // of notDue
  };
  // Runs the handler of the alarm that was set for `scheduled`. Never fails.
  io::Pending<AlarmResult> alarm(persist::AlarmTime scheduled, int retryCount);
  // Nobody will run the alarm of `scheduled` any more: it goes from what the instance knows.
  void abandonAlarm(persist::AlarmTime scheduled);

  // Settles when what has been written so far is durable; none when it is.
  std::optional<io::Pending<void>> unstored();

  // Ends the instance when it has nothing to do and all of it is stored; the next event makes
  // another. The sockets that it has accepted for good stay open, and wake the actor. False, and
  // nothing has changed, when it is at work.
  bool hibernate();

  // As hibernate(), and lets no other instance begin before `until` has settled, however that ends.
  bool hold(io::Pending<void> until);

  // Ends the instance, and whatever waits for it, because the engine goes. Not called within
  // JavaScript.
  void close();

  // There is newer code: the peers of the WebSockets that the instance itself listens to are told
  // to come again.
  void codeReplaced();

  Engine::ActorSockets sockets() const;

  const api::ActorId& id() const { return id_; }
  bool broken() const { return brokenBy_ != nullptr; }
  // Whether another Actor in the place of this one would be told apart: there is an instance, or
  // something that the next one has to wait for.
  bool inUse() const {
    return instance_ || !waiting_.empty() || (before_.valid() && !before_.settled()) ||
           (sockets_ && !sockets_->empty());
  }

 private:
  struct Instance;
  struct Event;
  struct FetchEvent;
  struct CallEvent;
  struct AlarmEvent;
  struct SocketEvent;

  void deliver(std::shared_ptr<Event> event);
  void begin(const std::shared_ptr<Event>& event);
  void enter(const std::shared_ptr<Event>& event, io::InputGate::Lock lock);
  void run(const std::shared_ptr<Event>& event, io::InputGate::Lock lock);
  // The handler's result has come to this.
  void settled(js::Lock& js, const std::shared_ptr<Event>& event, v8::Local<v8::Value> value,
               bool fulfilled);
  // The event has thrown `exception`; an empty one when the script was stopped.
  void failed(js::Lock& js, const std::shared_ptr<Event>& event, v8::Local<v8::Value> exception);
  // The handler has ended: waits for the output gate, then tells the caller.
  void conclude(const std::shared_ptr<Event>& event);
  void end(const std::shared_ptr<Event>& event);
  // Makes the instance, whose constructor is the first to pass its gate; `request` is the number of
  // the one that has caused it.
  void construct(const io::Cause& cause);
  void runConstructor(js::Lock& js, Instance& instance);
  // Something has come over a socket that outlives the instance.
  void receive(const std::shared_ptr<api::HibernatableSocket>& socket,
               api::HibernatableSockets::Event event);
  // Ends the instance with an error that every caller hears.
  void breakWith(std::exception_ptr error);
  // Whether the instance is of code that has been replaced since.
  bool outdated() const;
  // Whether the instance has nothing to do.
  bool quiet() const;
  void handOver();
  void hurryHandOver();
  void lookForIdleness();
  void waitForIdleness(std::chrono::steady_clock::duration time);
  void dropInstance();
  // Settles when nothing that was sent to the store is under way any more.
  io::Pending<void> storeQuiet();
  // Begins the events that wait, once nothing stands before them any more.
  void beginWaiting();

  const Host& host_;
  api::ActorId id_;
  Options options_;
  std::shared_ptr<Instance> instance_;
  // Null before the first instance.
  std::shared_ptr<api::HibernatableSockets> sockets_;
  std::exception_ptr brokenBy_;
  // Those that wait for an instance of the new code.
  std::list<std::shared_ptr<Event>> waiting_;
  std::list<std::shared_ptr<Event>> underWay_;
  // When the last event has ended. The timer runs on meanwhile, instead of being set for each
  // event.
  std::chrono::steady_clock::time_point idleSince_;
  boost::asio::steady_timer idleTimer_;
  bool idleTimerRuns_ = false;
  boost::asio::steady_timer handOverTimer_;
  bool handingOver_ = false;
  // What must have ended before an instance may be made: the last flush of the one before.
  io::Pending<void> before_;
};

}  // namespace lathe::worker
