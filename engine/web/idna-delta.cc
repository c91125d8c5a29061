#include "engine/web/idna-delta.h"

#include <algorithm>
#include <cstdint>

#include <unicode/utf8.h>

namespace lathe::web {

namespace {

constexpr char32_t kIgnored = 0;  // maps to nothing

struct Mapping {
  char32_t first, last;
  char32_t to;  // of `first`; those after it map to those after this one, or all to nothing
};

// The lines of IdnaMappingTable.txt that differ between Unicode 15.0 and 17.0 for characters that
// existed in 15.0, in order. One is missing because it became valid rather than mapped: U+1806.
constexpr Mapping kMappings[] = {
    {0x04C0, 0x04C0, 0x04CF},      // CYRILLIC LETTER PALOCHKA
    {0x10A0, 0x10C5, 0x2D00},      // GEORGIAN CAPITAL LETTER AN..HOE
    {0x115F, 0x1160, kIgnored},    // HANGUL CHOSEONG FILLER, HANGUL JUNGSEONG FILLER
    {0x17B4, 0x17B5, kIgnored},    // KHMER VOWEL INHERENT AQ, AA
    {0x180E, 0x180E, kIgnored},    // MONGOLIAN VOWEL SEPARATOR
    {0x1E9E, 0x1E9E, 0x00DF},      // LATIN CAPITAL LETTER SHARP S, "ss" before
    {0x2061, 0x2063, kIgnored},    // FUNCTION APPLICATION..INVISIBLE SEPARATOR
    {0x206A, 0x206F, kIgnored},    // INHIBIT SYMMETRIC SWAPPING..NOMINAL DIGIT SHAPES
    {0x2132, 0x2132, 0x214E},      // TURNED CAPITAL F
    {0x2183, 0x2183, 0x2184},      // ROMAN NUMERAL REVERSED ONE HUNDRED
    {0x3164, 0x3164, kIgnored},    // HANGUL FILLER
    {0xFFA0, 0xFFA0, kIgnored},    // HALFWIDTH HANGUL FILLER
    {0x1D173, 0x1D17A, kIgnored},  // MUSICAL SYMBOL BEGIN BEAM..END PHRASE
    {0x2F868, 0x2F868, 0x36FC},    // five CJK COMPATIBILITY IDEOGRAPHs
    {0x2F874, 0x2F874, 0x5F53},   {0x2F91F, 0x2F91F, 0x243AB},
    {0x2F95F, 0x2F95F, 0x7AEE},   {0x2F9BF, 0x2F9BF, 0x45D7},
};

const Mapping* find(char32_t c) {
  const auto at = std::lower_bound(std::begin(kMappings), std::end(kMappings), c,
                                   [](const Mapping& m, char32_t value) { return m.last < value; });
  return at != std::end(kMappings) && at->first <= c ? at : nullptr;
}

void appendUtf8(std::string& out, char32_t c) {
  std::uint8_t bytes[U8_MAX_LENGTH];
  std::int32_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, c);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
}

}  // namespace

std::string withNewerIdnaMappings(std::string_view domain) {
  std::string out;
  out.reserve(domain.size());
  const auto size = static_cast<std::int32_t>(domain.size());
  for (std::int32_t at = 0; at < size;) {
    const std::int32_t start = at;
    UChar32 c = 0;
    U8_NEXT(domain.data(), at, size, c);  // negative for what is not UTF-8
    const Mapping* mapping = c < 0 ? nullptr : find(static_cast<char32_t>(c));
    if (!mapping) {
      out.append(domain, static_cast<std::size_t>(start), static_cast<std::size_t>(at - start));
    } else if (mapping->to != kIgnored) {
      appendUtf8(out, mapping->to + (static_cast<char32_t>(c) - mapping->first));
    }
  }
  return out;
}

}  // namespace lathe::web
