#include "persist/lmdb-meta.h"

#include <bit>

#include <fcntl.h>
#include <unistd.h>

namespace lathe::persist {
namespace {

constexpr std::uint32_t kMagic = 0xBEEFC0DE;
constexpr std::uint32_t kPageBytesMin = 512;
constexpr std::uint32_t kPageBytesMax = 65'536;
// A file of 16 TB, with pages of 4 KB.
constexpr std::uint64_t kPagesMax = std::uint64_t{1} << 32;

bool isPlausible(const MetaPage& meta) {
  const std::uint32_t bytes = meta.trees[0].pad;
  return std::has_single_bit(bytes) && bytes >= kPageBytesMin && bytes <= kPageBytesMax &&
         meta.lastPage < kPagesMax;
}

}  // namespace

bool metaIsPlausible(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return true;
  bool plausible = true;
  off_t at = 0;
  for (int number = 0; number < 2 && plausible; ++number) {
    MetaPage meta;
    const auto count = ::pread(descriptor, &meta, sizeof meta, at);
    if (count != static_cast<ssize_t>(sizeof meta) || meta.magic != kMagic) break;
    plausible = isPlausible(meta);
    at = meta.trees[0].pad;
  }
  ::close(descriptor);
  return plausible;
}

}  // namespace lathe::persist
