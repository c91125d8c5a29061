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

}  // namespace lathe::js
