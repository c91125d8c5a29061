#pragma once

#include <filesystem>
#include <string>

namespace lathe::persist {

// Thrown where the map has no room left for what is being written: it has to grow, and the
// transaction to be made anew. Never leaves the storage thread.
struct MapFull {};

// Throws what LMDB's (or the system's) error `code` means for `file`: MapFull, or a StoreError
// whose text begins with the file and what was tried, such as "cannot be opened". LMDB tells of a
// full disk as of any failed write, so the file system is asked.
[[noreturn]] void throwLmdbError(int code, const std::filesystem::path& file,
                                 const std::string& tried);

// Whether so little room is left where `file` is that a write fails.
bool diskIsFull(const std::filesystem::path& file);

}  // namespace lathe::persist
