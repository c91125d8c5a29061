#include "engine/web/serialized-url.h"

#include <random>
#include <string>

#include <doctest/doctest.h>

#include "engine/web/url.h"
#include "tests/unit/web/wpt-data.h"

namespace lathe::web {

namespace {

// Whether what is said of it holds.
bool keepsWord(const std::string& text) {
  if (!isSerializedHttpUrl(text)) return true;
  const auto url = Url::parse(text);
  return url && url->href() == text && !url->fragment();
}

}  // namespace

TEST_CASE("the usual URLs of requests are known to be serialized") {
  for (const char* text : {
           "http://localhost:8787/",
           "http://127.0.0.1:8787/a/b.html?c=d&e=%20f",
           "https://example.com/",
           "https://api.example-site.co/v1/users/42/posts;x=1,2?sort=-date&q=what?",
           "http://do/",
           "http://x:59999/~user/@me/(a)/*+$!.:=&",
           "https://example.com/?",
           "https://example.com:80/",
       }) {
    CHECK_MESSAGE(isSerializedHttpUrl(text), text);
    CHECK_MESSAGE(keepsWord(text), text);
  }
}

TEST_CASE("what the parser would change, refuse or take apart otherwise is not") {
  for (const char* text : {
           "",
           "http://",
           "http:///",
           "http://localhost",
           "http://localhost?a",
           "HTTP://localhost/",
           "ftp://localhost/",
           "wss://localhost/",
           "http://Localhost/",
           "http://user@localhost/",
           "http://localhost:/",
           "http://localhost:80/",
           "https://localhost:443/",
           "http://localhost:0080/",
           "http://localhost:65536/",
           "http://localhost:100000/",
           "http://localhost:8x/",
           "http://localhost/a/../b",
           "http://localhost/.",
           "http://localhost/%2e%2e/b",
           "http://localhost/a#b",
           "http://localhost/a?b#",
           "http://localhost/a b",
           "http://localhost/a\\b",
           "http://localhost/\"",
           "http://localhost/?'",
           "http://localhost/\xc3\xa4",
           "http://localhost/\n",
           " http://localhost/",
           "http://127.1/",
           "http://0x7f.0.0.1/",
           "http://1.2.3.4.5/",
           "http://a.b.0x10/",
           "http://xn--a/",
           "http://.a/",
           "http://a..b/",
           "http://[::1]/",
           "http://a%41/",
       }) {
    CHECK_MESSAGE(!isSerializedHttpUrl(text), text);
  }
}

TEST_CASE(
    "no input of urltestdata.json, and no serialization of one, is taken for what it is not") {
  std::size_t known = 0;
  for (const auto& item : test::wptCases("urltestdata.json")) {
    const std::string input = item["input"];
    CHECK_MESSAGE(keepsWord(input), input);
    const std::string href = item.value("href", "");
    CHECK_MESSAGE(keepsWord(href), href);
    if (isSerializedHttpUrl(href)) ++known;
  }
  CHECK(known > 50);
}

TEST_CASE("nothing made at random of what matters in a URL is taken for what it is not") {
  constexpr std::string_view kPieces[] = {
      "a",    "b-",    "-",    ".",        "..", "/",  "//",  "?",   "#",         ":",
      "@",    "%",     "%2e",  "%2E",      "1",  "0x", "255", "256", "127.0.0.1", "localhost",
      "xn--", "A",     "_",    "~",        "'",  "\"", "\\",  " ",   "\t",        "80",
      "443",  "65535", "\x7f", "\xc3\xa4", "[",  "]",  "^",   "|",   "{",         "`",
      "<",    ";",     "=",    "&",        "+",  "*",  "(",   "!",   "$",         ","};
  std::mt19937 random(20261128);
  std::uniform_int_distribution<std::size_t> piece(0, std::size(kPieces) - 1);
  std::uniform_int_distribution<int> length(1, 8);
  std::size_t known = 0;
  for (int round = 0; round < 100'000; ++round) {
    std::string text = round % 2 ? "http://a" : "https://";
    for (int i = length(random); i > 0; --i) text += kPieces[piece(random)];
    if (round % 3 == 0) text += "/";
    if (isSerializedHttpUrl(text)) ++known;
    if (!keepsWord(text)) FAIL_CHECK(text);
  }
  CHECK(known > 1000);
}

}  // namespace lathe::web
