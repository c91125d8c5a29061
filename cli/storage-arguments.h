#pragma once

#include <CLI/CLI.hpp>

#include "cli/storage-command.h"

namespace lathe::cli {

// Gives the command `storage` all of its own, which fill `storage` when they are parsed. `storage`
// outlives `command`.
void addStorageCommands(CLI::App& command, StorageOptions& storage);

// Throws UsageError when the arguments of main() say `storage` and then no such command of it.
void refuseUnknownStorageCommand(const std::vector<std::string>& arguments);

}  // namespace lathe::cli
