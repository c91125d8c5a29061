#pragma once

#include <string>

#include "cli/modules/bundle-settings.h"

namespace lathe::cli {

// One `define`, checked: the bundler puts `value`, which is JSON or a name, wherever the script
// says `name`. Throws ConfigError, which begins with `where`, when one of the two is no such thing.
Define readDefine(const std::string& name, const std::string& value, const std::string& where);

}  // namespace lathe::cli
