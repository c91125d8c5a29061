#pragma once

#include "engine/js/bindings.h"

namespace lathe::api {

// Every class and function that C++ gives to scripts and to the built-in JavaScript: the list that
// the startup snapshot is made from and that every isolate is opened with. Lives as long as the
// process.
const js::Bindings& platformBindings();

}  // namespace lathe::api
