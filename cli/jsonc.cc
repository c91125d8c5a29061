#include "cli/jsonc.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "cli/json-text.h"
#include "engine/web/bytes.h"
#include "engine/web/utf8.h"

namespace lathe::cli {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isWordCharacter(char c) {
  return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         c == '-' || c == '+' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}
bool isContinuationByte(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
    checkUtf8();
  }

  JsonValue document() {
    JsonValue value = parseValue(0);
    skipBlanks();
    if (!atEnd()) fail("expected the end of the file");
    return value;
  }

 private:
  bool atEnd() const { return at_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  // Steps over one byte. A line ends with LF, CR, or both.
  void advance() {
    char c = text_[at_++];
    if (c == '\n' || (c == '\r' && peek() != '\n')) {
      ++place_.line;
      place_.column = 1;
    } else if (c != '\r' && !isContinuationByte(c)) {
      ++place_.column;
    }
  }

  bool takeIf(char wanted) {
    if (atEnd() || peek() != wanted) return false;
    advance();
    return true;
  }

  // Fails at the first byte that does not belong to a UTF-8 sequence.
  void checkUtf8() {
    if (web::isValidUtf8(web::bytesOf(text_))) return;
    while (!atEnd()) {
      std::size_t length = 1;
      while (at_ + length < text_.size() && isContinuationByte(text_[at_ + length])) ++length;
      if (!web::isValidUtf8(web::bytesOf(text_.substr(at_, length)))) break;
      for (std::size_t i = 0; i < length; ++i) advance();
    }
    throw JsoncError(place_, "the file is not UTF-8 here");
  }

  // What stands at the current place, in words.
  std::string found() const {
    if (atEnd()) return "the end of the file";
    std::size_t end = at_;
    while (end < text_.size() && isWordCharacter(text_[end])) ++end;
    if (end == at_) ++end;
    if (text_[at_] == '\n' || text_[at_] == '\r') return "the end of the line";
    return shortlyQuoted(text_.substr(at_, end - at_));
  }

  [[noreturn]] void fail(const std::string& expected) const {
    throw JsoncError(place_, expected + ", found " + found());
  }

  void skipBlanks() {
    for (;;) {
      if (atEnd()) return;
      char c = peek();
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        advance();
      } else if (c == '/' && peek(1) == '/') {
        while (!atEnd() && peek() != '\n' && peek() != '\r') advance();
      } else if (c == '/' && peek(1) == '*') {
        skipBlockComment();
      } else {
        return;
      }
    }
  }

  void skipBlockComment() {
    Place start = place_;
    advance();
    advance();
    while (!(peek() == '*' && peek(1) == '/')) {
      if (atEnd()) throw JsoncError(start, "this comment has no end: expected */");
      advance();
    }
    advance();
    advance();
  }

  JsonValue parseValue(int depth) {
    skipBlanks();
    JsonValue value;
    value.place = place_;
    char c = peek();
    if (depth > kJsoncDepthMax) throw JsoncError(place_, "this is nested too deeply");
    if (c == '{' && !atEnd()) {
      parseObject(value, depth);
    } else if (c == '[') {
      parseArray(value, depth);
    } else if (c == '"') {
      value.kind = JsonValue::Kind::string;
      value.text = parseString();
    } else if (c == '-' || isDigit(c)) {
      value.kind = JsonValue::Kind::number;
      value.text = parseNumber();
    } else {
      parseWord(value);
    }
    return value;
  }

  void parseObject(JsonValue& object, int depth) {
    object.kind = JsonValue::Kind::object;
    advance();
    for (;;) {
      skipBlanks();
      if (takeIf('}')) return;
      if (peek() != '"') {
        fail(object.members.empty() ? "expected a key in double quotes or \"}\""
                                    : "expected a key in double quotes");
      }
      Place place = place_;
      std::string key = parseString();
      skipBlanks();
      if (!takeIf(':')) fail("expected \":\" after the key " + shortlyQuoted(key));
      object.members.push_back({std::move(key), place, parseValue(depth + 1)});
      skipBlanks();
      if (takeIf(',')) continue;
      if (takeIf('}')) return;
      fail("expected \",\" or \"}\"");
    }
  }

  void parseArray(JsonValue& array, int depth) {
    array.kind = JsonValue::Kind::array;
    advance();
    for (;;) {
      skipBlanks();
      if (takeIf(']')) return;
      array.elements.push_back(parseValue(depth + 1));
      skipBlanks();
      if (takeIf(',')) continue;
      if (takeIf(']')) return;
      fail("expected \",\" or \"]\"");
    }
  }

