#pragma once

#include <string>

#include "cli/config.h"

namespace lathe::cli {

// What a worker finds in `env`, a line each: the names and kinds, no values, which may be secrets.
// Empty when there is nothing.
std::string bindingsTable(const Config& config, bool colors);

}  // namespace lathe::cli
