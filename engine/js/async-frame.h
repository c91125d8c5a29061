#pragma once

#include "engine/js/lock.h"

namespace lathe::js {

// What goes with JavaScript from where it was started to all that continues it: V8 keeps it with
// each continuation of a promise. Undefined where there is none.
inline v8::Local<v8::Value> asyncFrame(Lock& js) {
  return js.v8()->GetContinuationPreservedEmbedderDataV2().As<v8::Value>();
}

// Has JavaScript run with another frame while it lives. On the stack.
class AsyncFrameScope {
 public:
  AsyncFrameScope(Lock& js, v8::Local<v8::Value> frame)
      : isolate_(js.v8()), before_(asyncFrame(js)) {
    isolate_->SetContinuationPreservedEmbedderDataV2(frame);
  }
  ~AsyncFrameScope() { isolate_->SetContinuationPreservedEmbedderDataV2(before_); }
  AsyncFrameScope(const AsyncFrameScope&) = delete;
  AsyncFrameScope& operator=(const AsyncFrameScope&) = delete;

 private:
  v8::Isolate* isolate_;
  v8::Local<v8::Value> before_;
};

}  // namespace lathe::js
