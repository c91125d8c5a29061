#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace lathe::cli {

// Adds the options of `wrangler dev` that the command does not have itself, so that a script
// written for wrangler need not change: what means nothing here is accepted, what lathe does not
// have yet is accepted and gets a line in `notices`, and what would mislead is a UsageError of one
// sentence. They are not in `--help`. Comes after the command's own options; `notices` outlives the
// parsing.
void addWranglerFlags(CLI::App& command, std::vector<std::string>& notices);

}  // namespace lathe::cli
