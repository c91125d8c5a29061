#include "engine/random-bytes.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <unistd.h>

namespace lathe {

void fillWithRandomBytes(std::span<unsigned char> bytes) {
  constexpr std::size_t kAtOnce = 256;  // getentropy(3)
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min(bytes.size(), kAtOnce));
    if (::getentropy(piece.data(), piece.size()) != 0) {
      throw std::system_error(errno, std::generic_category(), "there are no random numbers");
    }
    bytes = bytes.subspan(piece.size());
  }
}

}  // namespace lathe
