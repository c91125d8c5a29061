#include "cli/config-file.h"

#include <system_error>

#include "cli/json-text.h"
#include "cli/read-file.h"
#include "cli/toml.h"

namespace lathe::cli {

namespace fs = std::filesystem;

std::string ConfigFile::at(Place place) const {
  return shownAs + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

void ConfigFile::fail(Place place, const std::string& message) const {
  throw ConfigError(at(place) + ": " + message);
}

bool isConfigName(const fs::path& path) {
  fs::path extension = path.extension();
  return extension == ".json" || extension == ".jsonc" || extension == ".toml";
}

ConfigFile readConfigFile(const fs::path& path) {
  ConfigFile file{path, shownPath(path), {}};
  if (path.extension() == ".toml") file.format = ConfigFormat::toml;
  std::string text;
  try {
    text = readFile(path);
  } catch (const FileError& error) {
    throw ConfigError("the configuration " + file.shownAs + " " + error.what());
  }
  try {
    file.root = file.format == ConfigFormat::toml ? parseToml(text) : parseJsonc(text);
  } catch (const JsoncError& error) {
    file.fail(error.place(), error.what());
  }
  if (file.root.kind != JsonValue::Kind::object) {
    file.fail(file.root.place,
              "a configuration is an object in braces; found " + inWords(file.root));
  }
  return file;
}

std::optional<fs::path> configFileIn(const fs::path& folder) {
  std::error_code error;
  for (const char* name : {"wrangler.jsonc", "wrangler.json", "wrangler.toml"}) {
    // Also what is there and cannot be read: reading it tells why.
    if (fs::symlink_status(folder / name, error).type() > fs::file_type::not_found) {
      return folder / name;
    }
  }
  return std::nullopt;
}

std::optional<fs::path> findConfigFile(const fs::path& folder) {
  for (fs::path at = folder;; at = at.parent_path()) {
    if (auto found = configFileIn(at)) return found;
    if (!at.has_relative_path()) return std::nullopt;
  }
}

}  // namespace lathe::cli
