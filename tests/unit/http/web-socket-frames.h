#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lathe::http {

// One frame with every liberty that a test may take.
struct TestFrame {
  unsigned opcode = 1;
  std::string payload = {};
  bool final = true;
  unsigned reserved = 0;  // 4 is RSV1, 2 is RSV2, 1 is RSV3
  bool masked = true;
  // What the length is written as: 0 for the shortest form, else 7, 16 or 64 bits.
  int lengthBits = 0;
  // Announced instead of the payload's own.
  static constexpr std::uint64_t kOwn = ~std::uint64_t{0};
  std::uint64_t length = kOwn;

  operator std::string() const;
};

std::string operator+(const TestFrame& left, const TestFrame& right);
std::string operator+(const std::string& left, const TestFrame& right);

// A client's frames.
TestFrame text(std::string payload);
TestFrame binary(std::string payload);
TestFrame ping(std::string payload);
TestFrame pong(std::string payload);
TestFrame closing(unsigned code, std::string reason = "");
// A message in pieces: the first has its opcode, all but the last are not final.
TestFrame first(unsigned opcode, std::string payload);
TestFrame middle(std::string payload);
TestFrame last(std::string payload);

// "12 bytes" for what is too long to be looked at.
std::string brief(std::string_view payload);

}  // namespace lathe::http
