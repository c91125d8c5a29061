#include "cli/code-frame.h"

#include <doctest/doctest.h>

namespace lathe::cli {

namespace {

std::string placeIn(std::string_view text) {
  auto place = firstPlace(text, [](const std::string& module) { return module == "worker.js"; });
  if (!place) return "";
  return std::to_string(place->line) + ":" + std::to_string(place->column);
}

}  // namespace

TEST_CASE("an error's place is what it begins with, or the topmost line in a module") {
  struct {
    std::string_view text;
    std::string_view want;
  } cases[] = {
      {"worker.js:3:5: SyntaxError: Unexpected token", "3:5"},
      {"Uncaught Error: x\n    at fetch (worker.js:7:11)\n    at worker.js:9:1", "7:11"},
      {"Uncaught Error: x\n    at worker.js:9:1", "9:1"},
      {"Uncaught Error: x\n    at async worker.js:9:1", "9:1"},
      {"Uncaught Error: x\n    at async f (worker.js:9:2) {", "9:2"},
      {"Error: x\n    at JSON.parse (<anonymous>)\n    at f (worker.js:2:3)", "2:3"},
      {"Error: x\n    at log (lathe:builtins:10:3)\n    at f (worker.js:2:3)", "2:3"},
      {"Error: at worker.js:2:3", ""},
      {"Error: x\n  the list\n at other.js:2:3", ""},
      {"other.js:3:5: SyntaxError", ""},
      {"Error: x\n    at worker.js", ""},
      {"Error: x\n    at worker.js:0:1", ""},
      {"Error: x\n    at f (worker.js:1:99999999999999999999)", ""},
      {"Error: x\n    at )", ""},
      {"", ""},
  };
  for (const auto& [text, want] : cases) {
    CAPTURE(text);
    CHECK(placeIn(text) == want);
  }
}

TEST_CASE("a frame is the line, what is around it, and a mark below the column") {
  constexpr std::string_view kSource = "one\ntwo\n\n\tfour();\nfive\nsix";
  CHECK(codeFrame(kSource, 4, 2, false) ==
        "  2 | two\n"
        "  3 |\n"
        "> 4 | \tfour();\n"
        "    | \t^\n"
        "  5 | five");
  CHECK(codeFrame(kSource, 1, 1, false) == "> 1 | one\n    | ^\n  2 | two");
  CHECK(codeFrame(kSource, 6, 4, false) == "  4 | \tfour();\n  5 | five\n> 6 | six\n    |    ^");
  CHECK(codeFrame(kSource, 7, 1, false).empty());
  CHECK(codeFrame(kSource, 0, 1, false).empty());
  CHECK(codeFrame("", 1, 1, false) == "> 1 |\n    | ^");
  CHECK(codeFrame("a\r\nb", 1, 2, false) == "> 1 | a\n    |  ^\n  2 | b");
}

TEST_CASE("a mark stands below its character, however many bytes come before") {
  CHECK(codeFrame("'é𝄞' x", 1, 7, false) == "> 1 | 'é𝄞' x\n    |      ^");
}

TEST_CASE("of a very long line a frame has what is around the place") {
  std::string source(500, 'a');
  source.append("X").append(500, 'b');
  std::string frame = codeFrame(source, 1, 501, false);
  std::string want = "> 1 | ";
  want.append(60, 'a').append("X").append(49, 'b').append("\n    | ").append(60, ' ').append("^");
  CHECK(frame == want);
}

TEST_CASE("colours dim what is around, and redden the mark") {
  CHECK(codeFrame("a\nb", 1, 1, true) == "> 1 | a\n    | \x1b[31m^\x1b[0m\n\x1b[2m  2 | b\x1b[0m");
}

}  // namespace lathe::cli
