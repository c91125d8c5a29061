#include "engine/web/percent-encoding.h"

#include <array>

#include "engine/web/ascii.h"

namespace lathe::web {

namespace {

constexpr std::uint8_t bit(EncodeSet set) { return static_cast<std::uint8_t>(set); }

constexpr bool isOneOf(int byte, std::string_view characters) {
  return characters.find(static_cast<char>(byte)) != std::string_view::npos;
}

// For each byte the sets that contain it. The sets are defined on top of each other, as in
// https://url.spec.whatwg.org/#c0-control-percent-encode-set and the paragraphs below it.
constexpr std::array<std::uint8_t, 256> kSetsOfByte = [] {
  std::array<std::uint8_t, 256> table{};
  for (int byte = 0; byte < 256; ++byte) {
    const bool c0Control = byte <= 0x1F || byte > 0x7E;
    const bool fragment = c0Control || isOneOf(byte, " \"<>`");
    const bool query = c0Control || isOneOf(byte, " \"#<>");
    const bool specialQuery = query || byte == '\'';
    const bool path = query || isOneOf(byte, "?^`{}");
    const bool userinfo = path || isOneOf(byte, "/:;=@[\\]|");
    const bool component = userinfo || isOneOf(byte, "$%&+,");
    const bool form = component || isOneOf(byte, "!'()~");
    auto put = [&](EncodeSet set, bool in) {
      if (in) table[static_cast<std::size_t>(byte)] |= bit(set);
    };
    put(EncodeSet::kC0Control, c0Control);
    put(EncodeSet::kFragment, fragment);
    put(EncodeSet::kQuery, query);
    put(EncodeSet::kSpecialQuery, specialQuery);
    put(EncodeSet::kPath, path);
    put(EncodeSet::kUserinfo, userinfo);
    put(EncodeSet::kComponent, component);
    put(EncodeSet::kForm, form);
  }
  return table;
}();

}  // namespace

// https://url.spec.whatwg.org/#string-percent-encode-after-encoding
void appendPercentEncoded(std::string& out, std::string_view text, EncodeSet set) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const std::uint8_t mask = bit(set);
  // Runs of bytes that stay as they are go over in one piece: nearly always that is the whole text.
  std::size_t runStart = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if ((kSetsOfByte[byte] & mask) == 0) continue;
    out.append(text, runStart, at - runStart);
    runStart = at + 1;
    if (byte == ' ' && set == EncodeSet::kForm) {
      out += '+';
    } else {
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 0xF];
    }
  }
  out.append(text, runStart, text.size() - runStart);
}

std::string percentEncode(std::string_view text, EncodeSet set) {
  std::string out;
  out.reserve(text.size());
  appendPercentEncoded(out, text, set);
  return out;
}

// https://url.spec.whatwg.org/#percent-decode
std::string percentDecode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size()) {
      const int high = asciiHexValue(text[at + 1]);
      const int low = asciiHexValue(text[at + 2]);
      if (high >= 0 && low >= 0) {
        out += static_cast<char>(high * 16 + low);
        at += 2;
        continue;
      }
    }
    out += text[at];
  }
  return out;
}

}  // namespace lathe::web
