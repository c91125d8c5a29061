#pragma once

#include <vector>

#include "cli/config.h"
#include "cli/modules/bundle.h"
#include "cli/modules/bundler.h"
#include "cli/source-files.h"

namespace lathe::cli {

// Bundles those workers that need it. `onRead` hears of all files that the bundles are made of, and
// when one cannot be made, of those that may mend it; one that may have changed meanwhile is told
// as not there. Throws LoadError.
Bundles bundleWorkers(const std::vector<Config>& configs, Bundler& bundler, const OnRead& onRead);

}  // namespace lathe::cli
