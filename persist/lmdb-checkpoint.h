#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

// What keeps a state file whole over a power cut though its commits do not wait for the disk.
//
// The system writes what was not waited for in any order, so after a power cut both of the file's
// meta pages may lead to pages that were never written. Therefore once in a while everything is
// waited for, and the meta page of that moment, the checkpoint, is kept in a file beside
// ("…-checkpoint"), along with the id of the machine's boot. Until the next checkpoint a read
// transaction keeps LMDB from using the pages again to which it leads. Who opens the file after
// another boot puts the checkpoint back, and has all that was committed before it. A process that
// is killed loses nothing: what it wrote is the system's.
namespace lathe::persist {

// Keeps the meta page of `transaction`, the last one that was committed, all of which is on the
// disk. Returns when the checkpoint is too. Throws StoreError.
void saveCheckpoint(const std::filesystem::path& file, std::uint64_t transaction,
                    std::size_t pageBytes);

// To be called before `file` is opened. Puts its checkpoint back when that is of another boot.
void restoreCheckpoint(const std::filesystem::path& file);

bool hasCheckpoint(const std::filesystem::path& file);

// To be called when all that was committed is on the disk.
void forgetCheckpoint(const std::filesystem::path& file);

// Makes what was made, renamed or removed in the folder of `file` durable.
void syncFolderOf(const std::filesystem::path& file);

}  // namespace lathe::persist
