#include "engine/web/forgiving-base64.h"

#include <algorithm>
#include <array>
#include <type_traits>

namespace lathe::web {

namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint8_t kWhitespace = 64;
constexpr std::uint8_t kPadding = 65;
constexpr std::uint8_t kInvalid = 66;

// What each ASCII character is: its six bits, or one of the constants above.
constexpr std::array<std::uint8_t, 128> kMeanings = [] {
  std::array<std::uint8_t, 128> meanings;
  meanings.fill(kInvalid);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    meanings[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  for (const char c : std::string_view("\t\n\f\r "))
    meanings[static_cast<std::uint8_t>(c)] = kWhitespace;
  meanings['='] = kPadding;
  return meanings;
}();

template <typename Char>
std::optional<std::string> decode(std::basic_string_view<Char> text) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t group = 0;
  std::size_t digits = 0;
  std::size_t paddings = 0;
  for (const Char c : text) {
    const auto unit = static_cast<std::make_unsigned_t<Char>>(c);
    const std::uint8_t meaning = unit < kMeanings.size() ? kMeanings[unit] : kInvalid;
    if (meaning == kWhitespace) continue;
    if (meaning == kInvalid) return std::nullopt;
    if (meaning == kPadding) {
      ++paddings;
      continue;
    }
    if (paddings != 0) return std::nullopt;
    group = group << 6 | meaning;
    if (++digits % 4 != 0) continue;
    bytes.push_back(static_cast<char>(group >> 16));
    bytes.push_back(static_cast<char>(group >> 8));
    bytes.push_back(static_cast<char>(group));
    group = 0;
  }

  // Padding is one or two signs which complete a group, or none at all.
  if (paddings > 2 || (paddings != 0 && (digits + paddings) % 4 != 0)) return std::nullopt;
  // The last group may stop short. Its lowest bits, which make no byte, are dropped whatever they
  // are.
  switch (digits % 4) {
    case 1:
      return std::nullopt;
    case 2:
      bytes.push_back(static_cast<char>(group >> 4));
      break;
    case 3:
      bytes.push_back(static_cast<char>(group >> 10));
      bytes.push_back(static_cast<char>(group >> 2));
      break;
  }
  return bytes;
}

}  // namespace

std::optional<std::string> forgivingBase64Decode(std::string_view text) { return decode(text); }

std::optional<std::string> forgivingBase64Decode(std::u16string_view text) { return decode(text); }

std::string forgivingBase64Encode(Bytes bytes) {
  std::string text((bytes.size() + 2) / 3 * 4, '=');
  char* to = text.data();
  for (std::size_t at = 0; at < bytes.size(); at += 3, to += 4) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) group = group << 8 | (i < count ? bytes[at + i] : 0u);
    // One byte fills two characters, two bytes fill three: the rest stays padding.
    for (std::size_t i = 0; i <= count; ++i) to[i] = kAlphabet[group >> (18 - 6 * i) & 0x3F];
  }
  return text;
}

}  // namespace lathe::web
