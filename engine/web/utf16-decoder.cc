#include "engine/web/byte-decoders.h"
#include "engine/web/surrogates.h"

namespace lathe::web {

// https://encoding.spec.whatwg.org/#shared-utf-16-decoder
std::size_t decodeUtf16(ByteOrder order, Bytes bytes, Flush flush, DecoderOutput& out) {
  const std::size_t high = order == ByteOrder::kBigEndian ? 0 : 1;
  const auto unitAt = [&](std::size_t at) {
    return static_cast<char16_t>(bytes[at + high] << 8 | bytes[at + 1 - high]);
  };
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (at + 1 < bytes.size()) {
      const char16_t unit = unitAt(at);
      if (!isLeadSurrogate(unit)) {
        at += 2;
        if (!isTrailSurrogate(unit)) {
          out.put(unit);
        } else if (!out.replaceError()) {
          break;
        }
        continue;
      }
      if (at + 3 < bytes.size()) {
        const char16_t trail = unitAt(at + 2);
        if (isTrailSurrogate(trail)) {
          at += 4;
          out.put(unit);
          out.put(trail);
          continue;
        }
        at += 2;
        if (!out.replaceError()) break;
        continue;
      }
    }
    // An odd byte, or a lead surrogate with at most one byte behind it: a single error at the end.
    if (flush == Flush::kNo) break;
    at = bytes.size();
    if (!out.replaceError()) break;
  }
  return at;
}

}  // namespace lathe::web
