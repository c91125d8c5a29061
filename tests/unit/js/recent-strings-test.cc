#include "engine/js/recent-strings.h"

#include <string>

#include <doctest/doctest.h>

#include "engine/js/value.h"
#include "tests/unit/js/script.h"

using namespace lathe::js;

namespace {

// Whether they are one object, which JavaScript could not tell.
bool same(v8::Local<v8::String> first, v8::Local<v8::String> second) { return first == second; }

}  // namespace

TEST_CASE("a text that comes again is the same string from then on") {
  test::Script script;
  RecentStrings strings;
  script.within([&](Lock& js) {
    const std::string url = "http://localhost:8787/a/b?c=\xc3\xa4";
    auto once = strings.get(js, url);
    auto twice = strings.get(js, url);
    CHECK(!same(once, twice));
    CHECK(same(strings.get(js, url), twice));
    CHECK(same(strings.get(js, std::string(url)), twice));
    for (auto string : {once, twice}) CHECK(toUtf8(js, string) == url);
  });
  strings.clear();
}

TEST_CASE("others take its place, and long ones have none") {
  test::Script script;
  RecentStrings strings;
  script.within([&](Lock& js) {
    strings.get(js, "first");
    auto kept = strings.get(js, "first");
    for (int i = 0; i < 10'000; ++i) {
      const auto text = "other " + std::to_string(i);
      CHECK(toUtf8(js, strings.get(js, text)) == text);
    }
    auto again = strings.get(js, "first");
    CHECK(toUtf8(js, again) == "first");
    CHECK(!same(again, kept));

    const std::string large(5000, 'x');
    for (int i = 0; i < 3; ++i) CHECK(strings.get(js, large)->Length() == 5000);
    CHECK(!same(strings.get(js, large), strings.get(js, large)));
    CHECK(toUtf8(js, strings.get(js, "")).empty());
    CHECK(toUtf8(js, strings.get(js, "")).empty());
  });
  strings.clear();
}
