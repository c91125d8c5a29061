#pragma once

#include <cstdint>

namespace lathe::io {

// What has led to an event.
struct Cause {
  // The number of the client's request (RequestHead); 0 when nobody counts.
  std::uint64_t request = 0;
  // How many workers and actors lie between that request and the event, each called by the one
  // before.
  std::uint32_t depth = 0;

  // An event that calls another this deep calls itself without an end.
  static constexpr std::uint32_t kDepthMax = 256;
};

}  // namespace lathe::io
