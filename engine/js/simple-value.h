#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/js/lock.h"

namespace lathe::js {

// V8's wire format for values that are a few bytes long: numbers, booleans, null, undefined and
// strings of Latin-1. Most of what is stored is one of these, and a v8::ValueSerializer costs many
// times what they do. The bytes are those that V8's own serializer writes, and either reads the
// other's.

// Nothing when `value` is of another kind.
std::optional<std::string> serializeSimple(Lock& js, v8::Local<v8::Value> value);

// Empty when `bytes` are of another kind, of another version of the format, or broken.
v8::Local<v8::Value> deserializeSimple(Lock& js, std::string_view bytes);

}  // namespace lathe::js
