#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config-file.h"
#include "cli/module-rules.h"
#include "engine/compatibility.h"
#include "engine/worker/worker-source.h"

namespace lathe::cli {

// One entry of `lathe.modules`.
struct ListedModule {
  std::string name;
  worker::ModuleType type;
  std::filesystem::path path;
  // Where the path is written: "wrangler.jsonc:7:12".
  std::string writtenAt;
};

// The script that `main` names.
struct MainScript {
  std::filesystem::path path;
  // Where it is named: `wrangler.jsonc:3:11`; empty when it was on the command line.
  std::string writtenAt;
};

// A binding to a service, for the check that there is one.
struct ServiceUse {
  std::string service;
  std::string writtenAt;
};

// A configuration, understood: for one environment, with all defaults filled in and all paths
// absolute.
struct Config {
  static constexpr std::uint32_t kCpuMs = 30'000;
  static constexpr std::uint32_t kMemoryMb = 128;
  static constexpr std::uint32_t kBodyMb = 100;

  // How messages call the file: its path, or the script's.
  std::string shownAs;
  std::string name;
  // Either a script or a list of modules, the first of which is the main one.
  MainScript main;
  std::vector<ListedModule> modules;
  // What module names are relative to.
  std::filesystem::path baseDir;
  ModuleRules rules;

  Compatibility compatibility;
  std::vector<worker::Binding> bindings;
  std::vector<worker::ActorClass> actorClasses;
  std::vector<ServiceUse> services;

  std::uint32_t cpuMs = kCpuMs;
  std::uint32_t memoryMb = kMemoryMb;
  std::uint32_t bodyMb = kBodyMb;
  std::vector<std::string> v8Flags;
  std::optional<std::string> ip;
  std::optional<std::uint16_t> port;

  // What is likely a mistake, and what is merely good to know: a line each.
  std::vector<std::string> warnings;
  std::vector<std::string> notices;
};

// Understands `file` for the environment called so (empty: the top level). Throws ConfigError.
Config readConfig(const ConfigFile& file, std::string_view environment);

// What holds for a script that has no configuration. It need not exist.
Config configForScript(const std::filesystem::path& script);

}  // namespace lathe::cli
