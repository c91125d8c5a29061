#include "engine/web/percent-encoding.h"

#include <doctest/doctest.h>

namespace lathe::web {

TEST_CASE("each set escapes its ASCII characters and no others") {
  // What a set leaves alone of the printable ASCII characters that are not letters or digits.
  struct {
    EncodeSet set;
    std::string_view kept;
  } cases[] = {
      {EncodeSet::kC0Control, " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"},
      {EncodeSet::kFragment, "!#$%&'()*+,-./:;=?@[\\]^_{|}~"},
      {EncodeSet::kQuery, "!$%&'()*+,-./:;=?@[\\]^_`{|}~"},
      {EncodeSet::kSpecialQuery, "!$%&()*+,-./:;=?@[\\]^_`{|}~"},
      {EncodeSet::kPath, "!$%&'()*+,-./:;=@[\\]_|~"},
      {EncodeSet::kUserinfo, "!$%&'()*+,-._~"},
      {EncodeSet::kComponent, "!'()*-._~"},
      {EncodeSet::kForm, "*-._"},
  };
  for (const auto& [set, kept] : cases) {
    CAPTURE(kept);
    std::string unescaped;
    for (char c = ' '; c < '\x7F'; ++c) {
      const std::string encoded = percentEncode({&c, 1}, set);
      const bool isAlphanumeric =
          (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
      if (isAlphanumeric) CHECK(encoded == std::string(1, c));
      if (!isAlphanumeric && encoded.size() == 1 && encoded[0] == c) unescaped += c;
    }
    CHECK(unescaped == kept);
    CHECK(percentEncode("\x1F\x7F\xC3\xA9", set) == "%1F%7F%C3%A9");
    CHECK(percentEncode(std::string_view("a\0b", 3), set) == "a%00b");
    CHECK(percentEncode("", set) == "");
  }
}

TEST_CASE("a form writes a space as a plus") {
  CHECK(percentEncode("a b+c", EncodeSet::kForm) == "a+b%2Bc");
  CHECK(percentEncode("a b+c", EncodeSet::kComponent) == "a%20b%2Bc");
}

TEST_CASE("decoding replaces whole escapes and leaves broken ones") {
  struct {
    std::string_view input, want;
  } cases[] = {
      {"", ""},         {"abc", "abc"}, {"%41%4a%4A", "AJJ"},   {"%C3%A9", "é"}, {"%%41", "%A"},
      {"%2541", "%41"}, {"%", "%"},     {"%4", "%4"},           {"%4g", "%4g"},  {"%g4", "%g4"},
      {"%%%", "%%%"},   {"a+b", "a+b"}, {"%25%s%1G", "%%s%1G"}, {"%ff", "\xFF"},
  };
  for (const auto& [input, want] : cases) {
    CAPTURE(input);
    CHECK(percentDecode(input) == want);
  }
}

}  // namespace lathe::web
