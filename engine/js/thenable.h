#pragma once

#include "engine/js/lock.h"

namespace lathe::js {

// What a function of the script returned, as it can be waited for: a promise that follows any
// object with a `then` method, as `await` would; every other value as it is. The platform's own
// objects have no such method. Throws ExceptionPending when asking for `then` does.
v8::Local<v8::Value> followThenable(Lock& js, v8::Local<v8::Value> value);

}  // namespace lathe::js
