#pragma once

#include "engine/js/lock.h"

namespace lathe::js {

// Stops the script that has called into C++: nothing of it runs any more, not even a `finally`.
// Throws ExceptionPending, to leave the callback by.
[[noreturn]] void stopScript(Lock& js);

}  // namespace lathe::js
