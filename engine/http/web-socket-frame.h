#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

// The frames of a WebSocket (RFC 6455 §5.2), of which only the head has a form of its own:
//
//   head   = FIN(1 bit) RSV(3) opcode(4)  MASK(1) length(7)  [longer length]  [key]
//   longer length = 2 bytes when the length above says 126, 8 bytes when it says 127
//   key    = 4 bytes when MASK is set, with which the payload is XORed
namespace lathe::http {

enum class WebSocketRole { server, client };

enum class Opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};
inline bool isControl(Opcode opcode) { return static_cast<std::uint8_t>(opcode) >= 8; }

using MaskKey = std::array<char, 4>;

struct FrameHead {
  static constexpr std::size_t kBytesMax = 14;
  static constexpr std::size_t kBytesMin = 2;
  // The longest payload of a control frame.
  static constexpr std::size_t kControlBytesMax = 125;

  bool final = true;
  // RSV1, by which permessage-deflate marks a message (RFC 7692 §6); RSV2 and RSV3 mean nothing.
  bool compressed = false;
  bool reserved = false;
  Opcode opcode = Opcode::text;  // may be none of the known
  bool masked = false;
  std::uint64_t length = 0;
  // Whether the length is written in as few bytes as it could be.
  bool shortest = true;
  MaskKey key{};

  // How long a head is that begins with these bytes, at least kBytesMin.
  static std::size_t sizeOf(const char* bytes);
  // Takes a whole head apart; of one that is not whole, what the first kBytesMin bytes say.
  static FrameHead parse(const char* bytes, std::size_t size);

  void appendTo(std::string& out) const;
};

// XORs `bytes` with the key, whose first byte falls to the payload's first: `offset` says how many
// bytes of the payload have come before these.
void applyMask(char* bytes, std::size_t size, MaskKey key, std::size_t offset);

}  // namespace lathe::http
