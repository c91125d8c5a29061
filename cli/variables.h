#pragma once

#include <filesystem>
#include <optional>

#include "cli/config-node.h"
#include "cli/config.h"
#include "cli/project-choice.h"

namespace lathe::cli {

// Makes the first bindings of `config`: its variables. Those of `--var` have more weight than those
// of files (local-variables.h), and these more than `vars`; a name keeps the place at which it came
// first. `vars` and `secrets` are the configuration's, if it has them; the files are in `folder`.
// Throws ConfigError.
void readVariables(Config& config, const std::optional<ConfigNode>& vars,
                   const std::optional<ConfigNode>& secrets, const ProjectChoice& choice,
                   const std::filesystem::path& folder);

// Drops, with a warning, the variables of files and the command line that another binding is called
// like: such a file may be for other programs too. Comes after all bindings are there.
void dropShadowedVariables(Config& config);

}  // namespace lathe::cli
