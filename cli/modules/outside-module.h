#pragma once

#include <filesystem>
#include <string>

#include "engine/worker/worker-source.h"

namespace lathe::cli {

// A module that stays outside of a bundle, which imports it by its name.
struct OutsideModule {
  // What the bundle's import says.
  std::string specifier;
  // Relative to the base folder, with forward slashes.
  std::string name;
  worker::ModuleType type;
  std::filesystem::path path;

  bool operator==(const OutsideModule&) const = default;
};

}  // namespace lathe::cli
