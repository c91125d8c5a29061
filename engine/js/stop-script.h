#pragma once

#include "engine/js/lock.h"

namespace lathe::js {

// Stops the script that has called into C++: nothing of it runs any more, not even a `finally`.
// Throws ExceptionPending, to leave the callback by.
[[noreturn]] void stopScript(Lock& js);

// Of a script that was stopped, what it has left to microtasks would run with whatever runs next:
// it never will. Outside of all JavaScript.
void forgetMicrotasks(v8::Isolate* isolate);

}  // namespace lathe::js
