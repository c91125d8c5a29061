#pragma once

#include "engine/js/lock.h"

namespace lathe::js {

// What goes with JavaScript from where it was started to all that continues it: V8 keeps it with
// each continuation of a promise. Undefined where there is none.
inline v8::Local<v8::Value> asyncFrame(Lock& js) {
  return js.context()->GetContinuationPreservedEmbedderData();
}

// Has JavaScript run with another frame while it lives. On the stack.
class AsyncFrameScope {
 public:
  AsyncFrameScope(Lock& js, v8::Local<v8::Value> frame)
      : context_(js.context()), before_(asyncFrame(js)) {
    context_->SetContinuationPreservedEmbedderData(frame);
  }
  ~AsyncFrameScope() { context_->SetContinuationPreservedEmbedderData(before_); }
  AsyncFrameScope(const AsyncFrameScope&) = delete;
  AsyncFrameScope& operator=(const AsyncFrameScope&) = delete;

 private:
  v8::Local<v8::Context> context_;
  v8::Local<v8::Value> before_;
};

}  // namespace lathe::js
