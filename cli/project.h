#pragma once

#include <string>
#include <vector>

#include "cli/config.h"
#include "engine/worker/worker-source.h"

namespace lathe::cli {

// What the command line says about which worker to run.
struct ProjectChoice {
  // A configuration, a folder that has one, or a script; empty: the nearest configuration upwards
  // from the working folder.
  std::string path;
  // The environment of the configuration; empty: its top level.
  std::string environment;
};

// Reads the configuration of the choice. Throws ConfigError.
Config loadConfig(const ProjectChoice& choice);

// The same for a worker that runs without the others it may have bindings to: a notice names those
// services, and using such a binding throws. Throws ConfigError.
Config loadConfigAlone(const ProjectChoice& choice);

// The workers of configurations that are loaded together, ready for Engine::replace. Throws
// ConfigError when two have one name or a binding leads to none of them.
std::vector<worker::WorkerSource> workerSources(const std::vector<Config>& configs);

// The flags for V8 that the configurations ask for, as V8 wants them: in one text. All of them
// share the process, and so their flags.
std::string v8Flags(const std::vector<Config>& configs);

}  // namespace lathe::cli
