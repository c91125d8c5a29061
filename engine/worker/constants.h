#pragma once

#include <vector>

#include "engine/js/lock.h"
#include "engine/worker/worker-source.h"

namespace lathe::worker {

// Both make the objects on the way of a dotted name where there are none, and throw what a getter
// on the way throws.

// Defines, on the global object of the current context, all constants but those below
// `import.meta`.
void defineGlobalConstants(js::Lock& js, const std::vector<Constant>& constants);
// Defines those below it, on the `import.meta` of a module.
void defineMetaConstants(js::Lock& js, v8::Local<v8::Object> meta,
                         const std::vector<Constant>& constants);

}  // namespace lathe::worker
