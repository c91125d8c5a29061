#include "engine/web/mime-type.h"

#include <algorithm>

#include "engine/web/ascii.h"

namespace lathe::web {

namespace {

constexpr std::string_view kHttpWhitespace = "\t\n\r ";
constexpr std::string_view kHttpTabOrSpace = "\t ";

// https://mimesniff.spec.whatwg.org/#http-token-code-point
bool isHttpToken(char c) {
  return isAsciiAlphanumeric(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool isHttpToken(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return isHttpToken(c); });
}

// https://mimesniff.spec.whatwg.org/#http-quoted-string-token-code-point
bool isQuotedStringToken(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
  });
}

std::string_view strip(std::string_view text, std::string_view characters) {
  const std::size_t first = text.find_first_not_of(characters);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(characters) - first + 1);
}

std::string lowercase(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), asciiLowercase);
  return lower;
}

// A text read from its start to its end: the standards' "input" and "position".
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool atEnd() const { return at_ == text_.size(); }
  char peek() const { return text_[at_]; }
  void skip() { ++at_; }
  void skipWhile(std::string_view characters) { collect(text_.find_first_not_of(characters, at_)); }

  // What stands before the next of `characters`, or before the end.
  std::string_view collectUntil(std::string_view characters) {
    return collect(text_.find_first_of(characters, at_));
  }

  struct QuotedString {
    std::string_view raw;  // with its quotes
    std::string value;
  };

  // Collects the quoted string that begins here. One that nothing closes goes on to the end.
  // https://fetch.spec.whatwg.org/#collect-an-http-quoted-string
  QuotedString collectQuotedString() {
    const std::size_t start = at_;
    std::string value;
    skip();
    while (true) {
      value += collectUntil("\"\\");
      if (atEnd()) break;
      const char quoteOrBackslash = peek();
      skip();
      if (quoteOrBackslash == '"') break;
      if (atEnd()) {
        value += '\\';
        break;
      }
      value += peek();
      skip();
    }
    return {text_.substr(start, at_ - start), std::move(value)};
  }

 private:
  std::string_view collect(std::size_t end) {
    const std::size_t start = at_;
    at_ = std::min(end, text_.size());
    return text_.substr(start, at_ - start);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// The value of a parameter whose "=" was just read. Nothing when it is empty and not quoted.
std::optional<std::string> parseParameterValue(Cursor& cursor) {
  if (!cursor.atEnd() && cursor.peek() == '"') {
    std::string value = cursor.collectQuotedString().value;
    cursor.collectUntil(";");
    return value;
  }
  const std::string_view value = cursor.collectUntil(";");
  const std::size_t last = value.find_last_not_of(kHttpWhitespace);
  if (last == std::string_view::npos) return std::nullopt;
  return std::string(value.substr(0, last + 1));
}

// https://fetch.spec.whatwg.org/#header-value-get-decode-and-split
std::vector<std::string> splitHeaderValue(std::string_view value) {
  std::vector<std::string> parts;
  Cursor cursor(value);
  std::string part;
  while (true) {
    part += cursor.collectUntil("\",");
    if (!cursor.atEnd() && cursor.peek() == '"') {
      part += cursor.collectQuotedString().raw;
      if (!cursor.atEnd()) continue;
    }
    parts.emplace_back(strip(part, kHttpTabOrSpace));
    part.clear();
    if (cursor.atEnd()) return parts;
    cursor.skip();
  }
}

}  // namespace

std::string MimeType::essence() const { return type + '/' + subtype; }

const std::string* MimeType::parameter(std::string_view name) const {
  const auto found = std::ranges::find(parameters, name, [](const auto& p) { return p.first; });
  return found == parameters.end() ? nullptr : &found->second;
}

void MimeType::setParameter(std::string_view name, std::string value) {
  const auto found = std::ranges::find(parameters, name, [](const auto& p) { return p.first; });
  if (found != parameters.end()) {
    found->second = std::move(value);
  } else {
    parameters.emplace_back(name, std::move(value));
  }
}

std::string MimeType::serialize() const {
  std::string text = essence();
  for (const auto& [name, value] : parameters) {
    text += ';' + name + '=';
    if (isHttpToken(value)) {
      text += value;
      continue;
    }
    text += '"';
    for (const char c : value) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  return text;
}

std::optional<MimeType> parseMimeType(std::string_view text) {
  Cursor cursor(strip(text, kHttpWhitespace));
  const std::string_view type = cursor.collectUntil("/");
  if (!isHttpToken(type) || cursor.atEnd()) return std::nullopt;
  cursor.skip();
  std::string_view subtype = cursor.collectUntil(";");
  subtype = subtype.substr(0, subtype.find_last_not_of(kHttpWhitespace) + 1);
  if (!isHttpToken(subtype)) return std::nullopt;

  MimeType mimeType{lowercase(type), lowercase(subtype), {}};
  while (!cursor.atEnd()) {
    cursor.skip();  // the ";"
    cursor.skipWhile(kHttpWhitespace);
    const std::string name = lowercase(cursor.collectUntil(";="));
    if (cursor.atEnd()) break;
    if (cursor.peek() == ';') continue;
    cursor.skip();
    if (cursor.atEnd()) break;
    std::optional<std::string> value = parseParameterValue(cursor);
    if (value && isHttpToken(name) && isQuotedStringToken(*value) && !mimeType.parameter(name)) {
      mimeType.parameters.emplace_back(name, std::move(*value));
    }
  }
  return mimeType;
}

std::optional<MimeType> parseMimeType(std::u16string_view text) {
  // NUL stands for all that Latin-1 has not got: it too is neither token nor quoted-string token,
  // neither whitespace nor punctuation.
  std::string latin1(text.size(), '\0');
  std::ranges::transform(text, latin1.begin(),
                         [](char16_t unit) { return static_cast<char>(unit <= 0xFF ? unit : 0); });
  return parseMimeType(std::string_view(latin1));
}

std::optional<MimeType> extractMimeType(std::span<const std::string> contentTypes) {
  if (contentTypes.empty()) return std::nullopt;
  std::string combined = contentTypes.front();
  for (const std::string& value : contentTypes.subspan(1)) combined += ", " + value;

  std::optional<MimeType> mimeType;
  std::optional<std::string> charset;
  for (const std::string& value : splitHeaderValue(combined)) {
    std::optional<MimeType> next = parseMimeType(std::string_view(value));
    if (!next || next->essence() == "*/*") continue;
    const bool sameEssence = mimeType && mimeType->essence() == next->essence();
    mimeType = std::move(next);
    const std::string* own = mimeType->parameter("charset");
    if (!sameEssence) {
      charset = own ? std::optional(*own) : std::nullopt;
    } else if (!own && charset) {
      mimeType->setParameter("charset", *charset);
    }
  }
  return mimeType;
}

}  // namespace lathe::web
