#include "cli/modules/bundle-messages.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

#include "cli/modules/module-paths.h"
#include "cli/read-file.h"

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

// As many are told; the rest is likely a consequence.
constexpr std::size_t kErrorsMax = 10;

constexpr std::string_view kUnresolved = "Could not resolve \"";

std::string textOf(const EsbuildValue& value, const char* key) {
  auto found = value.find(key);
  return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int numberOf(const EsbuildValue& value, const char* key) {
  auto found = value.find(key);
  return found != value.end() && found->is_number() ? found->get<int>() : 0;
}

// The file that a location names, whole.
fs::path fileOf(const EsbuildValue& location, const Config& config) {
  return (config.folder / textOf(location, "file")).lexically_normal();
}

// How many UTF-16 units the first `bytes` bytes of `line` are.
int unitsOf(std::string_view line, int bytes) {
  int units = 0;
  for (int i = 0; i < bytes && i < static_cast<int>(line.size()); ++i) {
    unsigned char byte = static_cast<unsigned char>(line[static_cast<std::size_t>(i)]);
    if ((byte & 0xC0) != 0x80) units += (byte & 0xF8) == 0xF0 ? 2 : 1;
  }
  return units;
}

// "index.ts:3:5"; empty when the message has no place.
std::string placeOf(const EsbuildValue& message, const Config& config) {
  auto location = message.find("location");
  if (location == message.end() || !location->is_object()) return {};
  std::string space = textOf(*location, "namespace");
  std::string name = space.empty() || space == "file"
                         ? moduleNameOf(fileOf(*location, config), config)
                         : textOf(*location, "file");
  int column = unitsOf(textOf(*location, "lineText"), numberOf(*location, "column")) + 1;
  return name + ":" + std::to_string(numberOf(*location, "line")) + ":" + std::to_string(column);
}

// What could not be resolved; empty when the message tells something else.
std::string unresolvedOf(const EsbuildValue& message) {
  std::string text = textOf(message, "text");
  if (!text.starts_with(kUnresolved)) return {};
  std::size_t end = text.find('"', kUnresolved.size());
  return text.substr(kUnresolved.size(), end == text.npos ? text.npos : end - kUnresolved.size());
}

// "@scope/name" of "@scope/name/path".
std::string packageOf(const std::string& specifier) {
  std::size_t slash = specifier.find('/');
  if (specifier.starts_with('@') && slash != specifier.npos) {
    slash = specifier.find('/', slash + 1);
  }
  return specifier.substr(0, slash);
}

bool isPackage(const std::string& specifier) {
  return !specifier.empty() && specifier[0] != '.' && specifier[0] != '/' && specifier[0] != '#' &&
         specifier.find(':') == specifier.npos;
}

// The folder of the file that a message is about.
fs::path importingFolder(const EsbuildValue& message, const Config& config) {
  auto location = message.find("location");
  if (location == message.end() || !location->is_object()) return config.baseDir;
  return fileOf(*location, config).parent_path();
}

// The folders in which a package is searched, the nearest first.
std::vector<fs::path> packageFolders(const fs::path& from) {
  std::vector<fs::path> folders;
  for (fs::path at = from;; at = at.parent_path()) {
    if (at.filename() != "node_modules") folders.push_back(at / "node_modules");
    if (!at.has_relative_path()) return folders;
  }
}

// The nearest package.json upwards that lists the package; empty when none does.
fs::path listedIn(const std::string& package, const fs::path& from) {
  for (fs::path at = from;; at = at.parent_path()) {
    try {
      auto text = readFileIfThere(at / "package.json");
      auto json = text ? nlohmann::json::parse(*text, nullptr, false) : nlohmann::json();
      constexpr std::array<const char*, 4> kKinds = {"dependencies", "devDependencies",
                                                     "optionalDependencies", "peerDependencies"};
      for (const char* kind : kKinds) {
        if (!json.is_object()) break;
        auto found = json.find(kind);
        if (found != json.end() && found->is_object() && found->contains(package)) {
          return at / "package.json";
        }
      }
    } catch (const FileError&) {
      // It tells nothing.
    }
    if (!at.has_relative_path()) return {};
  }
}

// Where a package was searched, and how to get it.
std::string missingPackage(const std::string& package, const fs::path& from) {
  std::error_code error;
  for (const fs::path& folder : packageFolders(from)) {
    // It is there, and has nothing of the name; esbuild's own notes say why.
    if (fs::is_directory(folder / package, error)) return {};
  }
  std::string looked;
  for (const fs::path& folder : packageFolders(from)) {
    if (!fs::is_directory(folder.parent_path() / "node_modules", error)) continue;
    looked += (looked.empty() ? "" : ", ") + shownPath(folder);
  }
  fs::path list = listedIn(package, from);
  std::string text = looked.empty()
                         ? "there is no node_modules from " + shownPath(from) + " upwards"
                         : "the package is not in " + looked;
  if (list.empty()) return text + "; install it with: npm install " + package;
  return text + "; it stands in " + shownPath(list) + ", so install it with: npm install";
}

// Advice that is meant for who calls esbuild.
bool concernsEsbuildsCaller(std::string_view note) {
  return note.find("as external to exclude it") != note.npos ||
         note.find("platform: 'node'") != note.npos || note.find("--platform=node") != note.npos;
}

}  // namespace

std::string bundleMessage(const EsbuildValue& message, const Config& config) {
  std::string place = placeOf(message, config);
  std::string out = place.empty() ? "" : place + ": ";
  out += textOf(message, "text");
  std::string unresolved = unresolvedOf(message);
  if (isPackage(unresolved)) {
    std::string why = missingPackage(packageOf(unresolved), importingFolder(message, config));
    if (!why.empty()) out += ": " + why;
  }
  if (out.find("for \".node\" files") != out.npos) {
    out += ": it is a native addon, made for Node, which cannot run in a worker";
  }
  auto notes = message.find("notes");
  if (notes == message.end() || !notes->is_array()) return out;
  for (const EsbuildValue& note : *notes) {
    std::string text = textOf(note, "text");
    if (text.empty() || concernsEsbuildsCaller(text)) continue;
    std::string at = placeOf(note, config);
    out += "\n  " + (at.empty() ? "" : at + ": ") + text;
  }
  return out;
}

std::string bundleErrors(const EsbuildValue& errors, const Config& config) {
  std::string out;
  for (std::size_t i = 0; i < errors.size() && i < kErrorsMax; ++i) {
    out += (i == 0 ? "" : "\n") + bundleMessage(errors[i], config);
  }
  if (errors.size() > kErrorsMax) {
    out += "\nand " + std::to_string(errors.size() - kErrorsMax) + " more errors";
  }
  return out;
}

std::vector<fs::path> filesOfErrors(const EsbuildValue& errors, const Config& config) {
  std::vector<fs::path> files;
  for (const EsbuildValue& message : errors) {
    auto location = message.find("location");
    if (location != message.end() && location->is_object()) {
      files.push_back(fileOf(*location, config));
    }
    std::string specifier = unresolvedOf(message);
    if (specifier.empty()) continue;
    fs::path from = importingFolder(message, config);
    if (isPackage(specifier)) {
      for (const fs::path& folder : packageFolders(from)) {
        files.push_back(folder / packageOf(specifier) / "package.json");
      }
      continue;
    }
    fs::path path = (from / specifier).lexically_normal();
    for (fs::path& candidate : moduleCandidates(path)) files.push_back(std::move(candidate));
  }
  return files;
}

}  // namespace lathe::cli
