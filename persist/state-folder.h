#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace lathe::persist {

// Makes the folder for the state when there is none, with a `.gitignore` in it that keeps all of it
// out of repositories. Throws StoreError when that fails, and for a folder on a network: there
// neither the lock of the one owner nor the file's map can be relied on.
void prepareStateFolder(const std::filesystem::path& folder);

// What a network's file system is called, by statfs's number of its type; nothing for a local one.
std::optional<std::string_view> networkFileSystem(long type);

}  // namespace lathe::persist
