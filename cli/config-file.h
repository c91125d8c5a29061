#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

#include "cli/jsonc.h"

namespace lathe::cli {

// What is wrong with a configuration; `what()` is for the user, with file, line and column where
// there are any.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A configuration as it was read, before anybody asked what it means.
struct ConfigFile {
  std::filesystem::path path;
  // How messages call it.
  std::string shownAs;
  JsonValue root;

  // "wrangler.jsonc:3:5".
  std::string at(Place place) const;
  // Throws ConfigError.
  [[noreturn]] void fail(Place place, const std::string& message) const;
};

// Reads and parses; the outermost value is an object. Throws ConfigError.
ConfigFile readConfigFile(const std::filesystem::path& path);

// The configuration for somebody who works in `folder`: the wrangler.json or wrangler.jsonc of the
// nearest folder that has one, upwards from there. Throws ConfigError when a wrangler.toml stands
// in the way, or nothing is found.
std::filesystem::path findConfigFile(const std::filesystem::path& folder);

// The one in `folder` itself, if there is one. Throws ConfigError for a lone wrangler.toml.
std::optional<std::filesystem::path> configFileIn(const std::filesystem::path& folder);

}  // namespace lathe::cli
