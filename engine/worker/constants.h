#pragma once

#include <vector>

#include "engine/js/lock.h"
#include "engine/worker/worker-source.h"

namespace lathe::worker {

// Defines the constants on the global object of the current context. Of a dotted name the objects
// on the way are made where there are none. Throws what a getter on the way throws.
void defineConstants(js::Lock& js, const std::vector<Constant>& constants);

}  // namespace lathe::worker
