#include "cli/modules/module-scan.h"

#include <cctype>
#include <cstddef>

namespace lathe::cli {

namespace {

bool isWordCharacter(char c) {
  unsigned char byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) || c == '_' || c == '$' || byte >= 0x80;
}

class Scanner {
 public:
  explicit Scanner(std::string_view source) : source_(source) {}

  void run(const std::function<bool(std::string_view, ScannedKind)>& found) {
    while (at_ < source_.size()) {
      char c = source_[at_];
      if (c == '\'' || c == '"') {
        text();
      } else if (c == '/' && skipComment()) {
        continue;
      } else if (isWordCharacter(c)) {
        bool member = at_ > 0 && source_[at_ - 1] == '.' && !endsWithDots();
        std::string_view word = takeWord();
        if (member || !isImporting(word)) continue;
        std::string_view specifier;
        if (!specifierAfter(word, specifier)) continue;
        auto kind = word == "require" ? ScannedKind::require : ScannedKind::import;
        if (!found(specifier, kind)) return;
      } else {
        ++at_;
      }
    }
  }

 private:
  static bool isImporting(std::string_view word) {
    return word == "from" || word == "import" || word == "require";
  }

  // `...require("x")` is a spread and no member.
  bool endsWithDots() const { return at_ > 2 && source_.substr(at_ - 3, 3) == "..."; }

  std::string_view takeWord() {
    std::size_t begin = at_;
    while (at_ < source_.size() && isWordCharacter(source_[at_])) ++at_;
    return source_.substr(begin, at_ - begin);
  }

  bool skipComment() {
    std::string_view rest = source_.substr(at_);
    std::size_t end;
    if (rest.starts_with("//")) {
      end = rest.find('\n');
    } else if (rest.starts_with("/*")) {
      end = rest.find("*/", 2);
      if (end != rest.npos) end += 2;
    } else {
      return false;
    }
    at_ = end == rest.npos ? source_.size() : at_ + end;
    return true;
  }

  void skipBlanks() {
    while (at_ < source_.size()) {
      if (std::isspace(static_cast<unsigned char>(source_[at_]))) {
        ++at_;
      } else if (source_[at_] != '/' || !skipComment()) {
        return;
      }
    }
  }

  // Behind a text in quotes, or at the end of its line; gives what is between the quotes.
  std::string_view text() {
    char quote = source_[at_++];
    std::size_t begin = at_;
    while (at_ < source_.size() && source_[at_] != quote && source_[at_] != '\n') {
      at_ += source_[at_] == '\\' ? 2 : 1;
    }
    if (at_ >= source_.size() || source_[at_] == '\n') {
      if (at_ > source_.size()) at_ = source_.size();
      return {};
    }
    return source_.substr(begin, at_++ - begin);
  }

  // What stands behind one of the words, when that is a text in quotes: with a parenthesis after
  // `require`, without after `from`, with or without after `import`.
  bool specifierAfter(std::string_view word, std::string_view& specifier) {
    skipBlanks();
    bool called = at_ < source_.size() && source_[at_] == '(';
    if (called && word == "from") return false;
    if (!called && word == "require") return false;
    if (called) {
      ++at_;
      skipBlanks();
    }
    if (at_ >= source_.size() || (source_[at_] != '\'' && source_[at_] != '"')) return false;
    specifier = text();
    return !specifier.empty() && specifier.find('\\') == specifier.npos;
  }

  std::string_view source_;
  std::size_t at_ = 0;
};

}  // namespace

void scanImports(std::string_view source,
                 const std::function<bool(std::string_view specifier, ScannedKind kind)>& found) {
  Scanner(source).run(found);
}

}  // namespace lathe::cli
