#pragma once

#include <string>
#include <vector>

namespace lathe::cli {

// The addresses by which a telephone in the same network asks for what listens on all of them:
// those of IPv4. The ones of IPv6 change from day to day, and nobody types them.
std::vector<std::string> ownAddresses();

}  // namespace lathe::cli
