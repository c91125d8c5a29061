#pragma once

#include <string>
#include <string_view>

namespace lathe::cli {

// Whether Node has a module of this name, which may be written with `node:` in front or without
// where Node allows that.
bool isNodeModuleName(std::string_view specifier);

// A regular expression (of esbuild's kind) that those specifiers match, and those of `cloudflare:`:
// what the runtime provides.
std::string runtimeModulePattern();

// Whether the runtime may provide a module of this name.
bool isRuntimeModuleName(std::string_view specifier);

}  // namespace lathe::cli
