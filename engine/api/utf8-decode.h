#pragma once

#include <string_view>

#include "engine/js/lock.h"

namespace lathe::api {

// https://encoding.spec.whatwg.org/#utf-8-decode: a byte order mark is dropped, broken bytes
// replaced. Throws RangeError when V8 has no strings of that length.
v8::Local<v8::String> utf8Decode(js::Lock& js, std::string_view bytes);

}  // namespace lathe::api
