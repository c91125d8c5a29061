#pragma once

#include <memory>
#include <vector>

#include "cli/config.h"
#include "cli/modules/bundle.h"
#include "cli/source-files.h"
#include "cli/terminal-log.h"

namespace lathe::cli {

// Finds the text of modules again, for messages: that of a worker's module by its name, or without
// a worker's name that of the only module called so. Nothing when its file does not hold any more
// what was read. What a bundle was made of is known from it.
TerminalLog::Sources moduleSources(const std::vector<Config>& configs,
                                   std::shared_ptr<const SourceFiles> files,
                                   const Bundles& bundles = {});

}  // namespace lathe::cli
