#include "cli/modules/additional-modules.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

// What nobody means by the files of a project.
bool isPassedOver(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name == ".git" || name == ".wrangler" || name == ".lathe" || name == "node_modules";
}

}  // namespace

std::vector<OutsideModule> additionalModules(const Config& config) {
  std::vector<OutsideModule> found;
  std::error_code error;
  fs::recursive_directory_iterator at(config.baseDir, fs::directory_options::skip_permission_denied,
                                      error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (at->is_directory(error)) {
      if (isPassedOver(at->path())) at.disable_recursion_pending();
      continue;
    }
    const fs::path& path = at->path();
    if (path == config.main.path || !at->is_regular_file(error)) continue;
    if (std::ranges::find(config.files, path) != config.files.end()) continue;
    std::string name = path.lexically_relative(config.baseDir).generic_string();
    auto type = config.rules.namedTypeOf(name);
    if (type) found.push_back({"./" + name, name, *type, path});
  }
  std::ranges::sort(found, {}, &OutsideModule::name);
  return found;
}

}  // namespace lathe::cli
