#pragma once

#include <cstdint>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>

#include "engine/js/isolate.h"

namespace lathe {
class Compatibility;
}

namespace lathe::io {

class CpuWatch;
class WebSocketDialer;

// What an I/O context needs of the worker it runs for; `Worker` implements it. Outlives every
// context.
class Realm {
 public:
  virtual ~Realm() = default;

  // Where a V8 context keeps a pointer to its realm (aligned embedder data).
  static constexpr int kContextSlot = 1;
  static Realm& of(js::Lock& js) {
    return *static_cast<Realm*>(
        js.context()->GetAlignedPointerFromEmbedderData(kContextSlot, js::kPointerTag));
  }

  virtual boost::asio::any_io_executor executor() = 0;
  virtual js::Isolate& isolate() = 0;
  // The V8 context; call it inside the isolate, under a handle scope.
  virtual v8::Local<v8::Context> v8Context() = 0;
  // The object through which C++ reaches the built-in JavaScript.
  virtual v8::Local<v8::Object> hooks() = 0;
  // What `ctx.exports` is: stubs of the worker's own entry points, or undefined when the worker has
  // not asked for them.
  virtual v8::Local<v8::Value> exports() = 0;
  // A line for the log about an exception that nobody caught. `what` says where it was lost.
  virtual void logUncaught(js::Lock& js, std::string_view what, v8::Local<v8::Value> exception) = 0;
  // A rejection that nobody handles: the script's listeners are told, then the log.
  virtual void reportRejection(js::Lock& js, const js::Isolate::UnhandledRejection& rejection) = 0;
  // One that was reported so is handled after all.
  virtual void reportLateHandling(js::Lock& js,
                                  const js::Isolate::UnhandledRejection& rejection) = 0;
  virtual void logWarning(std::string_view text) = 0;
  // One message of the script's console; `level` is "debug", "log", "info", "warn" or "error".
  virtual void print(std::string_view level, std::string_view text) = 0;
  // Whether console messages may carry ANSI colours.
  virtual bool colors() const = 0;
  // An exception that even the script's "error" listeners left alone.
  virtual void printException(std::string_view text) = 0;
  // What the worker has asked for.
  virtual const Compatibility& compatibility() const = 0;
  // Opens WebSockets towards the network; null when there is none to reach.
  virtual WebSocketDialer* webSocketDialer() = 0;
  // Timer ids are unique per global scope.
  virtual std::uint32_t nextTimerId() = 0;
  // Watches how long one entry computes.
  virtual CpuWatch& cpuWatch() = 0;
  virtual std::uint32_t cpuLimitMs() = 0;
  // The isolate is condemned, by an entry that has just ended or by a task of V8's.
  virtual void isolateCondemned() = 0;
};

}  // namespace lathe::io
