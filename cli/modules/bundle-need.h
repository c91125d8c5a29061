#pragma once

#include "cli/config.h"

namespace lathe::cli {

// Whether the worker has to be bundled before V8 takes it: its configuration asks for that, or the
// script or something that it imports is TypeScript or JSX, imports a package, or leaves out what
// bundlers add. A script that is plain JavaScript with relative imports does not. What cannot be
// read or found is for whoever loads it to tell.
bool needsBundle(const Config& config);

}  // namespace lathe::cli
