#include "cli/fetch-request.h"

#include <string>

#include <doctest/doctest.h>

#include "cli/usage-error.h"
#include "tests/unit/cli/temporary-folder.h"

namespace lathe::cli {

namespace {

constexpr std::string_view kOrigin = "http://localhost:8787";

// The request in curl's look, without the headers that are always the same.
std::string shown(const RequestDescription& description) {
  FetchRequest request = makeRequest(description, kOrigin);
  auto& message = request.head.message;
  std::string text = std::string(message.method_string()) + " " + std::string(message.target());
  for (const auto& field : message) {
    if (field.name_string() == "User-Agent" || field.name_string() == "Accept") continue;
    text += "|" + std::string(field.name_string()) + ": " + std::string(field.value());
  }
  if (request.body) text += "|" + request.body->read().takeOutcome().take();
  return text;
}

}  // namespace

TEST_CASE("a description becomes a request") {
  struct {
    RequestDescription description;
    std::string want;
  } cases[] = {
      {{}, "GET /|Host: localhost:8787"},
      {{"/a b?c=ü#d", "", {}, {}}, "GET /a%20b?c=%C3%BC|Host: localhost:8787"},
      {{"//a/b", "", {}, {}}, "GET //a/b|Host: localhost:8787"},
      {{"http://x.example:80/a#b", "", {}, {}}, "GET http://x.example/a|Host: x.example"},
      {{"https://x.example:81", "", {}, {}}, "GET https://x.example:81/|Host: x.example:81"},
      {{"/", "PATCH", {}, {}}, "PATCH /|Host: localhost:8787"},
      {{"/", "", {}, {"a=1", "b=2"}},
       "POST /|Host: localhost:8787|Content-Type: application/x-www-form-urlencoded|"
       "Content-Length: 7|a=1&b=2"},
      {{"/", "PUT", {"content-type: a/b"}, {"x"}},
       "PUT /|Host: localhost:8787|content-type: a/b|Content-Length: 1|x"},
      {{"/", "", {"X:1", "X: 2 ", "x;"}, {}}, "GET /|Host: localhost:8787|X: 1|X: 2|x: "},
      {{"/", "", {"Host: shop.example"}, {}}, "GET /|Host: shop.example"},
      {{"/", "", {"host:"}, {}}, "GET /"},
      {{"/", "", {}, {""}},
       "POST /|Host: localhost:8787|Content-Type: application/x-www-form-urlencoded|"
       "Content-Length: 0|"},
  };
  for (const auto& [description, want] : cases) CHECK(shown(description) == want);
}

TEST_CASE("data comes from a file") {
  TemporaryFolder folder;
  auto file = folder.write("data", std::string("a\0b\n", 4));
  std::string text = shown({"/", "", {}, {"@" + file.string()}});
  CHECK(text.ends_with(std::string("|a\0b\n", 5)));
  CHECK_THROWS_AS(shown({"/", "", {}, {"@" + file.string() + "x"}}), UsageError);
}

TEST_CASE("what is no request is refused") {
  RequestDescription cases[] = {
      {"http://", "", {}, {}},
      {"http://a b/", "", {}, {}},
      {"ftp://x.example/", "", {}, {}},
      {"file:///etc/passwd", "", {}, {}},
      {"/", "GET /", {}, {}},
      {"/", "", {"no colon"}, {}},
      {"/", "", {""}, {}},
      {"/", "", {": 1"}, {}},
      {"/", "", {"a b: 1"}, {}},
      {"/", "", {"a: 1\r\nb: 2"}, {}},
      {"/", "", {"a; 1"}, {}},
  };
  for (const RequestDescription& description : cases) {
    CAPTURE(description.url);
    CHECK_THROWS_AS(makeRequest(description, kOrigin), UsageError);
  }
}

TEST_CASE("a URL is told from a file") {
  for (const char* url : {"/", "/a", "//a", "http://x", "x://y"}) CHECK(looksLikeUrl(url));
  for (const char* file : {"a.js", "./a", "../a", "", "wrangler.json", "a:b"}) {
    CHECK_FALSE(looksLikeUrl(file));
  }
}

}  // namespace lathe::cli
