#include "engine/worker/caller-place.h"

#include "engine/js/stack-trace.h"
#include "engine/worker/module-registry.h"

namespace lathe::worker {
namespace {

// How many frames of the built-in JavaScript may lie between a script's call and here.
constexpr int kFramesMax = 16;

}  // namespace

std::string callerPlace(v8::Isolate* isolate) {
  // A signal may come between two entries into JavaScript.
  if (!isolate->InContext()) return {};
  v8::HandleScope handles(isolate);
  js::Lock js(isolate);
  return js::firstPlace(js, v8::StackTrace::CurrentStackTrace(isolate, kFramesMax),
                        ModuleRegistry::current(js).findSourceMap());
}

}  // namespace lathe::worker
