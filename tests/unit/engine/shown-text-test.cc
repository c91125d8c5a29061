#include "engine/shown-text.h"

#include <doctest/doctest.h>

namespace lathe {

using namespace std::string_view_literals;

TEST_CASE("text of others is shown without a control character in it") {
  struct {
    std::string_view text;
    std::string_view want;
    // Where it differs.
    std::string_view wantWithColors = {};
  } cases[] = {
      {"", ""},
      {"GET /tea?n=1", "GET /tea?n=1"},
      {"one\ntwo\tthree", "one\ntwo\tthree"},
      {"Grüße, 世界 🫖", "Grüße, 世界 🫖"},
      {"\xc2\xa0", "\xc2\xa0"},  // the first behind C1: a blank that does not break
      {"\x1b]52;c;aGFjaw==\x07", "\\x1b]52;c;aGFjaw==\\x07"},
      {"\x1b[2J\x1b[H", "\\x1b[2J\\x1b[H"},
      {"a\rb", "a\\rb"},
      {"\b\x7f", "\\x08\\x7f"},
      {"\0"sv, "\\x00"},
      {"\xc2\x9d"
       "52;c;x\xc2\x9c",
       "\\u009d52;c;x\\u009c"},
      {"\xc2\x9b"
       "31m",
       "\\u009b31m"},  // SGR in C1 is none
      {"\x9d"
       "52;x\x9c",
       "\\x9d52;x\\x9c"},  // C1 of eight bits
      {"\xc3", "\\xc3"},   // cut
      {"\xe4\xb8", "\\xe4\\xb8"},
      {"\xc0\x9b", "\\xc0\\x9b"},           // a long form of ESC
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},  // a surrogate
      {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
      {"\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m", "\x1b[31mred\x1b[0m"},
      {"\x1b[38;5;1mred\x1b[m", "\\x1b[38;5;1mred\\x1b[m", "\x1b[38;5;1mred\x1b[m"},
      {"\x1b[4:3mwavy", "\\x1b[4:3mwavy", "\x1b[4:3mwavy\x1b[0m"},
      {"\x1b[8mhidden", "\\x1b[8mhidden", "\x1b[8mhidden\x1b[0m"},
      {"\x1b[31", "\\x1b[31"},
      {"\x1b[?1m", "\\x1b[?1m"},
      {"\x1b[31\x1b[1m", "\\x1b[31\\x1b[1m", "\\x1b[31\x1b[1m\x1b[0m"},
      {"\x1b", "\\x1b"},
  };
  for (const auto& [text, want, wantWithColors] : cases) {
    CAPTURE(want);
    CHECK(shownText(text) == want);
    CHECK(shownText(shownText(text)) == want);
    CHECK(shownTextWithColors(text) == (wantWithColors.empty() ? want : wantWithColors));
  }
}

}  // namespace lathe
