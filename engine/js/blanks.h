#pragma once

#include <unordered_map>

#include "engine/js/lock.h"

namespace lathe::js {

// A wrapper of each interface without an object behind it, from which those of one context are
// copied: V8 copies an object in half the time that it takes to make one from a template. Kept by
// the isolate, since it holds on to the context.
class Blanks {
 public:
  // Of the current context; it has come from Isolate::newContext.
  static Blanks& of(Lock& js) {
    return *static_cast<Blanks*>(js.context()->GetAlignedPointerFromEmbedderData(kContextSlot));
  }
  void attach(v8::Local<v8::Context> context) {
    context->SetAlignedPointerInEmbedderData(kContextSlot, this);
  }

  // A new wrapper of the interface with this class's tag.
  v8::Local<v8::Object> copy(Lock& js, const void* tag);

 private:
  // Where a V8 context keeps a pointer to its blanks (aligned embedder data).
  static constexpr int kContextSlot = 3;

  std::unordered_map<const void*, v8::Global<v8::Object>> blanks_;
};

}  // namespace lathe::js
