#include "cli/project.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include "cli/module-files.h"
#include "cli/modules/bundled-modules.h"
#include "cli/read-file.h"
#include "engine/nearest-name.h"

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

// Reads it, and says when wrangler would take another one.
Config readFound(const fs::path& path, const ProjectChoice& choice,
                 const std::optional<fs::path>& script = std::nullopt) {
  Config config = readConfig(readConfigFile(path), choice, script);
  std::error_code error;
  fs::path json = path.parent_path() / "wrangler.json";
  if (path.filename() == "wrangler.jsonc" && fs::exists(json, error)) {
    config.warnings.push_back(shownPath(path) + " is read, and wrangler would read " +
                              shownPath(json) + " beside it; delete one of them");
  }
  return config;
}

std::string environmentOf(const ProjectChoice& choice) {
  if (!choice.environment.empty()) return choice.environment;
  const char* value = std::getenv("CLOUDFLARE_ENV");
  return value ? value : "";
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

// The script on standard input is taken for one in the working folder.
Config loadConfigOfInput(const ProjectChoice& choice) {
  constexpr const char* kName = "stdin.ts";
  std::error_code error;
  fs::path script = fs::current_path(error) / kName;
  if (!choice.config.empty()) {
    return readConfig(readConfigFile(fs::absolute(choice.config).lexically_normal()), choice,
                      script);
  }
  if (auto found = findConfigFile(script.parent_path())) return readFound(*found, choice, script);
  return configForScript(script, choice);
}

}  // namespace

Config loadConfig(const ProjectChoice& given) {
  ProjectChoice choice = given;
  choice.environment = environmentOf(given);
  if (choice.path == "-") return loadConfigOfInput(choice);
  std::error_code error;
  fs::path here = fs::current_path(error);
  if (error) throw ConfigError("the working folder is gone: " + error.message());
  if (!choice.config.empty()) {
    // `path`, if there is one, is the script.
    fs::path config = (here / choice.config).lexically_normal();
    std::optional<fs::path> script;
    if (!choice.path.empty()) script = (here / choice.path).lexically_normal();
    return readConfig(readConfigFile(config), choice, script);
  }
  if (choice.path.empty()) {
    if (auto found = findConfigFile(here)) return readFound(*found, choice);
    throw ConfigError(
        "there is no wrangler.jsonc, wrangler.json or wrangler.toml here or in a folder "
        "above; name a configuration or a script, such as: lathe serve worker.js");
  }

  fs::path path = (here / choice.path).lexically_normal();
  if (fs::is_directory(path, error)) {
    auto found = configFileIn(path);
    if (found) return readFound(*found, choice);
    throw ConfigError("the folder " + choice.path +
                      " has no wrangler.jsonc, wrangler.json or wrangler.toml");
  }
  if (isConfigName(path)) return readConfig(readConfigFile(path), choice);
  if (auto found = findConfigFile(path.parent_path())) return readFound(*found, choice, path);
  if (!given.environment.empty()) {
    throw ConfigError("--env chooses an environment of a configuration, and " + choice.path +
                      " is a script without one");
  }
  return configForScript(path, choice);
}

Config loadConfigAlone(const ProjectChoice& choice) {
  Config config = loadConfig(choice);
  for (worker::Binding& binding : config.bindings) {
    std::string other = workerBehind(binding);
    if (other.empty() || other == config.name) continue;
    auto use = std::ranges::find(config.services, other, &ServiceUse::service);
    config.notices.push_back(use->writtenAt + ": the service \"" + other +
                             "\" is another worker, and lathe runs several together in `lathe "
                             "test` alone yet; using env." +
                             binding.name + " throws");
    binding.value =
        worker::Binding::Unsupported{"the service \"" + other + "\", which is not loaded"};
  }
  std::erase_if(config.services, [&](const ServiceUse& use) { return use.service != config.name; });
  return config;
}

std::vector<worker::WorkerSource> workerSources(const std::vector<Config>& configs,
                                                const OnRead& onRead, const Bundles& bundles) {
  refuseEqualNames(configs);
  refuseUnknownServices(configs);
  std::vector<worker::WorkerSource> sources;
  for (std::size_t i = 0; i < configs.size(); ++i) {
    const Config& config = configs[i];
    worker::WorkerSource& source = sources.emplace_back();
    source.name = config.name;
    source.compatibility = config.compatibility;
    if (i < bundles.size() && bundles[i]) {
      source.modules = std::make_shared<BundledModules>(bundles[i], onRead);
    } else if (config.modules.empty()) {
      using Additional = ModuleFiles::Additional;
      source.modules = std::make_shared<ModuleFiles>(
          config.main, config.baseDir, config.rules, config.aliases, onRead,
          config.additionalModules ? Additional::belowBaseDir : Additional::none);
    } else {
      source.modules = std::make_shared<ListedModules>(config.modules, onRead);
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
