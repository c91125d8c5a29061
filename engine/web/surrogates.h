#pragma once

#include <cstddef>
#include <string_view>

namespace lathe::web {

constexpr bool isLeadSurrogate(char16_t unit) { return (unit & 0xFC00) == 0xD800; }
constexpr bool isTrailSurrogate(char16_t unit) { return (unit & 0xFC00) == 0xDC00; }
constexpr bool isSurrogate(char16_t unit) { return (unit & 0xF800) == 0xD800; }

// Whether a lead surrogate and its trail stand at `at`.
constexpr bool isSurrogatePair(std::u16string_view text, std::size_t at) {
  return isLeadSurrogate(text[at]) && at + 1 < text.size() && isTrailSurrogate(text[at + 1]);
}

constexpr char32_t codePointOfPair(char16_t lead, char16_t trail) {
  return 0x10000 + ((lead & 0x3FFu) << 10 | (trail & 0x3FFu));
}

}  // namespace lathe::web
