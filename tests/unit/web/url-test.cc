#include "engine/web/url.h"

#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace lathe::web {

namespace {

// The URL of `input`, which must be one.
Url url(std::string_view input, std::string_view base = "") {
  if (base.empty()) {
    auto parsed = Url::parse(input);
    REQUIRE_MESSAGE(parsed, "no URL: ", input);
    return std::move(*parsed);
  }
  const Url parsedBase = url(base);
  auto parsed = Url::parse(input, &parsedBase);
  REQUIRE_MESSAGE(parsed, "no URL: ", input, " against ", base);
  return std::move(*parsed);
}

// All components by themselves, separated by spaces, "-" for each that is empty.
std::string components(const Url& url) {
  std::string out;
  for (const auto part : {url.protocol(), url.username(), url.password(), url.hostname(),
                          url.port(), url.pathname(), url.search(), url.hash()}) {
    if (!out.empty()) out += ' ';
    out += part.empty() ? "-" : part;
  }
  return out;
}

}  // namespace

TEST_CASE("a URL comes apart into its components") {
  struct {
    std::string_view input, want;
  } cases[] = {
      {"https://user:secret@example.org:8080/path?query#fragment",
       "https: user secret example.org 8080 /path ?query #fragment"},
      {"https://example.org", "https: - - example.org - / - -"},
      {"HTTPS://EXAMPLE.ORG:443/", "https: - - example.org - / - -"},
      {"http://example.org:00080/", "http: - - example.org - / - -"},
      {"http://user@example.org/", "http: user - example.org - / - -"},
      {"http://:secret@example.org/", "http: - secret example.org - / - -"},
      {"http://:@example.org/", "http: - - example.org - / - -"},
      {"http://a@b@c/", "http: a%40b - c - / - -"},
      {"http://[2001:DB8::1]:81/", "http: - - [2001:db8::1] 81 / - -"},
      {"http://example.org/?#", "http: - - example.org - / - -"},
      {"file:///C|/x/../..", "file: - - - - /C:/ - -"},
      {"mailto:me@example.org?subject=x", "mailto: - - - - me@example.org ?subject=x -"},
      {"foo:", "foo: - - - - - - -"},
      {"foo://", "foo: - - - - - - -"},
      {"foo:/.//x", "foo: - - - - //x - -"},
      {" \t http://exa\nmple.org/a\rb \x01", "http: - - example.org - /ab - -"},
  };
  for (const auto& [input, want] : cases) {
    CAPTURE(input);
    CHECK(components(url(input)) == want);
  }
}

TEST_CASE("a relative reference takes from its base what it lacks") {
  constexpr std::string_view kBase = "http://u:p@example.org:81/a/b?q#f";
  struct {
    std::string_view input, want;
  } cases[] = {
      {"", "http://u:p@example.org:81/a/b?q"},
      {"#g", "http://u:p@example.org:81/a/b?q#g"},
      {"?r", "http://u:p@example.org:81/a/b?r"},
      {"c", "http://u:p@example.org:81/a/c"},
      {"../../c", "http://u:p@example.org:81/c"},
      {".", "http://u:p@example.org:81/a/"},
      {"%2E%2e", "http://u:p@example.org:81/"},
      {"/c", "http://u:p@example.org:81/c"},
      {"\\c", "http://u:p@example.org:81/c"},
      {"//other", "http://other/"},
      {"\\/other", "http://other/"},
      {"http:c", "http://u:p@example.org:81/a/c"},
      {"https:c", "https://c/"},
      {"foo:c", "foo:c"},
  };
  for (const auto& [input, want] : cases) {
    CAPTURE(input);
    CHECK(url(input, kBase).href() == want);
  }
}

TEST_CASE("what is no URL parses to nothing") {
  for (const std::string_view input : {
           "",
           "/path",
           "example.org",
           "//example.org",
           ":",
           "1http://example.org",
           "ht~tp://example.org",
           "http://",
           "http:///",
           "http://?query",
           "http://user@",
           "http://user@/path",
           "http://:80/",
           "http://exa mple.org/",
           "http://exa%20mple.org/",
           "http://example.org:65536/",
           "http://example.org:99999999999999999999/",
           "http://example.org:8a/",
           "http://example.org:-1/",
           "http://[::1/",
           "http://[::1]x/",
           "http://\xFF/",
           "http://%ff/",
           "http://\xC2\xAD/",  // a soft hyphen, and so nothing
           "foo://exa mple/",
           "foo://user@",
           "file://exa|mple/",
       }) {
    CAPTURE(input);
    CHECK_FALSE(Url::parse(input));
  }
}

