#pragma once

#include <v8.h>

// What differs between the V8 versions that lathe builds with: 10.2 (Debian 12), 11.3 (Debian 13)
// and 13.6 (the one after). Everything else is written against what they share.
namespace lathe::js {

inline v8::Local<v8::Value> internalField(v8::Local<v8::Object> object, int index) {
#if V8_MAJOR_VERSION >= 12
  return object->GetInternalField(index).As<v8::Value>();
#else
  return object->GetInternalField(index);
#endif
}

}  // namespace lathe::js
