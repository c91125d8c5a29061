#pragma once

#include <span>
#include <string_view>

// What lathe makes of each key that wrangler has.
namespace lathe::cli {

struct WranglerKey {
  enum class Use {
    read,       // lathe follows it
    elsewhere,  // about deploying, building or the network: nothing on this machine depends on it
    missing,    // a script would notice that lathe does not have it yet
    removed,    // wrangler refuses it, and so does lathe
  };
  enum class Level {
    anywhere,     // at the top level, where environments inherit it, and in them
    environment,  // at the top level for no environment, in an environment for that one
    topLevel,     // for all environments, and not in them
  };

  std::string_view name;
  Use use = Use::elsewhere;
  Level level = Level::anywhere;
  // For a missing one: what it is, in words. For a removed one: what to do instead.
  std::string_view what = {};
  // For a missing one: where in its value the names of the bindings stand. `[]` is each element of
  // a list, `{}` each key of an object, anything else a member; empty: it binds nothing.
  std::string_view bindings = {};
  // For a missing one that binds: what one binding is, in words; empty: as `what` says.
  std::string_view bindingType = {};
};

// In alphabetical order.
std::span<const WranglerKey> wranglerKeys();

// The key called so, or null.
const WranglerKey* wranglerKey(std::string_view name);

}  // namespace lathe::cli