TEST_CASE("an opaque path is a base for a fragment only") {
  const Url base = url("mailto:me?q#f");
  CHECK(url("#g", "mailto:me?q#f").href() == "mailto:me?q#g");
  for (const std::string_view input : {"", "x", "/x", "?x", "//x"}) {
    CAPTURE(input);
    CHECK_FALSE(Url::parse(input, &base));
  }
}

TEST_CASE("an absent query or fragment is not an empty one") {
  struct {
    std::string_view input;
    std::optional<std::string_view> query, fragment;
  } cases[] = {
      {"http://x/", std::nullopt, std::nullopt},
      {"http://x/?", "", std::nullopt},
      {"http://x/#", std::nullopt, ""},
      {"http://x/?#", "", ""},
      {"http://x/?a#b", "a", "b"},
      {"foo:bar?#", "", ""},
  };
  for (const auto& [input, query, fragment] : cases) {
    CAPTURE(input);
    const Url parsed = url(input);
    CHECK(parsed.query() == query);
    CHECK(parsed.fragment() == fragment);
    CHECK(parsed.href() == input);
  }
}

TEST_CASE("an origin is a scheme, host and port, or opaque") {
  struct {
    std::string_view input, want;
  } cases[] = {
      {"https://u:p@example.org:8080/x", "https://example.org:8080"},
      {"wss://example.org:443/x", "wss://example.org"},
      {"ftp://example.org/", "ftp://example.org"},
      {"blob:https://example.org:8080/id", "https://example.org:8080"},
      {"blob:wss://example.org/id", "null"},
      {"blob:blob:https://example.org/", "null"},
      {"blob:x", "null"},
      {"file:///x", "null"},
      {"blob:file:///x", "null"},
      {"foo://example.org/", "null"},
      {"data:text/plain,x", "null"},
  };
  for (const auto& [input, want] : cases) {
    CAPTURE(input);
    CHECK(url(input).origin() == want);
  }
}

TEST_CASE("a setter that cannot use its value changes nothing") {
  struct {
    std::string_view href;
    void (Url::*set)(std::string_view);
    std::string_view value;
  } cases[] = {
      {"http://x/", &Url::setProtocol, ""},
      {"http://x/", &Url::setProtocol, "1"},
      {"http://x/", &Url::setProtocol, " ws"},  // only the parser trims
      {"http://x/", &Url::setProtocol, "foo"},
      {"foo://x/", &Url::setProtocol, "http"},
      {"http://u@x/", &Url::setProtocol, "file"},
      {"file:///x", &Url::setProtocol, "http"},
      {"http://x/", &Url::setHost, ""},
      {"http://x/", &Url::setHost, "y z"},
      {"http://x/", &Url::setHost, ":80"},
      {"http://x/", &Url::setHost, "u@y"},
      {"foo://u@x/", &Url::setHost, ""},
      {"foo://x:1/", &Url::setHost, ""},
      {"mailto:x", &Url::setHost, "y"},
      {"http://x/", &Url::setHostname, "y:80"},
      {"http://x/", &Url::setHostname, "[::1"},
      {"mailto:x", &Url::setHostname, "y"},
      {"http://x:1/", &Url::setPort, "x"},
      {"http://x:1/", &Url::setPort, "-2"},
      {"http://x:1/", &Url::setPort, "65536"},
      {"file://x/", &Url::setPort, "1"},
      {"foo:///", &Url::setPort, "1"},
      {"file://x/", &Url::setUsername, "u"},
      {"foo:/x", &Url::setPassword, "p"},
      {"mailto:x", &Url::setPathname, "y"},
  };
  for (const auto& [href, set, value] : cases) {
    CAPTURE(href);
    CAPTURE(value);
    Url changed = url(href);
    (changed.*set)(value);
    CHECK(changed.href() == href);
  }
}

