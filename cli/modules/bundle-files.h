#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config.h"

namespace lathe::cli {

// The files that esbuild's report of a build, its metafile, names as what went in.
std::vector<std::filesystem::path> inputsOfMetafile(std::string_view json, const Config& config);

// The files that say how those inputs are read: the tsconfig.json and package.json beside them and
// above, up to the project's folder or that of their package, and what the former extend. Some are
// not there.
std::vector<std::filesystem::path> settingsOfInputs(
    const std::vector<std::filesystem::path>& inputs, const Config& config);

}  // namespace lathe::cli
