#pragma once

#include <string>

namespace lathe::cli {

// A line for `--version`: the versions of lathe, of V8, of the npm package that V8 is from, and of
// OpenSSL.
std::string versionText();

}  // namespace lathe::cli
