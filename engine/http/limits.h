#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace lathe::http {

// Everything a client could make grow or take long has its limit here.
//
// Times are counted in sweeps over all connections, not on a clock: while the loop is busy with
// JavaScript no sweep happens, and what a client could not do meanwhile is not held against it. A
// limit is therefore met with the precision of `sweepInterval`.
struct Limits {
  // Request line and header fields together. More is answered with 431.
  std::size_t headerBytesMax = 128 * 1024;
  // A request's body after chunked decoding. More is answered with 413.
  std::uint64_t bodyBytesMax = 100ull * 1024 * 1024;
  // What is left of a body that the handler did not read is skipped to save the connection, if it
  // is no more than this.
  std::uint64_t drainBytesMax = 256 * 1024;

  // From the first byte of a request to the end of its header. Late is answered with 408.
  std::chrono::milliseconds headerTimeout{30'000};
  // Between a response, or accepting, and the first byte of the next request.
  std::chrono::milliseconds idleTimeout{75'000};
  // Between two pieces of a body that somebody waits for.
  std::chrono::milliseconds bodyTimeout{60'000};
  // For a whole body, as far as somebody waits for it: so long, and a second more for as many bytes
  // as `bodyBytesPerSecondMin` that have come. A body that drips ends some time; one that streams
  // need not.
  std::chrono::milliseconds bodyGrace{30'000};
  std::uint64_t bodyBytesPerSecondMin = 1024;
  // For the kernel to take more of a response from us, which it does when the client reads.
  std::chrono::milliseconds writeTimeout{60'000};
  // For a client to stop sending after a response that ends the connection.
  std::chrono::milliseconds lingerTimeout{2'000};
  // For a WebSocket's peer to say anything at all, once it has been sent a Close.
  std::chrono::milliseconds closeTimeout{10'000};
  // A WebSocket's peer that has been silent for so long is sent a ping, and is taken for gone when
  // it stays silent for as long again.
  std::chrono::milliseconds pingInterval{60'000};
  // What may wait for a WebSocket's peer to read it. A peer that lets more come together is cut
  // off.
  std::size_t webSocketOutputBytesMax = 256 * 1024 * 1024;
  // To open a WebSocket towards a server, from the look-up of its name to its response.
  std::chrono::milliseconds connectTimeout{30'000};

  std::chrono::milliseconds sweepInterval{1'000};
};

}  // namespace lathe::http
