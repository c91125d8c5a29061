#include "engine/web/byte-decoders.h"
#include "engine/web/encoding-tables.h"

namespace lathe::web {

namespace {

constexpr bool isShiftJisLead(std::uint8_t byte) {
  return (byte >= 0x81 && byte <= 0x9F) || (byte >= 0xE0 && byte <= 0xFC);
}

// The code point of a two-byte sequence, or 0.
char16_t sequenceCodePoint(std::uint8_t lead, std::uint8_t trail) {
  if (trail < 0x40 || trail == 0x7F || trail > 0xFC) return 0;
  const int leadOffset = lead < 0xA0 ? 0x81 : 0xC1;
  const int trailOffset = trail < 0x7F ? 0x40 : 0x41;
  const int pointer = (lead - leadOffset) * 188 + (trail - trailOffset);
  // What Windows reserves for characters of the user's own, in ten rows of private use.
  if (pointer >= 8836 && pointer <= 10715) return static_cast<char16_t>(0xE000 + pointer - 8836);
  return kJis0208Index[pointer];
}

}  // namespace

// https://encoding.spec.whatwg.org/#shift_jis-decoder
std::size_t decodeShiftJis(Bytes bytes, Flush flush, DecoderOutput& out) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::uint8_t byte = bytes[at];
    if (byte < 0x80) {
      at += out.putAsciiRun(bytes.subspan(at));
      continue;
    }
    char16_t unit = 0;
    if (!isShiftJisLead(byte)) {
      if (byte == 0x80) unit = 0x80;
      if (byte >= 0xA1 && byte <= 0xDF) unit = static_cast<char16_t>(0xFF61 + (byte - 0xA1));
      ++at;
    } else if (at + 1 < bytes.size()) {
      const std::uint8_t trail = bytes[at + 1];
      unit = sequenceCodePoint(byte, trail);
      // An ASCII byte that completes nothing is read again.
      at += unit == 0 && trail < 0x80 ? 1 : 2;
    } else if (flush == Flush::kNo) {
      break;
    } else {
      ++at;
    }
    if (unit != 0) {
      out.put(unit);
    } else if (!out.replaceError()) {
      break;
    }
  }
  return at;
}

}  // namespace lathe::web
