#include "engine/js/blanks.h"

#include "engine/js/isolate.h"
#include "engine/js/value.h"

namespace lathe::js {

v8::Local<v8::Object> Blanks::copy(Lock& js, const void* tag) {
  auto& blank = blanks_[tag];
  if (blank.IsEmpty()) {
    auto interface = js.isolate().templateOf(tag);
    blank.Reset(js.v8(), check(interface->InstanceTemplate()->NewInstance(js.context())));
  }
  return blank.Get(js.v8())->Clone();
}

void Blanks::keepListener(Lock& js, v8::Local<v8::Object> listener) {
  if (listeners_.size() < kListenersMax) listeners_.emplace_back(js.v8(), listener);
}

v8::MaybeLocal<v8::Object> Blanks::takeListener(Lock& js) {
  if (listeners_.empty()) return {};
  auto listener = listeners_.back().Get(js.v8());
  listeners_.pop_back();
  return listener;
}

}  // namespace lathe::js
