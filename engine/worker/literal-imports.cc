#include "engine/worker/literal-imports.h"

#include <cstring>
#include <optional>

namespace lathe::worker {
namespace {

bool isIdentifierPart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

// What follows white space and comments.
std::string_view skipBlank(std::string_view text) {
  for (;;) {
    const auto blank = text.find_first_not_of(" \t\r\n");
    text.remove_prefix(blank == text.npos ? text.size() : blank);
    std::size_t end = text.npos;
    if (text.starts_with("/*")) {
      end = text.find("*/", 2);
      if (end != text.npos) end += 2;
    } else if (text.starts_with("//")) {
      end = text.find('\n');
    } else {
      return text;
    }
    text.remove_prefix(end == text.npos ? text.size() : end);
  }
}

// The text of the string, or of the template without substitutions, in the parentheses that `text`
// begins with. Nothing when something else is there.
std::optional<std::string_view> literalArgument(std::string_view text) {
  text = skipBlank(text);
  if (!text.starts_with('(')) return std::nullopt;
  text = skipBlank(text.substr(1));
  if (text.empty()) return std::nullopt;
  const char quote = text.front();
  if (quote != '"' && quote != '\'' && quote != '`') return std::nullopt;
  const auto end = text.find(quote, 1);
  if (end == text.npos) return std::nullopt;
  const auto literal = text.substr(1, end - 1);
  if (literal.find('\\') != literal.npos || literal.find('\n') != literal.npos ||
      (quote == '`' && literal.find("${") != literal.npos)) {
    return std::nullopt;
  }
  // Any other character goes on with an expression.
  const auto rest = skipBlank(text.substr(end + 1));
  if (!rest.starts_with(')') && !rest.starts_with(',')) return std::nullopt;
  return literal;
}

void collect(std::string_view script, std::string_view word, std::vector<std::string>& found) {
  const char* at = script.data();
  const char* const end = at + script.size();
  while (at < end) {
    const auto* hit = static_cast<const char*>(
        ::memmem(at, static_cast<std::size_t>(end - at), word.data(), word.size()));
    if (!hit) return;
    at = hit + word.size();
    if (hit > script.data() && (isIdentifierPart(hit[-1]) || hit[-1] == '.')) continue;
    if (auto literal = literalArgument({at, static_cast<std::size_t>(end - at)})) {
      found.emplace_back(*literal);
    }
  }
}

}  // namespace

std::vector<std::string> literalImports(std::string_view script) {
  std::vector<std::string> found;
  collect(script, "import", found);
  collect(script, "require", found);
  return found;
}

}  // namespace lathe::worker
