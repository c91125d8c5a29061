#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lathe::cli {

// A name, and what to put in its place wherever a script says it: JSON, or another name.
struct Define {
  std::string name;
  std::string value;

  bool operator==(const Define&) const = default;
};

// What a configuration says about bundling, by wrangler's keys.
struct BundleSettings {
  std::vector<Define> define;
  std::optional<std::filesystem::path> tsconfig;
  std::string jsxFactory;
  std::string jsxFragment;
  bool keepNames = true;
  bool minify = false;
  // The script is taken as it lies, whatever it is.
  bool noBundle = false;
  // Files that the rules for modules name are modules of their own, also when nothing imports them.
  bool findAdditionalModules = false;

  // Whether they want a bundle also of plain JavaScript.
  bool wantBundle() const {
    return !define.empty() || tsconfig || !jsxFactory.empty() || !jsxFragment.empty() || minify ||
           findAdditionalModules;
  }
};

}  // namespace lathe::cli
