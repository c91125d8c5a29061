#include "cli/module-sources.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include "cli/read-file.h"

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

// Where the modules of a worker are.
struct ModuleFolder {
  std::string worker;
  fs::path baseDir;
  std::vector<ListedModule> listed;
  std::shared_ptr<BundleMap> map;

  fs::path pathOf(const std::string& module) const {
    auto found = std::ranges::find(listed, module, &ListedModule::name);
    if (found != listed.end()) return found->path;
    return (baseDir / module).lexically_normal();
  }
};

}  // namespace

TerminalLog::Sources moduleSources(const std::vector<Config>& configs,
                                   std::shared_ptr<const SourceFiles> files,
                                   const Bundles& bundles) {
  std::vector<ModuleFolder> folders;
  for (std::size_t i = 0; i < configs.size(); ++i) {
    const Config& config = configs[i];
    bool bundled = i < bundles.size() && bundles[i];
    folders.push_back(
        {config.name, config.baseDir, config.modules, bundled ? bundles[i]->map : nullptr});
  }
  return [folders = std::move(folders), files = std::move(files)](
             std::string_view worker, const std::string& module) -> std::optional<std::string> {
    std::optional<std::string> source;
    for (const ModuleFolder& folder : folders) {
      if (!worker.empty() && folder.worker != worker) continue;
      auto found = folder.map ? folder.map->contentOf(module) : std::nullopt;
      if (!found) found = files->unchanged(folder.pathOf(module));
      if (found && source) return std::nullopt;
      if (found) source = std::move(found);
    }
    return source;
  };
}

}  // namespace lathe::cli
