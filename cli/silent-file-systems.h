#pragma once

#include <filesystem>

namespace lathe::cli {

// Whether a folder is on a file system that others change without inotify hearing of it: those of
// other machines, and those that a host lends to its guest. One that is not there is on none.
bool isOnSilentFileSystem(const std::filesystem::path& folder);

}  // namespace lathe::cli
