#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "engine/io/http-message.h"
#include "engine/worker/log.h"
#include "engine/worker/worker-source.h"
#include "persist/actor-store.h"
#include "persist/cache-lru.h"

namespace lathe::js {
class Platform;
}

namespace lathe::io {
class CpuWatch;
class WebSocketDialer;
}  // namespace lathe::io

namespace lathe::worker {

class Generation;

// One loop thread and all that belongs to it: the workers that are loaded now, and those of earlier
// loads that still have something to finish. Everything here is called on the loop thread.
class Engine {
 public:
  struct Options {
    // As js::embeddedSnapshot() gives it; outlives the engine.
    std::string_view snapshot;
    persist::CacheLru::Limits cacheLimits = {};
    // Hears in one line why V8 is about to abort the process; need not return. May be null.
    void (*onFatal)(const char* why) = nullptr;
  };

  // `platform`, `loop` and `log` outlive the engine.
  Engine(js::Platform& platform, boost::asio::io_context& loop, Log& log, const Options& options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Loads `sources` as one generation, in which service bindings find each other by name, and puts
  // it in the place of the one before; requests under way finish on the old one. The first source
  // is the one that answers requests. When it cannot be loaded, throws LoadError and all stays as
  // it was. Not to be called by something that runs within JavaScript.
  void replace(std::vector<WorkerSource> sources);

  // Makes ready ahead of time what the next replace() needs, so that it takes a fraction of the
  // time; for the price of one isolate's memory. Blocks for as long as replace() would have. Not to
  // be called by something that runs within JavaScript.
  void prepareReplace();

  // Where actors keep their records from here on; outlives the engine. Null: they have no storage.
  // Only while no actor has an instance.
  void useStore(persist::ActorStore* store);

  // By what scripts open WebSockets towards the network from here on; outlives the engine.
  void useDialer(io::WebSocketDialer* dialer);

  // For changes to an actor's records that come from outside: ends the actor's instance when it has
  // nothing to do, as if it had been idle for long, and lets no other one begin before `until` has
  // settled. False when it is at work: then nothing must be changed. The change is given to the
  // store right after this call.
  bool holdActor(const persist::ActorRef& actor, io::Pending<void> until);
  // Such a change has made this the actor's stored alarm, or taken it away.
  void alarmChanged(const persist::ActorRef& actor, std::optional<persist::AlarmTime> time);

  // The WebSockets of an actor that outlive its instance, and whether it has none now.
  struct ActorSockets {
    std::size_t open = 0;
    bool hibernating = false;
  };
  ActorSockets actorSockets(const persist::ActorRef& actor) const;

  // Answers a request with the first worker. The answer may be there at once. Dropping the Pending
  // means that the client has left.
  std::variant<io::Response, io::Pending<io::Response>> handleRequest(
      io::RequestHead head, std::unique_ptr<io::BodySource> body);

  struct Test {
    std::string worker;
    std::string entrypoint;  // empty: the default export
  };
  // Every export with a `test` method, in the order of the workers and then of their exports.
  std::vector<Test> tests() const;
  // Runs one; empty when it passed, else the error with its stack.
  io::Pending<std::string> runTest(const Test& test);

  // Resolves when no request and no `waitUntil` work is left, at the latest when its limit is over,
  // and all that actors have written is durable.
  io::Pending<void> drain();

  // The watch on the loop thread's CPU time; the control thread calls its poll().
  io::CpuWatch& cpuWatch();

  // What runs on the loop thread at this moment, for a last message from `onFatal`. Empty names
  // when it is the top level of a script or nothing at all.
  struct Running {
    std::string worker;
    std::string request;  // such as "GET /path"
  };
  Running running() const;
  // Where in a script the loop thread is; empty when V8 does not know. For a last message too:
  // called on the loop thread in whatever state that is.
  std::string place() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace lathe::worker
