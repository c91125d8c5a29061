#include "tests/unit/web/decoding.h"

#include <cstdio>

namespace lathe::web::test {

std::string shown(std::u16string_view text) {
  std::string out;
  for (const char16_t unit : text) {
    if (unit >= 0x20 && unit < 0x7F) {
      out += static_cast<char>(unit);
    } else {
      char buffer[8];
      std::snprintf(buffer, sizeof buffer, "<%04X>", static_cast<unsigned>(unit));
      out += buffer;
    }
  }
  return out;
}

std::string shown(const DecodedText& text) {
  const auto widened = [](const auto& units) { return std::u16string(units.begin(), units.end()); };
  return shown(std::u16string_view(std::visit(widened, text)));
}

std::string decoded(Encoding encoding, std::string_view bytes, TextDecoderOptions options) {
  TextDecoder decoder(encoding, options);
  return next(decoder, bytes, Flush::kYes);
}

std::string next(TextDecoder& decoder, std::string_view bytes, Flush flush) {
  const auto text = decoder.decode(bytesOf(bytes), flush);
  return text ? shown(*text) : "failure";
}

namespace {

// Feeds the pieces between `cuts` and joins their texts.
template <typename Cuts>
std::string decodedInPieces(Encoding encoding, std::string_view bytes, TextDecoderOptions options,
                            const Cuts& cuts) {
  TextDecoder decoder(encoding, options);
  std::string text;
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    const std::string piece = next(decoder, bytes.substr(from, cut - from));
    if (piece == "failure") return piece;
    text += piece;
    from = cut;
  }
  const std::string piece = next(decoder, bytes.substr(from), Flush::kYes);
  return piece == "failure" ? piece : text + piece;
}

}  // namespace

void checkEverySplit(Encoding encoding, std::string_view bytes, TextDecoderOptions options) {
  const std::string whole = decoded(encoding, bytes, options);
  CAPTURE(encodingName(encoding));
  std::vector<std::size_t> everyByte;
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    everyByte.push_back(first);
    for (std::size_t second = first; second <= bytes.size(); ++second) {
      CAPTURE(first);
      CAPTURE(second);
      CHECK(decodedInPieces(encoding, bytes, options, std::vector{first, second}) == whole);
    }
  }
  CHECK(decodedInPieces(encoding, bytes, options, everyByte) == whole);
}

}  // namespace lathe::web::test
