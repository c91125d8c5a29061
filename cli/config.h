#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config-file.h"
#include "cli/migration.h"
#include "cli/module-rules.h"
#include "cli/modules/bundle-settings.h"
#include "cli/project-choice.h"
#include "cli/public-origin.h"
#include "engine/compatibility.h"
#include "engine/worker/worker-source.h"
#include "persist/cache-lru.h"

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
  // What it holds, when it came over standard input: then there is no such file.
  std::optional<std::string> text = {};
};

// One entry of `alias`: the file to take for a specifier, or the package.
struct ModuleAlias {
  std::string specifier;
  // Empty: `package` counts.
  std::filesystem::path path;
  std::string package = {};
};

// What `build` says: a command that makes the script.
struct BuildSettings {
  std::string command;
  std::filesystem::path folder;
  // The files and folders whose change asks for it again.
  std::vector<std::filesystem::path> watched;
  // Where the command is written: "wrangler.jsonc:7:12".
  std::string writtenAt;

  // Wherever it is written.
  bool operator==(const BuildSettings& other) const {
    return command == other.command && folder == other.folder && watched == other.watched;
  }
};

// Where the value of a variable is from: "wrangler.jsonc:4:12", ".dev.vars:3", "--var".
struct VariableOrigin {
  std::string name;
  std::string source;
  // Whether it is one of the configuration's own `vars`.
  bool ofConfig = false;
};

// A binding to a service, for the check that there is one.
struct ServiceUse {
  std::string service;
  std::string writtenAt;
};

// Where Durable Objects keep what they store.
enum class ObjectStorage { disk, memory, none };
// Until when a write waits: its data is on the disk, or the system has it.
enum class Durability { fsync, os };

// What `serve` and `dev` speak on their ports.
enum class LocalProtocol { http, https };

// A configuration, understood: for one environment, with all defaults filled in and all paths
// absolute.
struct Config {
  static constexpr std::uint32_t kCpuMs = 30'000;
  static constexpr std::uint32_t kMemoryMb = 128;
  static constexpr std::uint32_t kBodyMb = 100;

  // How messages call the file: its path, or the script's.
  std::string shownAs;
  std::string name;
  // Whether `name` was written down, and not only made of the path.
  bool named = false;
  // The folder of the file, or of the script.
  std::filesystem::path folder;
  // Either a script or a list of modules, the first of which is the main one.
  MainScript main;
  std::vector<ListedModule> modules;
  // What module names are relative to.
  std::filesystem::path baseDir;
  // Whether scripts may import what is below that by specifiers that they compute.
  bool additionalModules = false;
  ModuleRules rules;
  std::vector<ModuleAlias> aliases;
  BundleSettings bundle;
  std::optional<BuildSettings> build;

  Compatibility compatibility;
  std::vector<worker::Binding> bindings;
  // Those of the first bindings, which are the variables.
  std::vector<VariableOrigin> variables;
  std::vector<worker::ActorClass> actorClasses;
  // By `migrations`, or what comes to the same by `exports`.
  std::vector<Migration> migrations;
  std::optional<ObjectStorage> objectStorage;
  Durability durability = Durability::fsync;
  persist::CacheLru::Limits cacheLimits;
  std::vector<ServiceUse> services;

  std::uint32_t cpuMs = kCpuMs;
  std::uint32_t memoryMb = kMemoryMb;
  std::uint32_t bodyMb = kBodyMb;
  std::vector<std::string> v8Flags;
  std::optional<std::string> ip;
  std::optional<std::uint16_t> port;
  std::optional<LocalProtocol> localProtocol;
  // Names of this machine besides `localhost`, for the details of errors (trusted-hosts.h).
  std::vector<std::string> trustedHosts;
  PublicOrigin publicOrigin;

  // The files that all this was read from, and those that would have been if they existed: the
  // configuration and its variables, not the modules.
  std::vector<std::filesystem::path> files;

  // What is likely a mistake, and what is merely good to know: a line each.
  std::vector<std::string> warnings;
  std::vector<std::string> notices;
};

// Understands `file` as `choice` wants it, whose path does not matter; with a script that is the
// main one in the place of the file's. Throws ConfigError.
Config readConfig(const ConfigFile& file, const ProjectChoice& choice,
                  const std::optional<std::filesystem::path>& script = std::nullopt);

// What holds for a script that has no configuration. It need not exist. Throws ConfigError.
Config configForScript(const std::filesystem::path& script, const ProjectChoice& choice);

}  // namespace lathe::cli
