#include "engine/web/url-search-params.h"

#include <algorithm>
#include <random>

#include <doctest/doctest.h>

namespace lathe::web {

namespace {

// The pairs as `name=value`, each in brackets.
std::string list(const UrlSearchParams& params) {
  std::string out;
  for (const auto& [name, value] : params.pairs()) out += '[' + name + '=' + value + ']';
  return out;
}

}  // namespace

TEST_CASE("a query comes apart at '&' and the first '='") {
  struct {
    std::string_view input, want;
  } cases[] = {
      {"", ""},
      {"a=1&b=2", "[a=1][b=2]"},
      {"a", "[a=]"},
      {"a=", "[a=]"},
      {"=1", "[=1]"},
      {"=", "[=]"},
      {"&&a=1&&", "[a=1]"},
      {"a=1=2", "[a=1=2]"},
      {"?a=1", "[?a=1]"},
      {"a+b=c+d", "[a b=c d]"},
      {"a%2Bb=%3D%26", "[a+b==&]"},
      {"%", "[%=]"},
      {"%4&%zz=%", "[%4=][%zz=%]"},
      {"é=💩", "[é=💩]"},
      {"%F0%9F%92%A9", "[💩=]"},
      {"%EF%BB%BFa=1", "[\uFEFFa=1]"},
      {"a=%FF&%C3=%ED%A0%80", "[a=\uFFFD][\uFFFD=\uFFFD\uFFFD\uFFFD]"},
      {"a=1;b=2", "[a=1;b=2]"},
  };
  for (const auto& [input, want] : cases) {
    CAPTURE(input);
    CHECK(list(UrlSearchParams::parse(input)) == want);
  }
}

TEST_CASE("what is written parses to the same pairs") {
  struct {
    std::string_view input, want;
  } cases[] = {
      {"", ""},
      {"a", "a="},
      {"=", "="},
      {"a+b=%20", "a+b=+"},
      {"~!'()*-._", "%7E%21%27%28%29*-._="},
      {"é", "%C3%A9="},
      {"%", "%25="},
      {"a=%26%3D%2B", "a=%26%3D%2B"},
  };
  for (const auto& [input, want] : cases) {
    CAPTURE(input);
    const auto params = UrlSearchParams::parse(input);
    CHECK(params.toString() == want);
    CHECK(UrlSearchParams::parse(want).pairs() == params.pairs());
  }
}

TEST_CASE("a name may stand more than once") {
  const auto params = UrlSearchParams::parse("a=1&b=2&a=3&a=1");
  CHECK(params.size() == 4);
  CHECK(params.get("a") == "1");
  CHECK(params.getAll("a") == std::vector<std::string_view>{"1", "3", "1"});
  CHECK(params.has("a"));
  CHECK(params.has("a", "3"));
  CHECK_FALSE(params.has("a", "2"));
  CHECK_FALSE(params.has("A"));
  CHECK_FALSE(params.get("c"));
  CHECK(params.getAll("c").empty());
}

TEST_CASE("changes keep the order of what stays") {
  constexpr std::string_view kBefore = "a=1&b=2&a=3&c=4&a=1";
  struct {
    const char* what;
    void (*change)(UrlSearchParams&);
    std::string_view want;
  } cases[] = {
      {"append", [](UrlSearchParams& p) { p.append("a", ""); }, "[a=1][b=2][a=3][c=4][a=1][a=]"},
      {"remove a name", [](UrlSearchParams& p) { p.remove("a"); }, "[b=2][c=4]"},
      {"remove a pair", [](UrlSearchParams& p) { p.remove("a", "1"); }, "[b=2][a=3][c=4]"},
      {"remove what is not there", [](UrlSearchParams& p) { p.remove("d"); },
       "[a=1][b=2][a=3][c=4][a=1]"},
      {"remove a value that is not there", [](UrlSearchParams& p) { p.remove("a", "2"); },
       "[a=1][b=2][a=3][c=4][a=1]"},
      {"set a name that stands thrice", [](UrlSearchParams& p) { p.set("a", "x"); },
       "[a=x][b=2][c=4]"},
      {"set a new name", [](UrlSearchParams& p) { p.set("d", "x"); },
       "[a=1][b=2][a=3][c=4][a=1][d=x]"},
      {"sort", [](UrlSearchParams& p) { p.sort(); }, "[a=1][a=3][a=1][b=2][c=4]"},
  };
  for (const auto& [what, change, want] : cases) {
    CAPTURE(what);
    auto params = UrlSearchParams::parse(kBefore);
    change(params);
    CHECK(list(params) == want);
  }
}

TEST_CASE("each maximal piece that is not UTF-8 becomes one replacement character") {
  struct {
    std::string_view input, want;
  } cases[] = {
      {"a%80z", "a\uFFFDz"},
      {"a%FFz", "a\uFFFDz"},
      {"\xFF", "\uFFFD"},  // also where it was not percent-encoded
      {"%C3", "\uFFFD"},
      {"%C3z", "\uFFFDz"},
      {"%C0%80", "\uFFFD\uFFFD"},  // overlong
      {"%E0%9F%BF", "\uFFFD\uFFFD\uFFFD"},
      {"%ED%A0%80", "\uFFFD\uFFFD\uFFFD"},           // a surrogate
      {"%F4%90%80%80", "\uFFFD\uFFFD\uFFFD\uFFFD"},  // past U+10FFFF
      {"%E2%82", "\uFFFD"},                          // cut off
      {"%F0%9F%92%F0%9F%92%A9", "\uFFFD💩"},
      {"%E2%C3%A9", "\uFFFDé"},
  };
  for (const auto& [input, want] : cases) {
    CAPTURE(input);
    CHECK(UrlSearchParams::parse(input).has(want));
  }
}

TEST_CASE("names are sorted by UTF-16 code units, not by code points") {
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
  UrlSearchParams params;
  for (const auto name : ordered) params.append(std::string(name), "");
  const auto sorted = params.pairs();
  std::mt19937 random(1);  // any order will do
  for (int round = 0; round < 20; ++round) {
    auto names = sorted;
    std::shuffle(names.begin(), names.end(), random);
    UrlSearchParams shuffled;
    for (const auto& [name, value] : names) shuffled.append(name, value);
    shuffled.sort();
    CHECK(shuffled.pairs() == sorted);
  }
}

}  // namespace lathe::web
