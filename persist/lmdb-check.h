#pragma once

#include <cstddef>
#include <cstdint>

namespace lathe::persist {

// Whether LMDB can write to a state file as `transaction`, the last one that was committed, has
// left it. To write it copies pages into memory and moves their parts about by the numbers that it
// finds in them: those of a damaged page lead it to where somebody else's data are, and no signal
// tells. So its trees are looked over once, before the first write: each page that they lead to is
// one of its kind, whole within itself, there once, and none that is said to be free.
//
// Reads through `file` at most kCheckedPagesMax pages (256 MB of them); what comes then is not
// looked at. Takes a microsecond a page that is in memory.
inline constexpr std::size_t kCheckedPagesMax = 65'536;
bool isWritable(int file, std::uint64_t transaction, std::size_t pageBytes);

}  // namespace lathe::persist
