#include "engine/web/byte-decoders.h"
#include "engine/web/encoding-tables.h"

namespace lathe::web {

// https://encoding.spec.whatwg.org/#single-byte-decoder
std::size_t decodeSingleByte(Encoding encoding, Bytes bytes, DecoderOutput& out) {
  const std::size_t row =
      static_cast<std::size_t>(encoding) - static_cast<std::size_t>(Encoding::kIbm866);
  const std::uint16_t* index = kSingleByteIndexes[row];
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::uint8_t byte = bytes[at];
    if (byte < 0x80) {
      at += out.putAsciiRun(bytes.subspan(at));
      continue;
    }
    ++at;
    if (const std::uint16_t unit = index[byte - 0x80]; unit != 0) {
      out.put(unit);
    } else if (!out.replaceError()) {
      break;
    }
  }
  return at;
}

// https://encoding.spec.whatwg.org/#x-user-defined-decoder
std::size_t decodeXUserDefined(Bytes bytes, DecoderOutput& out) {
  for (const std::uint8_t byte : bytes) {
    out.put(static_cast<char16_t>(byte < 0x80 ? byte : 0xF780 + byte - 0x80));
  }
  return bytes.size();
}

// https://encoding.spec.whatwg.org/#replacement-decoder
std::size_t decodeReplacement(bool& reported, Bytes bytes, DecoderOutput& out) {
  if (!bytes.empty() && !reported) {
    reported = true;
    static_cast<void>(out.replaceError());  // after its error the decoder finishes in either mode
  }
  return bytes.size();
}

}  // namespace lathe::web