TEST_CASE("a setter replaces its component and no other") {
  constexpr std::string_view kBefore = "https://u:p@x:1/a?b#c";
  struct {
    void (Url::*set)(std::string_view);
    std::string_view value, want;
  } cases[] = {
      {&Url::setProtocol, "HTTP:ignored", "http://u:p@x:1/a?b#c"},
      {&Url::setUsername, "", "https://:p@x:1/a?b#c"},
      {&Url::setUsername, "\t@", "https://%09%40:p@x:1/a?b#c"},
      {&Url::setPassword, "", "https://u@x:1/a?b#c"},
      {&Url::setHost, "Y", "https://u:p@y:1/a?b#c"},
      {&Url::setHost, "y:2", "https://u:p@y:2/a?b#c"},
      {&Url::setHost, "y:443", "https://u:p@y/a?b#c"},
      {&Url::setHost, "y:", "https://u:p@y:1/a?b#c"},
      {&Url::setHost, "y:99999", "https://u:p@y:1/a?b#c"},
      {&Url::setHost, "y/z", "https://u:p@y:1/a?b#c"},
      {&Url::setHostname, "[::0]", "https://u:p@[::]:1/a?b#c"},
      {&Url::setPort, "", "https://u:p@x/a?b#c"},
      {&Url::setPort, "443", "https://u:p@x/a?b#c"},
      {&Url::setPort, "8\t0x", "https://u:p@x:80/a?b#c"},
      {&Url::setPathname, "", "https://u:p@x:1/?b#c"},
      {&Url::setPathname, "?#", "https://u:p@x:1/%3F%23?b#c"},
      {&Url::setPathname, "\\y\\..\\z", "https://u:p@x:1/z?b#c"},
      {&Url::setSearch, "", "https://u:p@x:1/a#c"},
      {&Url::setSearch, "?", "https://u:p@x:1/a?#c"},
      {&Url::setSearch, "'#", "https://u:p@x:1/a?%27%23#c"},
      {&Url::setHash, "", "https://u:p@x:1/a?b"},
      {&Url::setHash, "##`", "https://u:p@x:1/a?b##%60"},
  };
  for (const auto& [set, value, want] : cases) {
    CAPTURE(value);
    Url changed = url(kBefore);
    (changed.*set)(value);
    CHECK(changed.href() == want);
  }
}

TEST_CASE("a path that looks like a host is told from one when there is no host") {
  Url changed = url("foo://x//y");
  CHECK(changed.pathname() == "//y");
  changed = url("foo:/.//y");
  changed.setHost("z");
  CHECK(changed.href() == "foo://z//y");
  changed = url("foo:/x");
  changed.setPathname("//y");
  CHECK(changed.href() == "foo:/.//y");
  CHECK(changed.hostname() == "");
  changed.setPathname("y");
  CHECK(changed.href() == "foo:/y");
}

TEST_CASE("a serialized query goes in as it is") {
  Url changed = url("http://x/?old#f");
  changed.setSerializedQuery("a=%7E+b");
  CHECK(changed.href() == "http://x/?a=%7E+b#f");
  changed.setSerializedQuery(std::nullopt);
  CHECK(changed.href() == "http://x/#f");
}

TEST_CASE("input that is too long is refused, not cut") {
  const std::string tooLong = "http://x/" + std::string(Url::kInputBytesMax, 'a');
  CHECK_FALSE(Url::parse(tooLong));
  Url changed = url("http://x/");
  CHECK_FALSE(changed.setHref(tooLong));
  changed.setPathname(tooLong);
  changed.setHash(tooLong);
  changed.setUsername(tooLong);
  CHECK(changed.href() == "http://x/");
  CHECK_FALSE(Url::parse("http://" + std::string(100'000, '\xC3') + "/"));
}

TEST_CASE("after any sequence of setters the serialization parses to the same URL") {
  const auto seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937 random(seed);
  auto pick = [&](const auto& list) { return list[random() % std::size(list)]; };
  constexpr std::string_view kStarts[] = {"http://x/",      "https://u:p@x:1/a/b?c#d",
                                          "foo://x/y",      "foo:/a/b",
                                          "foo:opaque ?q",  "foo://",
                                          "foo:/.//x",      "ws://[::1]:2/",
                                          "blob:http://x/", "file://h/x",
                                          "file:///C:/a"};
  // No "file", which as a new scheme reads the host "localhost" and the path "/c|" in its own way
  // when parsed again: so it is in the standard.
  constexpr std::string_view kPieces[] = {
      "a",   "B",   "/", "\\", "..", ".", "%2e", "?", "#", ":", "@",  "[",
      "]",   " ",   "%", "|",  "\t", "1", "0",   "x", "é", "💩", "ß.", "http:",
      "wss", "foo", "'", "`",  "^",  "",  "-",   "~", "{", "C", "//", "[::1]"};
  using Setter = void (Url::*)(std::string_view);
  constexpr Setter kSetters[] = {&Url::setProtocol, &Url::setUsername, &Url::setPassword,
                                 &Url::setHost,     &Url::setHostname, &Url::setPort,
                                 &Url::setPathname, &Url::setSearch,   &Url::setHash};
  for (int round = 0; round < 2'000; ++round) {
    Url changed = url(pick(kStarts));
    for (int step = 0; step < 6; ++step) {
      std::string value;
      for (auto pieces = random() % 5; pieces > 0; --pieces) value += pick(kPieces);
      (changed.*pick(kSetters))(value);
      CAPTURE(value);
      CAPTURE(changed.href());
      const auto again = Url::parse(changed.href());
      REQUIRE(again);
      REQUIRE(*again == changed);
      REQUIRE(components(*again) == components(changed));
    }
  }
}

}  // namespace lathe::web
