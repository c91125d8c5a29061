#pragma once

#include "engine/js/class.h"

namespace lathe::api {

// The `ctx` of a handler.
class ExecutionContext final : public js::Object {
 public:
  static constexpr const char* kInterface = "ExecutionContext";

  // Any value may be given; a promise is waited for.
  void waitUntil(js::Lock& js, v8::Local<v8::Value> promise);
  void passThroughOnException() { passThrough_ = true; }
  // Ends this invocation at once: no code after the call runs, not even a `finally`.
  void abort(js::Lock& js, std::optional<v8::Local<v8::Value>> reason);
  v8::Local<v8::Value> props(js::Lock& js, js::Receiver receiver);

  bool passesThrough() const { return passThrough_; }

  static void describe(js::Class<ExecutionContext>& c, const Compatibility&);

 private:
  bool passThrough_ = false;
};

}  // namespace lathe::api
