#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace lathe::web {

// Somebody else's bytes, where they are not (yet) text.
using Bytes = std::span<const std::uint8_t>;

inline Bytes bytesOf(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace lathe::web
