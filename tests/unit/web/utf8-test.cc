#include "engine/web/utf8.h"

#include <doctest/doctest.h>

namespace lathe::web {

TEST_CASE("valid text stays as it is") {
  for (const std::string text :
       {"", "plain", "é", "\uFEFFx", "\uD7FF\uE000\uFFFF", "💩\U0010FFFF"}) {
    CAPTURE(text);
    CHECK(replaceInvalidUtf8(text) == text);
  }
  CHECK(replaceInvalidUtf8(std::string("a\0b", 3)) == std::string("a\0b", 3));
}

TEST_CASE("each maximal piece that is not UTF-8 becomes one replacement character") {
  struct {
    std::string input, want;
  } cases[] = {
      {"a\x80z", "a\uFFFDz"},
      {"a\xFFz", "a\uFFFDz"},
      {"\xC3", "\uFFFD"},
      {"\xC3z", "\uFFFDz"},
      {"\xC0\x80", "\uFFFD\uFFFD"},            // overlong
      {"\xC1\xBF", "\uFFFD\uFFFD"},            //
      {"\xE0\x9F\xBF", "\uFFFD\uFFFD\uFFFD"},  //
      {"\xF0\x8F\xBF\xBF", "\uFFFD\uFFFD\uFFFD\uFFFD"},
      {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},            // a surrogate
      {"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},  // past U+10FFFF
      {"\xF5\x80", "\uFFFD\uFFFD"},
      {"\xE2\x82", "\uFFFD"},  // cut off
      {"\xE2\x82z", "\uFFFDz"},
      {"\xF0\x9F\x92", "\uFFFD"},
      {"\xF0\x9F\x92\xF0\x9F\x92\xA9", "\uFFFD💩"},
      {"\xE2\xC3\xA9", "\uFFFDé"},
  };
  for (const auto& [input, want] : cases) {
    CAPTURE(want);
    CHECK(replaceInvalidUtf8(input) == want);
  }
}

TEST_CASE("text is ordered by UTF-16 code units") {
  // Each is less than the next.
  const std::string_view ordered[] = {"",
                                      "A",
                                      "a",
                                      "a\x01",
                                      "aa",
                                      "é",
                                      "\uD7FF",
                                      "💩",
                                      "💩\U00010000",
                                      "\U0010FFFF",
                                      "\uE000",
                                      "\uE000\U00010000",
                                      "\uE000\uFFFF",
                                      "\uFFFD",
                                      "\uFFFF"};
  for (std::size_t left = 0; left < std::size(ordered); ++left) {
    for (std::size_t right = 0; right < std::size(ordered); ++right) {
      CAPTURE(left);
      CAPTURE(right);
      CHECK(isCodeUnitLess(ordered[left], ordered[right]) == (left < right));
    }
  }
}

}  // namespace lathe::web
