#include "engine/web/byte-decoders.h"
#include "engine/web/encoding-tables.h"

namespace lathe::web {

namespace {

constexpr std::uint8_t kKatakanaShift = 0x8E;
constexpr std::uint8_t kJis0212Shift = 0x8F;

constexpr bool isJisByte(std::uint8_t byte) { return byte >= 0xA1 && byte <= 0xFE; }

}  // namespace

// https://encoding.spec.whatwg.org/#euc-jp-decoder
std::size_t decodeEucJp(Bytes bytes, Flush flush, DecoderOutput& out) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const Bytes rest = bytes.subspan(at);
    const std::uint8_t lead = rest[0];
    if (lead < 0x80) {
      at += out.putAsciiRun(rest);
      continue;
    }
    if (lead != kKatakanaShift && lead != kJis0212Shift && !isJisByte(lead)) {
      ++at;
      if (!out.replaceError()) break;
      continue;
    }

    // Where the last byte of the sequence stands: behind a shift to JIS X 0212 there are two more.
    const bool jis0212 = lead == kJis0212Shift && rest.size() > 1 && isJisByte(rest[1]);
    const std::size_t last = jis0212 ? 2 : 1;
    if (last >= rest.size()) {
      if (flush == Flush::kNo) break;
      at = bytes.size();
      if (!out.replaceError()) break;
      continue;
    }

    const std::uint8_t first = rest[last - 1];
    const std::uint8_t trail = rest[last];
    char16_t unit = 0;
    if (lead == kKatakanaShift) {
      if (trail >= 0xA1 && trail <= 0xDF) unit = static_cast<char16_t>(0xFF61 + (trail - 0xA1));
    } else if (isJisByte(first) && isJisByte(trail)) {
      const int pointer = (first - 0xA1) * 94 + (trail - 0xA1);
      unit = jis0212 ? kJis0212Index[pointer] : kJis0208Index[pointer];
    }
    // An ASCII byte that completes nothing is read again.
    at += unit == 0 && trail < 0x80 ? last : last + 1;
    if (unit != 0) {
      out.put(unit);
    } else if (!out.replaceError()) {
      break;
    }
  }
  return at;
}

}  // namespace lathe::web
