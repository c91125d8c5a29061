#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/config.h"
#include "cli/modules/esbuild-packet.h"

namespace lathe::cli {

// What esbuild says about one build, for people: "index.ts:3:5: …", where the file is relative to
// the base folder, with what to do where that is known.
std::string bundleMessage(const EsbuildValue& message, const Config& config);

// All errors of a failed build, of which there is at least one, in one text.
std::string bundleErrors(const EsbuildValue& errors, const Config& config);

// Files that are not there and that would mend the build: those that its imports may mean, and the
// packages that are not installed. And those that are there and have been found wrong.
std::vector<std::filesystem::path> filesOfErrors(const EsbuildValue& errors, const Config& config);

}  // namespace lathe::cli
