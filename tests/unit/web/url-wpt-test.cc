#include <doctest/doctest.h>

#include "engine/web/url-search-params.h"
#include "engine/web/url.h"
#include "tests/unit/web/wpt-data.h"

namespace lathe::web {

namespace {

using nlohmann::json;

struct Attribute {
  const char* name;
  std::string_view (Url::*get)() const;
  void (Url::*set)(std::string_view);
};

constexpr Attribute kAttributes[] = {
    {"href", &Url::href, nullptr},
    {"protocol", &Url::protocol, &Url::setProtocol},
    {"username", &Url::username, &Url::setUsername},
    {"password", &Url::password, &Url::setPassword},
    {"host", &Url::host, &Url::setHost},
    {"hostname", &Url::hostname, &Url::setHostname},
    {"port", &Url::port, &Url::setPort},
    {"pathname", &Url::pathname, &Url::setPathname},
    {"search", &Url::search, &Url::setSearch},
    {"hash", &Url::hash, &Url::setHash},
};

// The first listed part in which `url` differs, told; empty when there is none.
std::string difference(const Url& url, const json& want) {
  for (const Attribute& attribute : kAttributes) {
    if (!want.contains(attribute.name)) continue;
    const std::string got((url.*attribute.get)());
    if (got != want[attribute.name]) {
      return std::string(attribute.name) + " is " + got + ", want " +
             want[attribute.name].dump(-1, ' ', true);
    }
  }
  if (want.contains("origin") && url.origin() != want["origin"]) return "origin is " + url.origin();
  if (want.contains("searchParams")) {
    const auto params = UrlSearchParams::parse(url.query().value_or(""));
    if (params.toString() != want["searchParams"]) return "searchParams are " + params.toString();
  }
  // A URL's serialization parses to the same URL.
  const auto again = Url::parse(url.href());
  if (!again || again->href() != url.href()) return "the serialization does not round-trip";
  for (const Attribute& attribute : kAttributes) {
    if (((*again).*attribute.get)() != (url.*attribute.get)()) {
      return std::string(attribute.name) + " differs after a round trip";
    }
  }
  return "";
}

std::optional<Url> parse(const std::string& input, const json& base) {
  if (base.is_null()) return Url::parse(input);
  const auto parsedBase = Url::parse(base.get<std::string>());
  return parsedBase ? Url::parse(input, &*parsedBase) : std::nullopt;
}

std::string parseDifference(const json& item) {
  const std::string input = item["input"];
  const auto url = parse(input, item["base"]);
  if (!item.contains("failure")) return url ? difference(*url, item) : "does not parse";
  if (url) return "parses to " + std::string(url->href());
  if (!item["base"].is_null()) return "";
  // Input that fails by itself says which bases would make a URL of it.
  const std::string relativeTo = item.value("relativeTo", "no base");
  const bool parsesWithUsual = parse(input, "http://example.com/a").has_value() ||
                               parse(input, "https://example.com/a").has_value();
  const bool parsesWithOpaque = parse(input, "about:blank").has_value();
  if (parsesWithUsual != (relativeTo != "no base")) return "wrong relative to a usual base";
  if (parsesWithOpaque != (relativeTo == "any-base")) return "wrong relative to an opaque base";
  auto other = Url::parse("https://example.com/a");
  const bool wasSet = other->setHref(input);
  if (wasSet || other->href() != "https://example.com/a") return "href can be set to it";
  return "";
}

void checkParsing(const char* file, test::WptScore::KnownFailures known) {
  test::WptScore score(std::move(known));
  for (const json& item : test::wptCases(file)) {
    const std::string name =
        item["input"].dump(-1, ' ', true) + " against " + item["base"].dump(-1, ' ', true);
    const std::string detail = parseDifference(item);
    score.record(name, detail.empty(), detail);
  }
}

}  // namespace

TEST_CASE("URLs of urltestdata.json have the listed parts, or fail") {
  checkParsing("urltestdata.json", {});
}

TEST_CASE("URLs of urltestdata-javascript-only.json have the listed parts") {
  checkParsing("urltestdata-javascript-only.json", {});
}

TEST_CASE("setters of setters_tests.json leave the listed URL") {
  test::WptScore score({});
  const json cases = test::wptCases("setters_tests.json");
  for (const auto& [attributeName, items] : cases.items()) {
    if (attributeName == "comment") continue;
    for (const json& item : items) {
      auto url = Url::parse(item["href"].get<std::string>());
      REQUIRE(url);
      const std::string value = item["new_value"];
      bool found = attributeName == "href";
      if (found) url->setHref(value);
      for (const Attribute& attribute : kAttributes) {
        if (attribute.name != attributeName || !attribute.set) continue;
        ((*url).*attribute.set)(value);
        found = true;
      }
      REQUIRE_MESSAGE(found, "no attribute ", attributeName);
      const std::string detail = difference(*url, item["expected"]);
      score.record(attributeName + " = " + item["new_value"].dump(-1, ' ', true) + " on " +
                       item["href"].dump(-1, ' ', true),
                   detail.empty(), detail);
    }
  }
}

TEST_CASE("queries and fragments are percent-encoded as percent-encoding.json says for UTF-8") {
  test::WptScore score({});
  for (const json& item : test::wptCases("percent-encoding.json")) {
    const std::string input = item["input"];
    const std::string want = item["output"]["utf-8"];
    const auto url = Url::parse("https://doesnotmatter.invalid/?" + input + "#" + input);
    REQUIRE(url);
    score.record(item["input"].dump(-1, ' ', true),
                 url->search() == "?" + want && url->hash() == "#" + want,
                 std::string(url->href()));
  }
}

}  // namespace lathe::web
