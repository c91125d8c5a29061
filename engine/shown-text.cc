#include "engine/shown-text.h"

#include <algorithm>
#include <cstddef>

namespace lathe {

namespace {

constexpr std::string_view kPlain = "\x1b[0m";

constexpr std::string_view kHex = "0123456789abcdef";

bool isPlain(char c) { return (c >= ' ' && c < '\x7f') || c == '\n' || c == '\t'; }

void appendHex(std::string& out, unsigned value) {
  out += kHex[value >> 4 & 15];
  out += kHex[value & 15];
}

void appendSpelled(std::string& out, std::string_view character) {
  if (character.size() == 2) {  // C1: U+0080 to U+009F, whose second byte is the number
    out += "\\u00";
    return appendHex(out, static_cast<unsigned char>(character[1]));
  }
  if (character == "\r") {
    out += "\\r";
    return;
  }
  out += "\\x";
  appendHex(out, static_cast<unsigned char>(character.front()));
}

// How long the sequence of colours is that `text`, which is not empty, begins with; 0: with none.
std::size_t colorLength(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  std::size_t end = text.find_first_not_of("0123456789;:", 2);
  return end != text.npos && text[end] == 'm' ? end + 1 : 0;
}

enum class Colors { escaped, kept };

std::string shown(std::string_view text, Colors colors) {
  if (std::ranges::all_of(text, isPlain)) return std::string(text);
  std::string out;
  out.reserve(text.size() + 16);
  std::string_view lastColor;
  while (!text.empty()) {
    std::size_t length = 1;
    if (isPlain(text.front())) {
      out += text.front();
    } else if (std::size_t color = colors == Colors::kept ? colorLength(text) : 0; color > 0) {
      length = color;
      lastColor = text.substr(0, length);
      out += lastColor;
    } else {
      length = characterLength(text);
      std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
      if (length == 0 || isControl(character)) {
        appendSpelled(out, character);
      } else {
        out += character;
      }
      length = character.size();
    }
    text.remove_prefix(length);
  }
  if (!lastColor.empty() && lastColor != kPlain && lastColor != "\x1b[m") out += kPlain;
  return out;
}

}  // namespace

std::string shownText(std::string_view text) { return shown(text, Colors::escaped); }

std::string shownTextWithColors(std::string_view text) { return shown(text, Colors::kept); }

std::size_t characterLength(std::string_view text) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  // The table of Unicode's "Well-Formed UTF-8 Byte Sequences".
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  std::size_t length = first < 0xC2   ? 0
                       : first < 0xE0 ? 2
                       : first < 0xF0 ? 3
                       : first < 0xF5 ? 4
                                      : 0;
  if (length == 0 || length > text.size()) return 0;
  const unsigned char lower = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned char upper = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < lower || byte(1) > upper) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

bool isControl(std::string_view character) {
  auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  return character.size() == 2 && first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

}  // namespace lathe
