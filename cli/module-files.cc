#include "cli/module-files.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "cli/modules/module-paths.h"
#include "cli/read-file.h"
#include "engine/nearest-name.h"

namespace lathe::cli {

namespace fs = std::filesystem;

using worker::LoadError;
using worker::Module;
using worker::ModuleType;

namespace {

// What a bundler would append, in the order in which it would try.
constexpr std::array<std::string_view, 6> kExtensions = {".js",   ".mjs", ".cjs",
                                                         ".json", ".ts",  ".tsx"};
// A listing of a folder that is longer than this is not searched for what the user meant.
constexpr std::size_t kSearchedFilesMax = 1000;

bool isRelative(std::string_view specifier) {
  return specifier.starts_with("./") || specifier.starts_with("../") || specifier == "." ||
         specifier == "..";
}

// The name that `specifier` leads to from the module called `referrer`.
std::string resolved(std::string_view specifier, std::string_view referrer) {
  return (fs::path(referrer).parent_path() / fs::path(specifier))
      .lexically_normal()
      .generic_string();
}

void refuseTypeScript(const fs::path& path, const std::string& shown) {
  if (!needsTranslation(path)) return;
  throw LoadError(shown +
                  ": TypeScript and JSX are translated when a script is bundled, and this one is "
                  "taken as it lies");
}

// What is in the folder of `path` that its user may have meant; empty when nothing is.
std::string meantInstead(const fs::path& path) {
  std::error_code error;
  for (std::string_view extension : kExtensions) {
    fs::path longer = path;
    longer += extension;
    if (fs::is_regular_file(longer, error)) return longer.filename().string();
  }
  std::vector<std::string> names;
  for (fs::directory_iterator at(path.parent_path(), error), end; !error && at != end;
       at.increment(error)) {
    if (names.size() == kSearchedFilesMax) return {};
    names.push_back(at->path().filename().string());
  }
  std::ranges::sort(names);
  std::vector<std::string_view> candidates(names.begin(), names.end());
  return std::string(nearestName(path.filename().string(), candidates).value_or(""));
}

// Reads a file and tells `onRead`, when there is one, what came of it. Throws FileError.
std::string readNoted(const fs::path& path, const OnRead& onRead) {
  if (!onRead) return readFile(path);
  try {
    std::string content = readFile(path);
    onRead(path, content);
    return content;
  } catch (const FileError&) {
    onRead(path, std::nullopt);
    throw;
  }
}

std::string missing(std::string_view name, std::string_view referrer) {
  return "No such module \"" + std::string(name) + "\".\n  imported from \"" +
         std::string(referrer) + "\"";
}

}  // namespace

ModuleFiles::ModuleFiles(MainScript main, fs::path baseDir, ModuleRules rules,
                         std::vector<ModuleAlias> aliases, OnRead onRead, Additional additional)
    : main_(std::move(main)),
      baseDir_(std::move(baseDir)),
      rules_(std::move(rules)),
      aliases_(std::move(aliases)),
      onRead_(std::move(onRead)),
      additional_(additional) {}

ModuleType ModuleFiles::mainType(const std::string& name) const {
  ModuleType type = rules_.typeOf(name).value_or(ModuleType::esModule);
  if (type == ModuleType::esModule || type == ModuleType::commonJs) return type;
  std::string shown = main_.writtenAt.empty() ? "" : main_.writtenAt + ": ";
  throw LoadError(shown + "\"" + name + "\" is no script, by its name and the rules for modules");
}

Module ModuleFiles::main() {
  std::string shown = shownPath(main_.path);
  if (!main_.writtenAt.empty()) shown = main_.writtenAt + ": the main script " + shown;
  std::string name = main_.path.lexically_relative(baseDir_).generic_string();
  try {
    std::string content = readNoted(main_.path, onRead_);
    refuseTypeScript(main_.path, shown);
    return {name, mainType(name), std::move(content)};
  } catch (const FileError& error) {
    std::string message = shown + " " + error.what();
    if (error.kind() == FileError::Kind::absent) {
      if (std::string meant = meantInstead(main_.path); !meant.empty()) {
        message += "; did you mean \"" + meant + "\"?";
      }
    }
    throw LoadError(message);
  }
}

std::optional<Module> ModuleFiles::load(std::string_view specifier, std::string_view referrer) {
  auto alias = std::ranges::find(aliases_, specifier, &ModuleAlias::specifier);
  bool aliased = alias != aliases_.end();
  if (!aliased && !isRelative(specifier)) return std::nullopt;
  std::string name = aliased ? alias->path.lexically_relative(baseDir_).generic_string()
                             : resolved(specifier, referrer);
  fs::path path = (baseDir_ / fs::path(name)).lexically_normal();
  // The spelling for bundlers that could as well make a URL of it.
  if (name.ends_with(".wasm?module")) {
    path = (baseDir_ / fs::path(name.substr(0, name.find('?')))).lexically_normal();
  }

  std::string content;
  try {
    content = readNoted(path, onRead_);
  } catch (const FileError& error) {
    if (error.kind() != FileError::Kind::absent) {
      throw LoadError("the module \"" + name + "\" " + error.what() + "\n  imported from \"" +
                      std::string(referrer) + "\"");
    }
    if (aliased) {
      throw LoadError(missing(specifier, referrer) + "; its alias " + shownPath(path) + " " +
                      error.what());
    }
    std::string meant = meantInstead(path);
    if (meant.empty()) return std::nullopt;
    std::size_t slash = specifier.rfind('/');
    throw LoadError(
        missing(name, referrer),
        "; did you mean \"" + std::string(specifier.substr(0, slash + 1)) + meant + "\"?");
  }
  refuseTypeScript(path, name);
  auto type = rules_.typeOf(name);
  if (!type) {
    if (const auto* ended = rules_.endedFor(name)) {
      throw LoadError("no rule tells what kind of module \"" + name + "\" is\n  imported from \"" +
                      std::string(referrer) + "\"; the rule " + textOf(ended->rule) +
                      " would, but it is not asked after " + textOf(ended->before) +
                      "; add \"fallthrough\": true to that one");
    }
    throw LoadError("no rule tells what kind of module \"" + name + "\" is\n  imported from \"" +
                    std::string(referrer) +
                    "\"; add one to the configuration, such as \"rules\": [{ \"type\": \"Text\", "
                    "\"globs\": [\"**/*" +
                    path.extension().string() + "\"] }]");
  }
  return Module{std::move(name), *type, std::move(content)};
}

std::optional<std::string> ModuleFiles::nameOf(std::string_view specifier,
                                               std::string_view referrer) const {
  auto alias = std::ranges::find(aliases_, specifier, &ModuleAlias::specifier);
  if (alias != aliases_.end()) return alias->path.lexically_relative(baseDir_).generic_string();
  if (!isRelative(specifier)) return std::nullopt;
  return resolved(specifier, referrer);
}

std::optional<Module> ModuleFiles::loadComputed(std::string_view specifier,
                                                std::string_view referrer) {
  if (std::ranges::find(aliases_, specifier, &ModuleAlias::specifier) != aliases_.end()) {
    return load(specifier, referrer);
  }
  auto name = nameOf(specifier, referrer);
  if (!name || additional_ == Additional::none || !rules_.typeOf(*name)) return std::nullopt;
  if (!isAdditional(baseDir_ / fs::path(*name))) return std::nullopt;
  return load(specifier, referrer);
}

bool ModuleFiles::isAdditional(const fs::path& path) const {
  std::error_code error;
  const fs::path base = fs::canonical(baseDir_, error);
  if (error) return false;
  const fs::path real = fs::canonical(path, error);
  if (error) return false;
  const fs::path within = real.lexically_relative(base);
  // Folders of tools, and files that hold secrets, begin with a dot; so does what leads out.
  return !within.empty() && std::ranges::none_of(within, [](const fs::path& part) {
    return part.native().starts_with('.') || part == "node_modules";
  });
}

ListedModules::ListedModules(std::vector<ListedModule> modules, OnRead onRead)
    : modules_(std::move(modules)), onRead_(std::move(onRead)) {}

Module ListedModules::read(const ListedModule& module) const {
  try {
    return {module.name, module.type, readNoted(module.path, onRead_)};
  } catch (const FileError& error) {
    throw LoadError(module.writtenAt + ": the file " + shownPath(module.path) +
                    " of the module \"" + module.name + "\" " + error.what());
  }
}

Module ListedModules::main() { return read(modules_.front()); }

std::optional<Module> ListedModules::load(std::string_view specifier, std::string_view referrer) {
  auto named = [&](std::string_view name) {
    return std::ranges::find(modules_, name, &ListedModule::name);
  };
  auto found = named(specifier);
  if (found == modules_.end()) {
    std::string name = resolved(specifier, referrer);
    found = named(name.starts_with('/') ? std::string_view(name).substr(1) : name);
  }
  if (found == modules_.end()) return std::nullopt;
  return read(*found);
}

}  // namespace lathe::cli
