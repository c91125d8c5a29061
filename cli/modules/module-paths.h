#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/config.h"

namespace lathe::cli {

// How stacks and messages call the module of a file: by its path from the base folder.
std::string moduleNameOf(const std::filesystem::path& path, const Config& config);

// The files that an import of `path` may mean to a bundler, in its order, that of the very name
// first.
std::vector<std::filesystem::path> moduleCandidates(const std::filesystem::path& path);

// Whether the name is that of a script that V8 does not take as it lies: TypeScript or JSX.
bool needsTranslation(const std::filesystem::path& path);

}  // namespace lathe::cli
