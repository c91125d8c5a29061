// Where a single-file lathe keeps what it is made of, and how it gets there.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tools/packaging/archive.h"

namespace lathe::packaging {

// The folders to unpack into, in the order in which they are tried: the user's cache folder, then
// temporary ones.
std::vector<std::string> unpackingFolders();

// The path of the program below `folder`. Unpacks it when it is not there, or not whole, after
// which it is tried once: `try(path)` throws when the system lacks what it needs.
//
// What has the name of the archive's version is whole, as it gets this name at the very end. Of
// starts at the same time one unpacks and the others wait. Versions that nobody has started for a
// month are removed on this occasion.
//
// Throws std::system_error when the folder cannot be used, which says nothing about others, and
// std::runtime_error when none would do.
std::string programIn(const std::string& folder, const Archive& archive,
                      void (*attempt)(const std::string& program));

}  // namespace lathe::packaging
