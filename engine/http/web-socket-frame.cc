#include "engine/http/web-socket-frame.h"

#include <cstring>

namespace lathe::http {

namespace {

constexpr unsigned kFinal = 0x80;
constexpr unsigned kCompressed = 0x40;
constexpr unsigned kReserved = 0x30;
constexpr unsigned kOpcode = 0x0F;
constexpr unsigned kMasked = 0x80;
constexpr unsigned kLength = 0x7F;
constexpr unsigned kLength16 = 126;
constexpr unsigned kLength64 = 127;

std::uint64_t bigEndian(const char* bytes, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

}  // namespace

std::size_t FrameHead::sizeOf(const char* bytes) {
  const unsigned second = static_cast<unsigned char>(bytes[1]);
  const unsigned length = second & kLength;
  return kBytesMin +
         (length == kLength16   ? 2
          : length == kLength64 ? 8
                                : 0) +
         (second & kMasked ? 4 : 0);
}

FrameHead FrameHead::parse(const char* bytes, std::size_t size) {
  const unsigned first = static_cast<unsigned char>(bytes[0]);
  const unsigned second = static_cast<unsigned char>(bytes[1]);
  FrameHead head;
  head.final = first & kFinal;
  head.compressed = first & kCompressed;
  head.reserved = first & kReserved;
  head.opcode = static_cast<Opcode>(first & kOpcode);
  head.masked = second & kMasked;
  head.length = second & kLength;
  if (size < sizeOf(bytes)) return head;
  const char* rest = bytes + kBytesMin;
  if (head.length == kLength16) {
    head.length = bigEndian(rest, 2);
    head.shortest = head.length >= kLength16;
    rest += 2;
  } else if (head.length == kLength64) {
    head.length = bigEndian(rest, 8);
    head.shortest = head.length > 0xFFFF;
    rest += 8;
  }
  if (head.masked) std::memcpy(head.key.data(), rest, head.key.size());
  return head;
}

void FrameHead::appendTo(std::string& out) const {
  char bytes[kBytesMax];
  char* end = bytes;
  *end++ = static_cast<char>((final ? kFinal : 0) | (compressed ? kCompressed : 0) |
                             (reserved ? kReserved : 0) | static_cast<unsigned>(opcode));
  const unsigned mask = masked ? kMasked : 0;
  std::size_t lengthBytes = 0;
  if (length < kLength16) {
    *end++ = static_cast<char>(mask | length);
  } else if (length <= 0xFFFF) {
    *end++ = static_cast<char>(mask | kLength16);
    lengthBytes = 2;
  } else {
    *end++ = static_cast<char>(mask | kLength64);
    lengthBytes = 8;
  }
  for (auto i = lengthBytes; i-- > 0;) *end++ = static_cast<char>(length >> (8 * i));
  if (masked) {
    std::memcpy(end, key.data(), key.size());
    end += key.size();
  }
  out.append(bytes, end);
}

void applyMask(char* bytes, std::size_t size, MaskKey key, std::size_t offset) {
  // The key as it falls on these bytes, twice.
  char pattern[8];
  for (std::size_t i = 0; i < sizeof pattern; ++i) pattern[i] = key[(offset + i) % key.size()];
  std::uint64_t wide;
  std::memcpy(&wide, pattern, sizeof wide);
  std::size_t done = 0;
  for (; done + sizeof wide <= size; done += sizeof wide) {
    std::uint64_t word;
    std::memcpy(&word, bytes + done, sizeof word);
    word ^= wide;
    std::memcpy(bytes + done, &word, sizeof word);
  }
  for (std::size_t i = 0; done < size; ++done, ++i) bytes[done] ^= pattern[i];
}

}  // namespace lathe::http
