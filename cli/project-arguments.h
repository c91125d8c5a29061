#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/project-choice.h"

namespace lathe::cli {

// What `--help` says about the argument that chooses a project.
extern const char* const kProjectHelp;

// Adds the options that stand in the place of what a configuration says, spelled as wrangler spells
// them. `project` outlives the command's parsing, which throws UsageError for a pair that is none.
void addReplacements(CLI::App& command, ProjectChoice& project);
// The same, and those that choose the one configuration of a command.
void addProjectOptions(CLI::App& command, ProjectChoice& project);

// The same arguments with an option for each value of those that wrangler lets have several, such
// as
// `--var A:1 B:2`: what follows is another value as long as it looks like one.
std::vector<std::string> withPairsApart(const std::vector<std::string>& arguments);

// An option that may be given several times, once for each value.
void addRepeatable(CLI::App& command, const std::string& names, std::vector<std::string>& values,
                   const char* description, const char* value);

}  // namespace lathe::cli
