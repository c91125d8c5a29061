#pragma once

#include "engine/js/lock.h"

#include <vector>

namespace lathe::js {

// An error and the `cause` it carries.
struct ErrorCause {
  v8::Local<v8::Object> error;
  v8::Local<v8::Value> cause;
};

// How many values findErrorCauses looks at: enough for whatever is made by hand, little enough not to
// be felt when a large structure is cloned.
inline constexpr int kCauseSearchMax = 1000;

// The errors with a cause that can be reached from `value` through plain properties, elements, Maps,
// Sets and other causes. Runs no code of the script. V8's serializer keeps an error's name, message and
// stack but, in the versions of today's distributions, not its cause.
std::vector<ErrorCause> findErrorCauses(Lock& js, v8::Local<v8::Value> value);

}  // namespace lathe::js
