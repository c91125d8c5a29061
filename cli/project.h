#pragma once

#include <string>
#include <vector>

#include "cli/config.h"
#include "cli/modules/bundle.h"
#include "cli/project-choice.h"
#include "cli/source-files.h"
#include "engine/worker/worker-source.h"

namespace lathe::cli {

// Reads the configuration of the choice. Throws ConfigError.
Config loadConfig(const ProjectChoice& choice);

// The same for a worker that runs without the others it may have bindings to: a notice names those
// services, and using such a binding throws. Throws ConfigError.
Config loadConfigAlone(const ProjectChoice& choice);

// The workers of configurations that are loaded together, ready for Engine::replace. Throws
// ConfigError when two have one name or a binding leads to none of them. `onRead` may be empty; it
// lives as long as the workers, which may read more files while they run. Of `bundles` there are as
// many as of `configs`, null for a worker that is taken as it lies, or none at all.
std::vector<worker::WorkerSource> workerSources(const std::vector<Config>& configs,
                                                const OnRead& onRead = {},
                                                const Bundles& bundles = {});

// The flags for V8 that the configurations ask for, as V8 wants them: in one text. All of them
// share the process, and so their flags.
std::string v8Flags(const std::vector<Config>& configs);

}  // namespace lathe::cli
