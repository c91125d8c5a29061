#include "engine/http/input-buffer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace lathe::http {

namespace {

// A buffer that grew beyond this for one request goes back to what is asked for.
constexpr std::size_t kKeptBytesMax = 16 * 1024;
// Sizes are multiples of this.
constexpr std::size_t kGrainBytes = 4096;

}  // namespace

std::span<char> InputBuffer::room(std::size_t wanted) {
  const auto used = size();
  if (used == 0) begin_ = end_ = 0;
  const bool oversized = used == 0 && capacity_ > kKeptBytesMax && wanted <= kKeptBytesMax;
  if (capacity_ - end_ < wanted || oversized) {
    if (capacity_ - used >= wanted && !oversized) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, used);
    } else {
      // Doubling keeps the copying linear while a long head arrives in small pieces.
      const auto needed = std::max(used + wanted, used * 2);
      const auto grown = (needed + kGrainBytes - 1) / kGrainBytes * kGrainBytes;
      auto bytes = std::make_unique_for_overwrite<char[]>(grown);
      if (used != 0) std::memcpy(bytes.get(), bytes_.get() + begin_, used);
      bytes_ = std::move(bytes);
      capacity_ = grown;
    }
    begin_ = 0;
    end_ = used;
  }
  return {bytes_.get() + end_, capacity_ - end_};
}

}  // namespace lathe::http
