#include "cli/project.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <system_error>

#include "cli/module-files.h"
#include "cli/read-file.h"
#include "engine/nearest-name.h"

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

bool isConfigName(const fs::path& path) {
  return path.extension() == ".json" || path.extension() == ".jsonc" || path.extension() == ".toml";
}

void refuseEqualNames(const std::vector<Config>& configs) {
  for (std::size_t i = 0; i < configs.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (configs[i].name != configs[j].name) continue;
      throw ConfigError("two workers are called \"" + configs[i].name + "\": that of " +
                        configs[j].shownAs + " and that of " + configs[i].shownAs);
    }
  }
}

void refuseUnknownServices(const std::vector<Config>& configs) {
  std::vector<std::string_view> names;
  for (const Config& config : configs) names.push_back(config.name);
  for (const Config& config : configs) {
    for (const ServiceUse& use : config.services) {
      if (std::ranges::find(names, use.service) != names.end()) continue;
      throw ConfigError(use.writtenAt + ": no worker named \"" + use.service +
                        "\" is loaded together with this one" + didYouMean(use.service, names));
    }
  }
}

// The worker that a binding leads to, when it leads to one.
std::string workerBehind(const worker::Binding& binding) {
  if (auto* service = std::get_if<worker::Binding::Service>(&binding.value)) {
    return service->worker;
  }
  if (auto* actors = std::get_if<worker::Binding::Actors>(&binding.value)) return actors->worker;
  return {};
}

}  // namespace

Config loadConfig(const ProjectChoice& choice) {
  std::error_code error;
  fs::path here = fs::current_path(error);
  if (error) throw ConfigError("the working folder is gone: " + error.message());
  if (choice.path.empty())
    return readConfig(readConfigFile(findConfigFile(here)), choice.environment);

  fs::path path = (here / choice.path).lexically_normal();
  if (fs::is_directory(path, error)) {
    auto found = configFileIn(path);
    if (!found) {
      throw ConfigError("the folder " + choice.path + " has no wrangler.json or wrangler.jsonc");
    }
    path = *found;
  }
  if (isConfigName(path)) return readConfig(readConfigFile(path), choice.environment);
  if (!choice.environment.empty()) {
    throw ConfigError("--env chooses an environment of a configuration, and " + choice.path +
                      " is a script");
  }
  return configForScript(path);
}

Config loadConfigAlone(const ProjectChoice& choice) {
  Config config = loadConfig(choice);
  for (worker::Binding& binding : config.bindings) {
    std::string other = workerBehind(binding);
    if (other.empty() || other == config.name) continue;
    auto use = std::ranges::find(config.services, other, &ServiceUse::service);
    config.notices.push_back(use->writtenAt + ": the service \"" + other +
                             "\" is not loaded together with this worker; using env." +
                             binding.name + " throws");
    binding.value =
        worker::Binding::Unsupported{"the service \"" + other + "\", which is not loaded"};
  }
  std::erase_if(config.services, [&](const ServiceUse& use) { return use.service != config.name; });
  return config;
}

std::vector<worker::WorkerSource> workerSources(const std::vector<Config>& configs) {
  refuseEqualNames(configs);
  refuseUnknownServices(configs);
  std::vector<worker::WorkerSource> sources;
  for (const Config& config : configs) {
    worker::WorkerSource& source = sources.emplace_back();
    source.name = config.name;
    source.compatibility = config.compatibility;
    if (config.modules.empty()) {
      source.modules = std::make_shared<ModuleFiles>(config.main, config.baseDir, config.rules);
    } else {
      source.modules = std::make_shared<ListedModules>(config.modules);
    }
    source.bindings = config.bindings;
    source.actorClasses = config.actorClasses;
    source.cpuMsMax = config.cpuMs;
    source.memoryBytesMax = std::size_t{config.memoryMb} << 20;
  }
  return sources;
}

std::string v8Flags(const std::vector<Config>& configs) {
  std::string flags;
  for (const Config& config : configs) {
    for (const std::string& flag : config.v8Flags) flags += (flags.empty() ? "" : " ") + flag;
  }
  return flags;
}

}  // namespace lathe::cli
