#pragma once

#include <unordered_map>
#include <vector>

#include "engine/js/lock.h"

namespace lathe::js {

// What a context has ready so that new wrappers cost less: of each interface one without an object
// behind it, of which the others are copies (V8 copies an object in half the time that it takes to
// make one from a template), and promise listeners that have done their work. Kept by the isolate,
// since it holds on to the context.
class Blanks {
 public:
  // Of the current context; it has come from Isolate::newContext.
  static Blanks& of(Lock& js) {
    return *static_cast<Blanks*>(
        js.context()->GetAlignedPointerFromEmbedderData(kContextSlot, kPointerTag));
  }
  void attach(v8::Local<v8::Context> context) {
    context->SetAlignedPointerInEmbedderData(kContextSlot, this, kPointerTag);
  }

  // A new wrapper of the interface with this class's tag.
  v8::Local<v8::Object> copy(Lock& js, const void* tag);

  // A listener (promise-listener.h) that nobody refers to any more, to be used again.
  void keepListener(Lock& js, v8::Local<v8::Object> listener);
  v8::MaybeLocal<v8::Object> takeListener(Lock& js);

 private:
  static constexpr std::size_t kListenersMax = 64;

  // Where a V8 context keeps a pointer to its blanks (aligned embedder data).
  static constexpr int kContextSlot = 3;

  std::unordered_map<const void*, v8::Global<v8::Object>> blanks_;
  std::vector<v8::Global<v8::Object>> listeners_;
};

}  // namespace lathe::js
