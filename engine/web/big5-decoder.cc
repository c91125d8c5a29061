#include "engine/web/byte-decoders.h"
#include "engine/web/encoding-tables.h"

namespace lathe::web {

namespace {

// What has no code point of its own and becomes two.
struct LetterWithMark {
  int pointer;
  char16_t base;
  char16_t mark;
};
constexpr LetterWithMark kLettersWithMarks[] = {
    {1133, u'\u00CA', u'\u0304'},
    {1135, u'\u00CA', u'\u030C'},
    {1164, u'\u00EA', u'\u0304'},
    {1166, u'\u00EA', u'\u030C'},
};

// Writes what the sequence means and says whether it means anything.
bool putSequence(std::uint8_t lead, std::uint8_t trail, DecoderOutput& out) {
  const bool isTrail = (trail >= 0x40 && trail <= 0x7E) || (trail >= 0xA1 && trail <= 0xFE);
  if (!isTrail) return false;
  const int pointer = (lead - 0x81) * 157 + (trail - (trail < 0x7F ? 0x40 : 0x62));
  for (const LetterWithMark& letter : kLettersWithMarks) {
    if (letter.pointer != pointer) continue;
    out.put(letter.base);
    out.put(letter.mark);
    return true;
  }
  const bool inPlane2 = (kBig5InPlane2[pointer / 8] >> (pointer % 8) & 1) != 0;
  const char32_t codePoint = kBig5Index[pointer] + (inPlane2 ? 0x20000u : 0u);
  if (codePoint == 0) return false;
  out.putCodePoint(codePoint);
  return true;
}

}  // namespace

// https://encoding.spec.whatwg.org/#big5-decoder
std::size_t decodeBig5(Bytes bytes, Flush flush, DecoderOutput& out) {
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
      const bool meansSomething = putSequence(lead, trail, out);
      // An ASCII byte that completes nothing is read again.
      at += meansSomething || trail >= 0x80 ? 2 : 1;
      if (meansSomething) continue;
    } else {
      ++at;
    }
    if (!out.replaceError()) break;
  }
  return at;
}

}  // namespace lathe::web
