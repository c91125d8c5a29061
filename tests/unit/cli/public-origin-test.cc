#include "cli/public-origin.h"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "cli/config.h"

namespace lathe::cli {
namespace {

PublicOrigin originOf(const std::string& text, const ProjectChoice& choice = {}) {
  ConfigFile file{"/project/wrangler.jsonc", "wrangler.jsonc", {}};
  file.root = parseJsonc(R"({"name": "x", "main": "a.js", )" + text + "}");
  return readConfig(file, choice).publicOrigin;
}

}  // namespace

TEST_CASE("the host of a worker is what its configuration says, as with wrangler") {
  struct {
    std::string text;
    std::string host;
    std::string scheme = "";
  } cases[] = {
      {R"("vars": {})", ""},
      {R"("dev": {"host": "shop.example"})", "shop.example"},
      {R"("dev": {"host": "https://shop.example:8080/x"})", "shop.example:8080"},
      {R"("dev": {"upstream_protocol": "https"})", "", "https"},
      {R"("routes": ["example.org/*", "example.com/*"])", "example.org"},
      {R"("routes": ["*.example.org/shop/*"])", "example.org"},
      {R"("routes": ["*example.org/*"])", "example.org"},
      {R"("routes": ["https://example.org/*"])", "example.org"},
      {R"("routes": ["*/*"])", ""},
      {R"("routes": [{"pattern": "shop.example.org/*", "zone_name": "example.org"}])",
       "shop.example.org"},
      {R"("routes": [{"pattern": "*/*", "zone_name": "example.org"}])", "example.org"},
      {R"("routes": [{"pattern": "shop.example.org", "custom_domain": true}])", "shop.example.org"},
      {R"("route": "a.example/x/*")", "a.example"},
      {R"("route": {"pattern": "a.example/*"})", "a.example"},
      {R"("routes": [])", ""},
      {R"("routes": ["example.org/*"], "dev": {"host": "shop.example"})", "shop.example"},
  };
  for (const auto& [text, host, scheme] : cases) {
    CAPTURE(text);
    CHECK(originOf(text).host == host);
    CHECK(originOf(text).scheme == scheme);
  }
  CHECK(originOf(R"("dev": {"host": "a.example"})", {.host = "b.example"}).host == "b.example");
  CHECK(originOf(R"("routes": ["a.example/*"])", {.routes = {"b.example/*"}}).host == "b.example");
  CHECK(originOf(R"("dev": {"upstream_protocol": "https"})", {.upstreamProtocol = "http"}).scheme ==
        "http");
}

TEST_CASE("a URL of one origin becomes one of another") {
  struct {
    std::string_view text;
    std::string_view want;
  } cases[] = {
      {"", ""},
      {"text/plain", "text/plain"},
      {"http://inner.example/a?b#c", "http://localhost:8787/a?b#c"},
      {"https://INNER.example", "http://localhost:8787"},
      {"http://inner.example:81/", "http://inner.example:81/"},
      {"http://other.example/?to=http://inner.example/",
       "http://other.example/?to=http://localhost:8787/"},
      {"<http://inner.example/a>; rel=x, <http://inner.example/b>",
       "<http://localhost:8787/a>; rel=x, <http://localhost:8787/b>"},
      {"ftp://inner.example/", "ftp://inner.example/"},
      {"//inner.example/", "//inner.example/"},
      {"://", "://"},
  };
  for (const auto& [text, want] : cases) {
    CAPTURE(text);
    CHECK(withOrigin(text, "http://inner.example", "http://localhost:8787") == want);
  }
}

}  // namespace lathe::cli
