#pragma once

#include <string_view>

// The licenses of all that lathe is made of, as the build collected them (tools/collect-licenses.mjs
// and cli/embedded-licenses.S). So no file can be missing beside the program.
extern "C" const char lathe_licenses_begin[];
extern "C" const char lathe_licenses_end[];

namespace lathe::cli {

inline std::string_view embeddedLicenses() {
  return {lathe_licenses_begin,
          static_cast<std::size_t>(lathe_licenses_end - lathe_licenses_begin)};
}

}  // namespace lathe::cli
