#pragma once

#include "engine/api/entrypoint-props.h"
#include "engine/js/class.h"

namespace lathe::api {

// The `ctx` of a handler.
class ExecutionContext final : public js::Object {
 public:
  static constexpr const char* kInterface = "ExecutionContext";

  // `props` may be null.
  explicit ExecutionContext(std::shared_ptr<const EntrypointProps> props)
      : props_(std::move(props)) {}

  // Any value may be given; a promise is waited for.
  void waitUntil(js::Lock& js, v8::Local<v8::Value> promise);
  void passThroughOnException() { passThrough_ = true; }
  // Ends this invocation at once: no code after the call runs, not even a `finally`.
  void abort(js::Lock& js, std::optional<v8::Local<v8::Value>> reason);
  v8::Local<v8::Value> props(js::Lock& js, js::Receiver receiver);
  v8::Local<v8::Value> exports(js::Lock& js);
  // Who has come through Cloudflare Access: on this machine nobody has.
  v8::Local<v8::Value> access(js::Lock& js) { return js.undefined(); }

  bool passesThrough() const { return passThrough_; }

  static void describe(js::Class<ExecutionContext>& c, const Compatibility&);

 private:
  std::shared_ptr<const EntrypointProps> props_;
  bool passThrough_ = false;
};

}  // namespace lathe::api
