#include "engine/web/byte-decoders.h"
#include "engine/web/encoding-tables.h"

namespace lathe::web {

// https://encoding.spec.whatwg.org/#euc-kr-decoder
std::size_t decodeEucKr(Bytes bytes, Flush flush, DecoderOutput& out) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::uint8_t lead = bytes[at];
    if (lead < 0x80) {
      at += out.putAsciiRun(bytes.subspan(at));
      continue;
    }
    const bool isLead = lead >= 0x81 && lead <= 0xFE;
    if (isLead && at + 1 == bytes.size() && flush == Flush::kNo) break;
    if (isLead && at + 1 < bytes.size()) {
      const std::uint8_t trail = bytes[at + 1];
      const bool isTrail = trail >= 0x41 && trail <= 0xFE;
      const char16_t unit = isTrail ? kEucKrIndex[(lead - 0x81) * 190 + (trail - 0x41)] : 0;
      // An ASCII byte that completes nothing is read again.
      at += unit != 0 || trail >= 0x80 ? 2 : 1;
      if (unit != 0) {
        out.put(unit);
        continue;
      }
    } else {
      ++at;
    }
    if (!out.replaceError()) break;
  }
  return at;
}

}  // namespace lathe::web
