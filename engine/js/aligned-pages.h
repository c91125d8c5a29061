#pragma once

#include <cstddef>

namespace lathe::js {

// The size of a page of the system's, in bytes.
std::size_t pageBytes();

// The first address from `address` on that is a multiple of `alignment`, a power of two.
char* alignedUp(char* address, std::size_t alignment);

// Whether the system is to see now that it will have memory for the pages, or when they are
// touched.
enum class Commit { now, later };

// Private, zeroed pages with mmap's `protection`, near `wanted` if that is possible; null when the
// system refuses them. `bytes` is a multiple of the page size, `alignment` a power of two.
char* mapAligned(void* wanted, std::size_t bytes, std::size_t alignment, int protection,
                 Commit commit);

}  // namespace lathe::js
