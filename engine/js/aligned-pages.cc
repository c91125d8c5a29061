#include "engine/js/aligned-pages.h"

#include <cstdint>

#include <sys/mman.h>
#include <unistd.h>

namespace lathe::js {
namespace {

char* map(void* wanted, std::size_t bytes, int protection, Commit commit) {
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | (commit == Commit::later ? MAP_NORESERVE : 0);
  void* pages = ::mmap(wanted, bytes, protection, flags, -1, 0);
  return pages == MAP_FAILED ? nullptr : static_cast<char*>(pages);
}

}  // namespace

std::size_t pageBytes() {
  static const auto bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return bytes;
}

char* alignedUp(char* address, std::size_t alignment) {
  const auto number = reinterpret_cast<std::uintptr_t>(address);
  return address + ((alignment - number % alignment) % alignment);
}

char* mapAligned(void* wanted, std::size_t bytes, std::size_t alignment, int protection,
                 Commit commit) {
  if (alignment <= pageBytes()) return map(wanted, bytes, protection, commit);
  const std::size_t more = bytes + alignment - pageBytes();
  char* begin = map(wanted, more, protection, commit);
  if (!begin) return nullptr;
  char* pages = alignedUp(begin, alignment);
  if (pages != begin) ::munmap(begin, static_cast<std::size_t>(pages - begin));
  char* end = begin + more;
  if (pages + bytes != end) {
    ::munmap(pages + bytes, static_cast<std::size_t>(end - pages) - bytes);
  }
  return pages;
}

}  // namespace lathe::js