  std::string parseString() {
    Place start = place_;
    std::string out;
    advance();
    for (;;) {
      if (atEnd() || peek() == '\n' || peek() == '\r') {
        throw JsoncError(start, "this text has no end: expected \" before the line ends");
      }
      char c = peek();
      if (c == '"') {
        advance();
        return out;
      }
      if (static_cast<unsigned char>(c) < 0x20 && c != '\t') {
        throw JsoncError(place_, "expected no control characters within a text");
      }
      if (c == '\\') {
        parseEscape(out);
      } else {
        out += c;
        advance();
      }
    }
  }

  void parseEscape(std::string& out) {
    Place start = place_;
    advance();
    char c = peek();
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (std::size_t index = kNames.find(c); !atEnd() && index != std::string_view::npos) {
      out += kMeanings[index];
      advance();
      return;
    }
    if (c != 'u') throw JsoncError(start, "expected an escape such as \\n or \\u00e9");
    std::u16string units{parseHex(start)};
    bool isLead = units[0] >= 0xD800 && units[0] < 0xDC00;
    if (isLead && peek() == '\\' && peek(1) == 'u') {
      Parser ahead = *this;
      ahead.advance();
      char16_t trail = ahead.parseHex(place_);
      if (trail >= 0xDC00 && trail < 0xE000) {
        *this = ahead;
        units += trail;
      }
    }
    out += web::utf8FromUtf16(units);
  }

  // The four digits after a `u`.
  char16_t parseHex(Place escape) {
    advance();
    unsigned value = 0;
    for (int i = 0; i < 4; ++i) {
      char c = peek();
      int digit = isDigit(c)               ? c - '0'
                  : (c >= 'a' && c <= 'f') ? c - 'a' + 10
                  : (c >= 'A' && c <= 'F') ? c - 'A' + 10
                                           : -1;
      if (digit < 0) throw JsoncError(escape, "expected four hexadecimal digits after \\u");
      value = value * 16 + static_cast<unsigned>(digit);
      advance();
    }
    return static_cast<char16_t>(value);
  }

  std::string parseNumber() {
    Place start = place_;
    std::size_t from = at_;
    while (!atEnd() && isWordCharacter(peek())) advance();
    std::string_view spelling = text_.substr(from, at_ - from);
    if (!isNumber(spelling)) {
      throw JsoncError(start, "expected a number, found " + shortlyQuoted(spelling));
    }
    return std::string(spelling);
  }

  static bool isNumber(std::string_view text) {
    std::size_t at = 0;
    auto digits = [&] {
      std::size_t from = at;
      while (at < text.size() && isDigit(text[at])) ++at;
      return at > from;
    };
    if (at < text.size() && text[at] == '-') ++at;
    bool leadingZero = at < text.size() && text[at] == '0';
    std::size_t from = at;
    if (!digits() || (leadingZero && at - from > 1)) return false;
    if (at < text.size() && text[at] == '.') {
      ++at;
      if (!digits()) return false;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
      ++at;
      if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
      if (!digits()) return false;
    }
    return at == text.size();
  }

  void parseWord(JsonValue& value) {
    std::size_t end = at_;
    while (end < text_.size() && isWordCharacter(text_[end])) ++end;
    std::string_view word = text_.substr(at_, end - at_);
    if (word == "true" || word == "false") {
      value.kind = JsonValue::Kind::boolean;
    } else if (word != "null") {
      fail("expected a value");
    }
    value.text = word;
    while (at_ < end) advance();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Place place_;
};

}  // namespace

const JsonMember* JsonValue::find(std::string_view key) const {
  for (auto member = members.rbegin(); member != members.rend(); ++member) {
    if (member->key == key) return &*member;
  }
  return nullptr;
}

std::vector<const JsonMember*> JsonValue::lastMembers() const {
  std::vector<const JsonMember*> last;
  std::unordered_set<std::string_view> keys;
  for (auto member = members.rbegin(); member != members.rend(); ++member) {
    if (keys.insert(member->key).second) last.push_back(&*member);
  }
  std::ranges::reverse(last);
  return last;
}

JsonValue parseJsonc(std::string_view text) { return Parser(text).document(); }

}  // namespace lathe::cli
