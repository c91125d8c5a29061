#include "cli/code-frame.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "engine/shown-text.h"

namespace lathe::cli {

namespace {

constexpr std::size_t kLinesBefore = 2;
constexpr std::size_t kLinesAfter = 1;
// Bundled code has lines that fill a screen: of those, what is around the place.
constexpr std::size_t kColumnsMax = 110;
constexpr std::size_t kColumnsBefore = 60;

constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kPlain = "\x1b[0m";

std::optional<std::size_t> numberOf(std::string_view digits) {
  std::size_t number = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return {};
  return number;
}

// "worker.js:3:5" and nothing else.
std::optional<SourcePlace> placeOf(std::string_view text) {
  auto last = text.rfind(':');
  if (last == text.npos || last == 0) return std::nullopt;
  auto before = text.rfind(':', last - 1);
  if (before == text.npos || before == 0) return std::nullopt;
  auto line = numberOf(text.substr(before + 1, last - before - 1));
  auto column = numberOf(text.substr(last + 1));
  if (!line || !column || *line == 0 || *column == 0) return std::nullopt;
  return SourcePlace{std::string(text.substr(0, before)), *line, *column};
}

std::vector<std::string_view> linesOf(std::string_view source) {
  std::vector<std::string_view> lines;
  for (;;) {
    auto end = source.find('\n');
    std::string_view line = source.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    if (end == source.npos) return lines;
    source.remove_prefix(end + 1);
  }
}

bool continuesCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Where the column begins, in bytes. V8 counts UTF-16 units: a character outside the first plane,
// of four bytes, is two.
std::size_t offsetOf(std::string_view line, std::size_t column) {
  std::size_t at = 0;
  for (std::size_t unit = 1; unit < column && at < line.size(); ++unit) {
    if ((static_cast<unsigned char>(line[at]) & 0xF8) == 0xF0) ++unit;
    for (++at; at < line.size() && continuesCharacter(line[at]);) ++at;
  }
  return at;
}

// As wide as `text`: tabs stay, so that what comes behind stands where it did.
std::string blankLike(std::string_view text) {
  std::string blank;
  for (char byte : text) {
    if (!continuesCharacter(byte)) blank += byte == '\t' ? '\t' : ' ';
  }
  return blank;
}

}  // namespace

std::optional<SourcePlace> firstPlace(std::string_view text,
                                      const std::function<bool(const std::string&)>& isModule) {
  auto known = [&](std::string_view candidate) -> std::optional<SourcePlace> {
    auto place = placeOf(candidate);
    return place && isModule(place->module) ? place : std::nullopt;
  };
  bool first = true;
  while (!text.empty()) {
    auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (first) {
      // "worker.js:3:5: SyntaxError: …"
      auto colon = line.find(": ");
      if (colon != line.npos) {
        if (auto place = known(line.substr(0, colon))) return place;
      }
      first = false;
      continue;
    }
    auto at = line.find("at ");
    if (at == line.npos || line.find_first_not_of(' ') != at) continue;
    // "at name (worker.js:3:5)" or "at worker.js:3:5"
    std::string_view where = line.substr(at + 3);
    while (where.ends_with(' ') || where.ends_with('{')) where.remove_suffix(1);
    if (where.ends_with(')')) {
      auto open = where.rfind('(');
      if (open == where.npos) continue;
      where = where.substr(open + 1, where.size() - open - 2);
    } else if (where.starts_with("async ")) {
      where.remove_prefix(6);
    }
    if (auto place = known(where)) return place;
  }
  return std::nullopt;
}

std::string codeFrame(std::string_view source, std::size_t line, std::size_t column, bool colors) {
  auto lines = linesOf(source);
  if (line == 0 || column == 0 || line > lines.size()) return {};
  auto paint = [&](std::string_view color, const std::string& text) {
    return colors ? std::string(color) + text + std::string(kPlain) : text;
  };
  std::size_t from = line > kLinesBefore ? line - kLinesBefore : 1;
  std::size_t to = std::min(lines.size(), line + kLinesAfter);
  std::size_t width = std::to_string(to).size();
  std::size_t offset = offsetOf(lines[line - 1], column);
  // The same stretch of all lines, so that they stay below each other.
  std::size_t skipped = 0;
  if (lines[line - 1].size() > kColumnsMax && offset > kColumnsBefore) {
    skipped = offset - kColumnsBefore;
    while (skipped < offset && continuesCharacter(lines[line - 1][skipped])) ++skipped;
  }
  auto shown = [&](std::string_view text) {
    text.remove_prefix(std::min(skipped, text.size()));
    while (skipped > 0 && !text.empty() && continuesCharacter(text.front())) text.remove_prefix(1);
    if (text.size() > kColumnsMax) {
      std::size_t length = kColumnsMax;
      while (length > 0 && continuesCharacter(text[length])) --length;
      text = text.substr(0, length);
    }
    return shownText(text);
  };
  std::string frame;
  for (std::size_t number = from; number <= to; ++number) {
    std::string digits = std::to_string(number);
    bool here = number == line;
    std::string gutter =
        std::string(here ? "> " : "  ") + std::string(width - digits.size(), ' ') + digits + " | ";
    std::string text = shown(lines[number - 1]);
    // Nothing of an empty line, and no blanks before a line's end.
    if (text.empty()) gutter.pop_back();
    frame += (frame.empty() ? "" : "\n") + (here ? gutter + text : paint(kDim, gutter + text));
    if (!here) continue;
    std::string_view before = lines[number - 1].substr(0, offset);
    before.remove_prefix(std::min(skipped, before.size()));
    frame +=
        "\n  " + std::string(width, ' ') + " | " + blankLike(shownText(before)) + paint(kRed, "^");
  }
  return frame;
}

std::string codeFrameFor(std::string_view text, const SourceText& sourceOf, bool colors) {
  std::optional<std::string> source;
  auto place = firstPlace(text, [&](const std::string& module) {
    source = sourceOf(module);
    return source.has_value();
  });
  return place ? codeFrame(*source, place->line, place->column, colors) : "";
}

std::string withCodeFrame(std::string_view text, const SourceText& sourceOf, bool colors) {
  std::string frame = codeFrameFor(text, sourceOf, colors);
  if (frame.empty()) return std::string(text);
  std::size_t stack = std::min(text.find("\n    at "), text.size());
  return std::string(text.substr(0, stack)) + "\n" + frame + std::string(text.substr(stack));
}

}  // namespace lathe::cli
