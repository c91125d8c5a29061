#include "cli/dotenv.h"

#include <algorithm>
#include <cstddef>
#include <unordered_map>
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
    std::size_t next = text.find_first_not_of(kBlanks);
    return next == std::string_view::npos || text[next] == '\n' || text[next] == '#';
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

// For each brace that opens in `text`, by its place, where it is closed.
std::unordered_map<std::size_t, std::size_t> closingBraces(std::string_view text) {
  std::unordered_map<std::size_t, std::size_t> closing;
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') open.push_back(i);
    if (text[i] != '}' || open.empty()) continue;
    closing.emplace(open.back(), i);
    open.pop_back();
  }
  return closing;
}

class Expansion {
 public:
  Expansion(const DotenvLookup& lookUp, std::size_t bytesMax)
      : lookUp_(lookUp), bytesMax_(bytesMax) {}

  std::optional<std::string> of(std::string_view value) {
    std::string text = within(value, 0);
    return tooLong_ ? std::nullopt : std::optional(std::move(text));
  }

 private:
  // What `NAME`, `NAME:-other` and their like stand for.
  std::string valueOf(std::string_view expression, int depth) {
    std::size_t sign = expression.find_first_of("+-");
    if (sign == std::string_view::npos) return std::string(lookUp_(expression).value_or(""));
    std::string_view name = expression.substr(0, sign);
    if (name.ends_with(':')) name.remove_suffix(1);
    std::string_view value = lookUp_(name).value_or("");
    bool other = expression[sign] == '+' ? !value.empty() : value.empty();
    if (other) return within(expression.substr(sign + 1), depth + 1);
    return expression[sign] == '+' ? "" : std::string(value);
  }

  std::string within(std::string_view value, int depth) {
    if (depth > kExpansionDepthMax) return std::string(value);
    const auto closing = closingBraces(value);
    std::string out;
    for (std::size_t i = 0; i < value.size() && !tooLong_;) {
      std::string_view rest = value.substr(i);
      if (rest.starts_with("\\$")) {
        out += '$';
        i += 2;
        continue;
      }
      std::size_t length = 0;  // of what is replaced
      if (rest.starts_with("${")) {
        auto found = closing.find(i + 1);
        std::size_t end = found == closing.end() ? 0 : found->second - i;
        if (end > 2) {
          out += valueOf(rest.substr(2, end - 2), depth);
          length = end + 1;
        }
      } else if (rest.size() > 1 && rest.front() == '$' && isLetter(rest[1])) {
        length = 2;
        while (length < rest.size() && isLetterOrDigit(rest[length])) ++length;
        out += lookUp_(rest.substr(1, length - 1)).value_or("");
      }
      if (length == 0) out += value[i];
      i += length == 0 ? 1 : length;
      tooLong_ = tooLong_ || out.size() > bytesMax_;
    }
    return out;
  }

  const DotenvLookup& lookUp_;
  const std::size_t bytesMax_;
  bool tooLong_ = false;
};

}  // namespace

DotenvFile parseDotenv(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::string unix = withUnixLineBreaks(text);
  return DotenvParser(unix).parse();
}

std::optional<std::string> expandDotenv(std::string_view value, const DotenvLookup& lookUp,
                                        std::size_t bytesMax) {
  return Expansion(lookUp, bytesMax).of(value);
}

}  // namespace lathe::cli
