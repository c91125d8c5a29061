#include "cli/json-text.h"

#include <algorithm>
#include <cstddef>

#include "engine/shown-text.h"

namespace lathe::cli {

namespace {

// More of a wrong text than this is not repeated in a complaint.
constexpr std::size_t kQuotedBytesMax = 60;

bool isContinuationByte(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

constexpr std::string_view kReplacement = "\uFFFD";

void appendCodePoint(std::string& out, unsigned char number) {
  constexpr char kHex[] = "0123456789abcdef";
  out += "\\u00";
  out += kHex[number >> 4];
  out += kHex[number & 15];
}

// The text shortened at a character's end.
std::string_view beginning(std::string_view text) {
  if (text.size() <= kQuotedBytesMax) return text;
  std::size_t end = kQuotedBytesMax;
  while (end > 0 && isContinuationByte(text[end])) --end;
  return text.substr(0, end);
}

}  // namespace

std::string jsonQuoted(std::string_view text) {
  std::string out;
  out += '"';
  while (!text.empty()) {
    const char c = text.front();
    std::size_t length = 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        length = characterLength(text);
        if (length == 0) {
          out += kReplacement;
        } else if (isControl(text.substr(0, length))) {
          appendCodePoint(out, static_cast<unsigned char>(text[length - 1]));
        } else {
          out += text.substr(0, length);
        }
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  out += '"';
  return out;
}

std::string shortlyQuoted(std::string_view text) {
  std::string_view shown = beginning(text);
  std::string out = jsonQuoted(shown);
  if (shown.size() < text.size()) out += "…";
  return out;
}

std::string toJson(const JsonValue& value) {
  std::string out;
  switch (value.kind) {
    case JsonValue::Kind::string:
      return jsonQuoted(value.text);
    case JsonValue::Kind::array:
      for (const JsonValue& element : value.elements) {
        out += out.empty() ? "[" : ",";
        out += toJson(element);
      }
      return out.empty() ? "[]" : out + "]";
    case JsonValue::Kind::object:
      for (const JsonMember* member : value.lastMembers()) {
        out += out.empty() ? "{" : ",";
        out += jsonQuoted(member->key) + ":" + toJson(member->value);
      }
      return out.empty() ? "{}" : out + "}";
    case JsonValue::Kind::null:
    case JsonValue::Kind::boolean:
    case JsonValue::Kind::number:
      return value.text;
  }
  return out;
}

std::string inWords(const JsonValue& value) {
  switch (value.kind) {
    case JsonValue::Kind::string:
      return "the text " + shortlyQuoted(value.text);
    case JsonValue::Kind::number:
      return "the number " + std::string(beginning(value.text));
    case JsonValue::Kind::array:
      return "a list";
    case JsonValue::Kind::object:
      return "an object";
    case JsonValue::Kind::boolean:
    case JsonValue::Kind::null:
      break;
  }
  return value.text;
}

}  // namespace lathe::cli
