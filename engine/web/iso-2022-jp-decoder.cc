#include <optional>

#include "engine/web/byte-decoders.h"
#include "engine/web/encoding-tables.h"

namespace lathe::web {

namespace {

using Mode = Iso2022JpState::Mode;

constexpr std::uint8_t kEscape = 0x1B;

// The mode to which ESC `first` `second` switches.
std::optional<Mode> escapeMode(std::uint8_t first, std::uint8_t second) {
  if (first == '(' && second == 'B') return Mode::kAscii;
  if (first == '(' && second == 'J') return Mode::kRoman;
  if (first == '(' && second == 'I') return Mode::kKatakana;
  if (first == '$' && (second == '@' || second == 'B')) return Mode::kJis0208;
  return std::nullopt;
}

// Whether `rest`, an escape followed by zero or more bytes, could still become an escape sequence.
bool mayBecomeEscape(Bytes rest) {
  if (rest.size() == 1) return true;
  return rest.size() == 2 && (rest[1] == '(' || rest[1] == '$');
}

// What `byte` means in a mode of one byte a character. U+0000 is a character like any other here.
std::optional<char16_t> oneByteCodePoint(Mode mode, std::uint8_t byte) {
  if (mode == Mode::kKatakana) {
    if (byte < 0x21 || byte > 0x5F) return std::nullopt;
    return static_cast<char16_t>(0xFF61 + (byte - 0x21));
  }
  if (byte >= 0x80 || byte == 0x0E || byte == 0x0F) return std::nullopt;
  if (mode == Mode::kRoman && byte == 0x5C) return u'\u00A5';
  if (mode == Mode::kRoman && byte == 0x7E) return u'\u203E';
  return byte;
}

constexpr bool isJisByte(std::uint8_t byte) { return byte >= 0x21 && byte <= 0x7E; }

}  // namespace

// https://encoding.spec.whatwg.org/#iso-2022-jp-decoder
std::size_t decodeIso2022Jp(Iso2022JpState& state, Bytes bytes, Flush flush, DecoderOutput& out) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const Bytes rest = bytes.subspan(at);
    const std::uint8_t byte = rest[0];

    if (byte == kEscape) {
      if (mayBecomeEscape(rest) && flush == Flush::kNo) break;
      const std::optional<Mode> mode =
          rest.size() > 2 ? escapeMode(rest[1], rest[2]) : std::nullopt;
      // Of a sequence that is none only the escape itself is consumed.
      at += mode ? 3 : 1;
      const bool isError = !mode || state.escaped;
      if (mode) state.mode = *mode;
      state.escaped = mode.has_value();
      if (isError && !out.replaceError()) break;
      continue;
    }

    std::optional<char16_t> unit;
    if (state.mode != Mode::kJis0208 || !isJisByte(byte)) {
      if (state.mode != Mode::kJis0208) unit = oneByteCodePoint(state.mode, byte);
      ++at;
    } else if (rest.size() > 1) {
      const std::uint8_t trail = rest[1];
      if (isJisByte(trail)) {
        const std::uint16_t found = kJis0208Index[(byte - 0x21) * 94 + (trail - 0x21)];
        if (found != 0) unit = found;
      }
      // An escape is read again. Any other byte goes down with the error, ASCII or not.
      at += trail == kEscape ? 1 : 2;
    } else if (flush == Flush::kNo) {
      break;
    } else {
      ++at;
    }
    state.escaped = false;
    if (unit) {
      out.put(*unit);
    } else if (!out.replaceError()) {
      break;
    }
  }
  return at;
}

}  // namespace lathe::web
