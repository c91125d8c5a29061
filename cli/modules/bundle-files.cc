#include "cli/modules/bundle-files.h"

#include <algorithm>
#include <optional>
#include <set>
#include <system_error>

#include <nlohmann/json.hpp>

#include "cli/jsonc.h"
#include "cli/read-file.h"

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

// How many files may extend one another.
constexpr int kExtendsMax = 20;

bool isInPackage(const fs::path& path) {
  return std::ranges::find(path, fs::path("node_modules")) != path.end();
}

bool isWithin(const fs::path& path, const fs::path& folder) {
  return std::ranges::mismatch(folder, path).in1 == folder.end();
}

// The file that a tsconfig's "extends" names; empty when it is not there.
fs::path extendedFile(const fs::path& from, const std::string& name) {
  std::error_code error;
  auto there = [&](const fs::path& base) -> fs::path {
    fs::path longer = base;
    longer += ".json";
    for (const fs::path& candidate : {base, longer, base / "tsconfig.json"}) {
      if (fs::is_regular_file(candidate, error)) return candidate.lexically_normal();
    }
    return {};
  };
  if (name.starts_with('.') || name.starts_with('/')) return there(from / name);
  for (fs::path at = from;; at = at.parent_path()) {
    fs::path found = there(at / "node_modules" / name);
    if (!found.empty() || !at.has_relative_path()) return found;
  }
}

// Adds what a tsconfig extends, as far as it can be read.
void addExtended(const fs::path& tsconfig, std::set<fs::path>& files, int depth = 0) {
  std::optional<std::string> text;
  try {
    text = readFileIfThere(tsconfig);
  } catch (const FileError&) {
    return;
  }
  if (!text || depth > kExtendsMax) return;
  std::vector<std::string> names;
  try {
    JsonValue root = parseJsonc(*text);
    const JsonMember* extends = root.find("extends");
    if (!extends) return;
    if (extends->value.kind == JsonValue::Kind::string) names.push_back(extends->value.text);
    for (const JsonValue& element : extends->value.elements) names.push_back(element.text);
  } catch (const JsoncError&) {
    // esbuild tells.
    return;
  }
  for (const std::string& name : names) {
    fs::path file = extendedFile(tsconfig.parent_path(), name);
    if (!file.empty() && files.insert(file).second) addExtended(file, files, depth + 1);
  }
}

}  // namespace

std::vector<fs::path> inputsOfMetafile(std::string_view text, const Config& config) {
  std::vector<fs::path> files;
  auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("inputs")) return files;
  for (const auto& [key, input] : json["inputs"].items()) {
    std::string name = key;
    // What a package leaves out for browsers, which is there nevertheless.
    constexpr std::string_view kLeftOut = "(disabled):";
    if (name.starts_with(kLeftOut)) name.erase(0, kLeftOut.size());
    // A module of another namespace is no file.
    if (name.starts_with('<') || name.starts_with("lathe-require:")) continue;
    name = name.substr(0, name.find('?'));
    files.push_back((config.folder / name).lexically_normal());
  }
  return files;
}

std::vector<fs::path> settingsOfInputs(const std::vector<fs::path>& inputs, const Config& config) {
  std::set<fs::path> files;
  std::set<fs::path> seen;
  std::error_code error;
  for (const fs::path& input : inputs) {
    bool package = isInPackage(input);
    for (fs::path at = input.parent_path(); seen.insert(at).second; at = at.parent_path()) {
      if (at.filename() == "node_modules") break;
      fs::path list = at / "package.json";
      if (!package || fs::exists(list, error)) files.insert(list);
      if (!package) files.insert(at / "tsconfig.json");
      if (at == config.folder || !at.has_relative_path()) break;
      // Above the project only what is there matters, as far as anybody looks.
      if (!package && !isWithin(at, config.folder)) break;
    }
  }
  if (config.bundle.tsconfig) files.insert(*config.bundle.tsconfig);
  std::set<fs::path> all = files;
  for (const fs::path& file : files) {
    if (file.filename() != "package.json") addExtended(file, all);
  }
  return {all.begin(), all.end()};
}

}  // namespace lathe::cli
