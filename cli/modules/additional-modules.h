#pragma once

#include <vector>

#include "cli/config.h"
#include "cli/modules/outside-module.h"

namespace lathe::cli {

// The files below the base folder that the rules for modules name, as `find_additional_modules`
// wants them: scripts only by rules of the user's. The main script is none of them.
std::vector<OutsideModule> additionalModules(const Config& config);

}  // namespace lathe::cli
