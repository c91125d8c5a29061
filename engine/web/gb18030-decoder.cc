#include <algorithm>
#include <iterator>

#include "engine/web/byte-decoders.h"
#include "engine/web/encoding-tables.h"

namespace lathe::web {

namespace {

constexpr bool isGb18030Lead(std::uint8_t byte) { return byte >= 0x81 && byte <= 0xFE; }
constexpr bool isDigit(std::uint8_t byte) { return byte >= 0x30 && byte <= 0x39; }

// The code point of a four-byte sequence, or 0.
// https://encoding.spec.whatwg.org/#index-gb18030-ranges-code-point
char32_t rangesCodePoint(std::uint32_t pointer) {
  if ((pointer > 39419 && pointer < 189000) || pointer > 1237575) return 0;
  if (pointer == 7457) return 0xE7C7;
  const Gb18030Range* after =
      std::ranges::upper_bound(kGb18030Ranges, pointer, {}, &Gb18030Range::pointer);
  const Gb18030Range& range = *std::prev(after);
  return range.codePoint + (pointer - range.pointer);
}

// The code point of a two-byte sequence, or 0.
char16_t indexCodePoint(std::uint8_t lead, std::uint8_t trail) {
  if (trail < 0x40 || trail == 0x7F || trail == 0xFF) return 0;
  const int offset = trail < 0x7F ? 0x40 : 0x41;
  return kGb18030Index[(lead - 0x81) * 190 + (trail - offset)];
}

}  // namespace

// https://encoding.spec.whatwg.org/#gb18030-decoder
std::size_t decodeGb18030(Bytes bytes, Flush flush, DecoderOutput& out) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const Bytes rest = bytes.subspan(at);
    const std::uint8_t lead = rest[0];
    if (lead < 0x80) {
      at += out.putAsciiRun(rest);
      continue;
    }
    if (!isGb18030Lead(lead)) {
      ++at;
      if (lead == 0x80) {
        out.put(u'\u20AC');
      } else if (!out.replaceError()) {
        break;
      }
      continue;
    }

    const bool fourBytes = rest.size() > 1 && isDigit(rest[1]);
    const bool unfinished =
        rest.size() == 1 ||
        (fourBytes && (rest.size() == 2 || (rest.size() == 3 && isGb18030Lead(rest[2]))));
    if (unfinished) {
      if (flush == Flush::kNo) break;
      at = bytes.size();
      if (!out.replaceError()) break;
      continue;
    }

    char32_t codePoint = 0;
    if (!fourBytes) {
      codePoint = indexCodePoint(lead, rest[1]);
      // An ASCII byte that completes nothing is read again, so that no error can swallow a quote.
      at += codePoint == 0 && rest[1] < 0x80 ? 1 : 2;
    } else if (isGb18030Lead(rest[2]) && isDigit(rest[3])) {
      const auto digit = [&](std::size_t i, int base) {
        return static_cast<std::uint32_t>(rest[i] - base);
      };
      codePoint = rangesCodePoint(digit(0, 0x81) * 12600 + digit(1, 0x30) * 1260 +
                                  digit(2, 0x81) * 10 + digit(3, 0x30));
      at += 4;
    } else {
      at += 1;
    }
    if (codePoint != 0) {
      out.putCodePoint(codePoint);
    } else if (!out.replaceError()) {
      break;
    }
  }
  return at;
}

}  // namespace lathe::web
