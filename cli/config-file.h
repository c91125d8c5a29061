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

// What a configuration is written in.
enum class ConfigFormat { json, toml };

// A configuration as it was read, before anybody asked what it means.
struct ConfigFile {
  std::filesystem::path path;
  // How messages call it.
  std::string shownAs;
  JsonValue root;
  ConfigFormat format = ConfigFormat::json;

  // "wrangler.jsonc:3:5".
  std::string at(Place place) const;
  // Throws ConfigError.
  [[noreturn]] void fail(Place place, const std::string& message) const;
};

// Whether `path` is called like a configuration.
bool isConfigName(const std::filesystem::path& path);

// Reads and parses, TOML when the name ends so, else JSON; the outermost value is an object. Throws
// ConfigError.
ConfigFile readConfigFile(const std::filesystem::path& path);

// The configuration for somebody who works in `folder`: that of the nearest folder that has one,
// upwards from there.
std::optional<std::filesystem::path> findConfigFile(const std::filesystem::path& folder);

// The wrangler.jsonc, else wrangler.json, else wrangler.toml in `folder` itself.
std::optional<std::filesystem::path> configFileIn(const std::filesystem::path& folder);

}  // namespace lathe::cli
