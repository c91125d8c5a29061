#include "cli/dotenv.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace lathe::cli {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kBlanks = " \t\v\f";

// A nesting of `${A:-${B:-…}}` that is deeper than this is taken as it is written.
constexpr int kExpansionDepthMax = 20;

bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool isLetterOrDigit(char c) { return isLetter(c) || (c >= '0' && c <= '9'); }
bool isNameCharacter(char c) { return isLetterOrDigit(c) || c == '.' || c == '-'; }

std::string_view trimmed(std::string_view text) {
  std::size_t from = text.find_first_not_of(kBlanks);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlanks) - from + 1);
}

std::string withUnixLineBreaks(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      out += text[i];
    } else if (i + 1 == text.size() || text[i + 1] != '\n') {
      out += '\n';
    }
  }
  return out;
}

// With the two escapes that double quotes have.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next == 'n' || next == 'r') {
      out += next == 'n' ? '\n' : '\r';
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

class DotenvParser {
 public:
  explicit DotenvParser(std::string_view text) : rest_(text) {}

  DotenvFile parse() {
    while (!rest_.empty()) {
      readLine();
      if (!rest_.empty()) skip(1);  // the line break
    }
    return std::move(file_);
  }

 private:
  void readLine() {
    skipBlanks();
    if (rest_.empty() || rest_.front() == '\n') return;
    int line = line_;
    if (rest_.front() != '#' && !readEntry(line)) file_.strangeLines.push_back(line);
    skipToLineEnd();
  }

  bool readEntry(int line) {
    std::string_view name = takeName();
    skipBlanks();
    // A variable may be called `export` itself.
    if (name == "export" && !rest_.empty() && isNameCharacter(rest_.front())) {
      name = takeName();
      skipBlanks();
    }
    if (name.empty() || rest_.empty()) return false;
    bool colon = rest_.starts_with(": ") || rest_.starts_with(":\t");
    if (rest_.front() != '=' && !colon) return false;
    skip(1);
    skipBlanks();
    file_.entries.push_back({std::string(name), takeValue(), line});
    return true;
  }

  std::string_view takeName() {
    std::size_t length = 0;
    while (length < rest_.size() && isNameCharacter(rest_[length])) ++length;
    std::string_view name = rest_.substr(0, length);
    skip(length);
    return name;
  }

  std::string takeValue() {
    if (auto quoted = takeQuoted()) return *quoted;
    std::size_t end = rest_.find_first_of("#\n");
    std::string value(trimmed(rest_.substr(0, end)));
    skipToLineEnd();
    return value;
  }

  // Whether nothing but a comment stands there up to the end of the line.
  static bool endsLine(std::string_view text) {
    text = trimmed(text.substr(0, text.find('\n')));
    return text.empty() || text.front() == '#';
  }

  std::optional<std::string> takeQuoted() {
    if (rest_.empty()) return std::nullopt;
    char quote = rest_.front();
    if (quote != '"' && quote != '\'' && quote != '`') return std::nullopt;
    // Behind a backslash a quote may end the value or not: the last one that can, does.
    std::size_t end = 0;
    for (std::size_t i = rest_.find(quote, 1); i < rest_.size(); i = rest_.find(quote, i + 1)) {
      if (endsLine(rest_.substr(i + 1))) end = i;
      if (rest_[i - 1] != '\\') break;
    }
    if (end == 0) return std::nullopt;
    std::string_view between = rest_.substr(1, end - 1);
    std::string value = quote == '"' ? unescaped(between) : std::string(between);
    skip(end + 1);
    return value;
  }

  void skip(std::size_t count) {
    for (char c : rest_.substr(0, count)) line_ += c == '\n' ? 1 : 0;
    rest_.remove_prefix(count);
  }
  void skipBlanks() { skip(std::min(rest_.find_first_not_of(kBlanks), rest_.size())); }
  void skipToLineEnd() { skip(std::min(rest_.find('\n'), rest_.size())); }

  std::string_view rest_;
  int line_ = 1;
  DotenvFile file_;
};

// Where the brace that opens at `from` is closed, or npos.
std::size_t closingBrace(std::string_view text, std::size_t from) {
  int depth = 0;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && --depth == 0) return i;
  }
  return std::string_view::npos;
}

std::string expandWithin(std::string_view value, const DotenvLookup& lookUp, int depth);

// What `NAME`, `NAME:-other` and their like stand for.
std::string valueOf(std::string_view expression, const DotenvLookup& lookUp, int depth) {
  std::size_t sign = expression.find_first_of("+-");
  if (sign == std::string_view::npos) return lookUp(expression).value_or("");
  std::string_view name = expression.substr(0, sign);
  if (name.ends_with(':')) name.remove_suffix(1);
  std::string value = lookUp(name).value_or("");
  bool other = expression[sign] == '+' ? !value.empty() : value.empty();
  if (other) return expandWithin(expression.substr(sign + 1), lookUp, depth + 1);
  return expression[sign] == '+' ? "" : value;
}

std::string expandWithin(std::string_view value, const DotenvLookup& lookUp, int depth) {
  if (depth > kExpansionDepthMax) return std::string(value);
  std::string out;
  for (std::size_t i = 0; i < value.size();) {
    std::string_view rest = value.substr(i);
    if (rest.starts_with("\\$")) {
      out += '$';
      i += 2;
      continue;
    }
    std::size_t length = 0;  // of what is replaced
    if (rest.starts_with("${")) {
      std::size_t end = closingBrace(rest, 1);
      if (end != std::string_view::npos && end > 2) {
        out += valueOf(rest.substr(2, end - 2), lookUp, depth);
        length = end + 1;
      }
    } else if (rest.size() > 1 && rest.front() == '$' && isLetter(rest[1])) {
      length = 2;
      while (length < rest.size() && isLetterOrDigit(rest[length])) ++length;
      out += lookUp(rest.substr(1, length - 1)).value_or("");
    }
    if (length == 0) out += value[i];
    i += length == 0 ? 1 : length;
  }
  return out;
}

}  // namespace

DotenvFile parseDotenv(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::string unix = withUnixLineBreaks(text);
  return DotenvParser(unix).parse();
}

std::string expandDotenv(std::string_view value, const DotenvLookup& lookUp) {
  return expandWithin(value, lookUp, 0);
}

}  // namespace lathe::cli
