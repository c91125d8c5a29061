#include "cli/modules/bundled-modules.h"

#include <algorithm>
#include <string>
#include <utility>

#include "cli/read-file.h"

namespace lathe::cli {

namespace fs = std::filesystem;

using worker::LoadError;
using worker::Module;

BundledModules::BundledModules(std::shared_ptr<Bundle> bundle, OnRead onRead)
    : bundle_(std::move(bundle)), onRead_(std::move(onRead)) {}

Module BundledModules::main() {
  Module module{bundle_->name, worker::ModuleType::esModule, bundle_->code};
  module.sourceMap = std::make_shared<js::SourceMap>([map = bundle_->map] { return map->text(); });
  return module;
}

const OutsideModule* BundledModules::find(std::string_view specifier,
                                          std::string_view referrer) const {
  const auto& outside = bundle_->outside;
  auto found = std::ranges::find(outside, specifier, &OutsideModule::specifier);
  if (referrer != bundle_->name || found == outside.end()) {
    // From a module that stayed outside, or with a specifier that the script has made.
    std::string name = (fs::path(referrer).parent_path() / fs::path(specifier))
                           .lexically_normal()
                           .generic_string();
    found = std::ranges::find(outside, name, &OutsideModule::name);
  }
  return found == outside.end() ? nullptr : &*found;
}

std::optional<std::string> BundledModules::nameOf(std::string_view specifier,
                                                  std::string_view referrer) const {
  const OutsideModule* found = find(specifier, referrer);
  if (!found) return std::nullopt;
  return found->name;
}

std::optional<Module> BundledModules::load(std::string_view specifier, std::string_view referrer) {
  const OutsideModule* found = find(specifier, referrer);
  if (!found) return std::nullopt;
  try {
    std::string content = readFile(found->path);
    if (onRead_) onRead_(found->path, content);
    return Module{found->name, found->type, std::move(content)};
  } catch (const FileError& error) {
    if (onRead_) onRead_(found->path, std::nullopt);
    throw LoadError("the module \"" + found->name + "\" " + error.what() + "\n  imported from \"" +
                    std::string(referrer) + "\"");
  }
}

}  // namespace lathe::cli
