#include "engine/web/byte-decoders.h"

namespace lathe::web {

namespace {

// What a lead byte announces: the bytes that follow it, and the range of the first of these, which
// is narrower than 80..BF where overlong forms, surrogates or code points past U+10FFFF would
// begin.
struct Sequence {
  std::uint8_t trailing;  // 0: no lead byte
  std::uint8_t lower;
  std::uint8_t upper;
};

constexpr Sequence sequenceOf(std::uint8_t lead) {
  if (lead < 0xC2 || lead > 0xF4) return {0, 0, 0};
  if (lead < 0xE0) return {1, 0x80, 0xBF};
  if (lead == 0xE0) return {2, 0xA0, 0xBF};
  if (lead == 0xED) return {2, 0x80, 0x9F};
  if (lead < 0xF0) return {2, 0x80, 0xBF};
  if (lead == 0xF0) return {3, 0x90, 0xBF};
  if (lead == 0xF4) return {3, 0x80, 0x8F};
  return {3, 0x80, 0xBF};
}

}  // namespace

// https://encoding.spec.whatwg.org/#utf-8-decoder
std::size_t decodeUtf8(Bytes bytes, Flush flush, DecoderOutput& out) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::uint8_t lead = bytes[at];
    if (lead < 0x80) {
      at += out.putAsciiRun(bytes.subspan(at));
      continue;
    }
    const Sequence sequence = sequenceOf(lead);
    char32_t codePoint = lead & (0x3F >> sequence.trailing);
    std::size_t length = 1;
    for (; length <= sequence.trailing && at + length < bytes.size(); ++length) {
      const std::uint8_t byte = bytes[at + length];
      const bool fits =
          length == 1 ? byte >= sequence.lower && byte <= sequence.upper : (byte & 0xC0) == 0x80;
      if (!fits) break;
      codePoint = codePoint << 6 | (byte & 0x3F);
    }
    if (sequence.trailing != 0 && length > sequence.trailing) {
      at += length;
      out.putCodePoint(codePoint);
      continue;
    }
    const bool unfinished = sequence.trailing != 0 && at + length == bytes.size();
    if (unfinished && flush == Flush::kNo) break;
    // One error for the longest start of a sequence; the byte that did not fit is read again.
    at += length;
    if (!out.replaceError()) break;
  }
  return at;
}

}  // namespace lathe::web
