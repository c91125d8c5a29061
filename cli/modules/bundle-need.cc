#include "cli/modules/bundle-need.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cli/modules/module-paths.h"
#include "cli/modules/module-scan.h"
#include "cli/modules/node-module-names.h"
#include "cli/read-file.h"

namespace lathe::cli {

namespace fs = std::filesystem;

using worker::ModuleType;

namespace {

bool isRelative(std::string_view specifier) {
  return specifier.starts_with("./") || specifier.starts_with("../") || specifier == "." ||
         specifier == "..";
}

class Search {
 public:
  explicit Search(const Config& config) : config_(config) {}

  bool run() {
    add(config_.main.path);
    while (!needed_ && !open_.empty()) {
      fs::path path = std::move(open_.back());
      open_.pop_back();
      look(path);
    }
    return needed_;
  }

 private:
  void add(const fs::path& path) {
    if (needsTranslation(path)) needed_ = true;
    if (seen_.insert(path).second) open_.push_back(path);
  }

  void look(const fs::path& path) {
    auto type = config_.rules.typeOf(moduleNameOf(path, config_));
    if (path == config_.main.path) type = type.value_or(ModuleType::esModule);
    if (type != ModuleType::esModule && type != ModuleType::commonJs) return;
    std::string source;
    try {
      source = readFile(path);
    } catch (const FileError&) {
      return;
    }
    scanImports(source, [&](std::string_view specifier, ScannedKind kind) {
      // Only CommonJS has a `require` of the runtime's own.
      if (kind == ScannedKind::require && type == ModuleType::esModule) needed_ = true;
      if (!needed_) follow(std::string(specifier), path.parent_path());
      return !needed_;
    });
  }

  void follow(const std::string& specifier, const fs::path& folder) {
    auto alias = std::ranges::find(config_.aliases, specifier, &ModuleAlias::specifier);
    if (alias != config_.aliases.end()) {
      if (alias->path.empty()) {
        needed_ = true;
      } else {
        lead(alias->path);
      }
      return;
    }
    if (isRelative(specifier)) {
      return lead((folder / specifier.substr(0, specifier.find('?'))).lexically_normal());
    }
    // `https:` and the like are no packages, and neither are paths from the root.
    bool other = specifier.find(':') != specifier.npos || specifier.starts_with('/');
    if (!isRuntimeModuleName(specifier) && !other) needed_ = true;
  }

  // To the very file, or to what a bundler would make of the name.
  void lead(const fs::path& path) {
    std::error_code error;
    if (fs::is_regular_file(path, error)) return add(path);
    for (const fs::path& candidate : moduleCandidates(path)) {
      if (fs::is_regular_file(candidate, error)) needed_ = true;
    }
  }

  const Config& config_;
  bool needed_ = false;
  std::set<fs::path> seen_;
  std::vector<fs::path> open_;
};

}  // namespace

bool needsBundle(const Config& config) {
  if (config.bundle.noBundle || !config.modules.empty()) return false;
  if (config.main.text) return true;
  return config.bundle.wantBundle() || Search(config).run();
}

}  // namespace lathe::cli
