#pragma once

#include <span>
#include <string_view>

// Which keys the objects within a configuration of wrangler's have.
namespace lathe::cli {

struct WranglerShape {
  // Where the object stands: keys joined by dots, `[]` for each element of a list.
  std::string_view path;
  // The keys it may have, with a blank between each two.
  std::string_view keys;
};

// The objects whose keys are known; in others anything goes, or somebody else looks at them. In
// alphabetical order of the paths.
std::span<const WranglerShape> wranglerShapes();

// The object that stands there, or null.
const WranglerShape* wranglerShape(std::string_view path);

}  // namespace lathe::cli
