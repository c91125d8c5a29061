#pragma once

#include <CLI/CLI.hpp>

#include "cli/storage-command.h"

namespace lathe::cli {

// Adds the command `storage` with all of its own to `app`, which fill `storage` when they are
// parsed. `storage` outlives `app`.
CLI::App* addStorageCommand(CLI::App& app, StorageOptions& storage);

// Throws UsageError when the arguments of main() say `storage` and then no such command of it.
void refuseUnknownStorageCommand(const std::vector<std::string>& arguments);

}  // namespace lathe::cli
