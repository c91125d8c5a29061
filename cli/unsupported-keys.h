#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/config-node.h"
#include "engine/worker/worker-source.h"

namespace lathe::cli {

// What a configuration asks for that lathe does not have, and what nobody has.
struct UnsupportedKeys {
  // The bindings they would make: any use of one throws.
  std::vector<worker::Binding> bindings;
  // A line for each key of wrangler that lathe lacks and the configuration uses.
  std::vector<std::string> notices;
  // A line for each key that is not wrangler's, or stands where it has no effect.
  std::vector<std::string> warnings;
};

// Looks through the keys of the top level and of the environment that was chosen, if any.
UnsupportedKeys unsupportedKeys(const ConfigNode& top,
                                const std::optional<ConfigNode>& environment);

}  // namespace lathe::cli
