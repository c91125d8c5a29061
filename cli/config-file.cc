#include "cli/config-file.h"

#include <system_error>

#include "cli/json-text.h"
#include "cli/read-file.h"

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void refuseToml(const fs::path& path) {
  throw ConfigError(shownPath(path) +
                    ": lathe does not read TOML yet; write the same settings as wrangler.jsonc");
}

}  // namespace

std::string ConfigFile::at(Place place) const {
  return shownAs + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

void ConfigFile::fail(Place place, const std::string& message) const {
  throw ConfigError(at(place) + ": " + message);
}

ConfigFile readConfigFile(const fs::path& path) {
  if (path.extension() == ".toml") refuseToml(path);
  ConfigFile file{path, shownPath(path), {}};
  std::string text;
  try {
    text = readFile(path);
  } catch (const FileError& error) {
    throw ConfigError("the configuration " + file.shownAs + " " + error.what());
  }
  try {
    file.root = parseJsonc(text);
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
  for (const char* name : {"wrangler.json", "wrangler.jsonc"}) {
    // Also what is there and cannot be read: reading it tells why.
    if (fs::symlink_status(folder / name, error).type() > fs::file_type::not_found) {
      return folder / name;
    }
  }
  if (fs::exists(folder / "wrangler.toml", error)) refuseToml(folder / "wrangler.toml");
  return std::nullopt;
}

fs::path findConfigFile(const fs::path& folder) {
  for (fs::path at = folder;; at = at.parent_path()) {
    if (auto found = configFileIn(at)) return *found;
    if (!at.has_relative_path()) break;
  }
  throw ConfigError(
      "there is no wrangler.json or wrangler.jsonc here or in a folder above; name a "
      "configuration or a script, such as: lathe serve worker.js");
}

}  // namespace lathe::cli
