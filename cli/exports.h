#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/migration.h"

namespace lathe::cli {

// The tag of the migration that names the classes there are, by `exports`. Those of what else it
// says begin with it.
inline constexpr std::string_view kExportsTag = "exports";

// What the key `exports` says of the classes of Durable Objects, as the migrations that come to the
// same. `notices` is given what it says of things that lathe does not have. Throws ConfigError.
std::vector<Migration> readExports(const ConfigNode& exports, std::vector<std::string>& notices);

}  // namespace lathe::cli
