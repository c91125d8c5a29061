#include "engine/web/ascii-run.h"

#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace lathe::web {

namespace {

std::uint64_t loadWord(const void* from) {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

}  // namespace

std::size_t asciiRunLength(const std::uint8_t* from, std::size_t size) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::size_t at = 0;
  for (; at + 32 <= size; at += 32) {
    const std::uint64_t all = loadWord(from + at) | loadWord(from + at + 8) |
                              loadWord(from + at + 16) | loadWord(from + at + 24);
    if ((all & kHighBits) != 0) break;
  }
  while (at < size && from[at] < 0x80) ++at;
  return at;
}

std::size_t copyAsciiRun(const std::uint8_t* from, std::size_t size, char16_t* to) {
  std::size_t at = 0;
#if defined(__SSE2__)
  const __m128i zero = _mm_setzero_si128();
  for (; at + 16 <= size; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at));
    if (_mm_movemask_epi8(bytes) != 0) break;
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + at), _mm_unpacklo_epi8(bytes, zero));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + at + 8), _mm_unpackhi_epi8(bytes, zero));
  }
#endif
  for (; at < size && from[at] < 0x80; ++at) to[at] = from[at];
  return at;
}

std::size_t copyAsciiRun(const char16_t* from, std::size_t size, std::uint8_t* to) {
  std::size_t at = 0;
#if defined(__SSE2__)
  const __m128i notAscii = _mm_set1_epi16(static_cast<short>(0xFF80));
  for (; at + 16 <= size; at += 16) {
    const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at));
    const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at + 8));
    const __m128i stray = _mm_and_si128(_mm_or_si128(low, high), notAscii);
    if (_mm_movemask_epi8(_mm_cmpeq_epi16(stray, _mm_setzero_si128())) != 0xFFFF) break;
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + at), _mm_packus_epi16(low, high));
  }
#else
  constexpr std::uint64_t kNotAscii = 0xFF80FF80FF80FF80;
  for (; at + 4 <= size && (loadWord(from + at) & kNotAscii) == 0; at += 4) {
    for (std::size_t i = at; i < at + 4; ++i) to[i] = static_cast<std::uint8_t>(from[i]);
  }
#endif
  for (; at < size && from[at] < 0x80; ++at) to[at] = static_cast<std::uint8_t>(from[at]);
  return at;
}

}  // namespace lathe::web
