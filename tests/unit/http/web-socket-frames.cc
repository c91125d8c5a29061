#include "tests/unit/http/web-socket-frames.h"

#include <utility>

namespace lathe::http {

TestFrame::operator std::string() const {
  const std::uint64_t announced = length == kOwn ? payload.size() : length;
  const int bits = lengthBits != 0 ? lengthBits : announced < 126 ? 7 : announced < 65536 ? 16 : 64;
  std::string bytes;
  bytes += static_cast<char>((final ? 0x80u : 0u) | reserved << 4 | opcode);
  bytes += static_cast<char>((masked ? 0x80u : 0u) | (bits == 7    ? announced
                                                      : bits == 16 ? 126u
                                                                   : 127u));
  if (bits != 7) {
    for (int shift = bits - 8; shift >= 0; shift -= 8)
      bytes += static_cast<char>(announced >> shift);
  }
  if (!masked) return bytes + payload;
  const std::string key = "\x12\xf0\x9a\x07";
  bytes += key;
  for (std::size_t i = 0; i < payload.size(); ++i)
    bytes += static_cast<char>(payload[i] ^ key[i % 4]);
  return bytes;
}

std::string operator+(const TestFrame& left, const TestFrame& right) {
  return std::string(left) + std::string(right);
}
std::string operator+(const std::string& left, const TestFrame& right) {
  return left + std::string(right);
}

TestFrame text(std::string payload) { return {.opcode = 1, .payload = std::move(payload)}; }
TestFrame binary(std::string payload) { return {.opcode = 2, .payload = std::move(payload)}; }
TestFrame ping(std::string payload) { return {.opcode = 9, .payload = std::move(payload)}; }
TestFrame pong(std::string payload) { return {.opcode = 10, .payload = std::move(payload)}; }
TestFrame closing(unsigned code, std::string reason) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
  return {.opcode = 8, .payload = payload + reason};
}
TestFrame first(unsigned opcode, std::string payload) {
  return {.opcode = opcode, .payload = std::move(payload), .final = false};
}
TestFrame middle(std::string payload) { return first(0, std::move(payload)); }
TestFrame last(std::string payload) { return {.opcode = 0, .payload = std::move(payload)}; }

std::string brief(std::string_view payload) {
  if (payload.size() <= 60) return std::string(payload);
  return std::to_string(payload.size()) + " bytes";
}

}  // namespace lathe::http
