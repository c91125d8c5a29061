#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "cli/project-choice.h"

namespace lathe::cli {

// What `--help` says about the argument that chooses a project.
extern const char* const kProjectHelp;

// Adds the options that stand in the place of a configuration or choose in it, spelled as wrangler
// spells them. `project` outlives the command's parsing, which throws UsageError for a pair that is
// none.
void addProjectOptions(CLI::App& command, ProjectChoice& project);

// An option that may be given several times, once for each value.
void addRepeatable(CLI::App& command, const std::string& names, std::vector<std::string>& values,
                   const char* description, const char* value);

}  // namespace lathe::cli
