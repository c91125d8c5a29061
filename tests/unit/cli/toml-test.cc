#include "cli/toml.h"

#include <string>

#include <doctest/doctest.h>

#include "cli/config.h"
#include "cli/json-text.h"
#include "tests/unit/cli/temporary-folder.h"

namespace lathe::cli {

TEST_CASE("TOML is read into the values of JSON, in the order of the document") {
  struct {
    std::string_view toml;
    std::string_view json;
  } cases[] = {
      {"", "{}"},
      {"b = 1\na = \"x\"", R"({"b":1,"a":"x"})"},
      {"a = [1, 2.5, true, 'x']", R"({"a":[1,2.5,true,"x"]})"},
      {"[b]\nx = 1\n[a]\ny = {z = 2}", R"({"b":{"x":1},"a":{"y":{"z":2}}})"},
      {"[[k]]\nb = 1\n[[k]]\nb = 2", R"({"k":[{"b":1},{"b":2}]})"},
      {"[env.staging.vars]\nA = \"ü\"", R"({"env":{"staging":{"vars":{"A":"ü"}}}})"},
      {"a.b = 1", R"({"a":{"b":1}})"},
      {"a = 0x10\nb = 1_000\nc = 1e3", R"({"a":16,"b":1000,"c":1000})"},
      {"a = \"\"\"\none\ntwo\"\"\"", R"({"a":"one\ntwo"})"},
      {"# only a comment\r\na = 1\r\n", R"({"a":1})"},
      {"\xef\xbb\xbf"
       "a = 1",
       R"({"a":1})"},
  };
  for (const auto& [toml, json] : cases) {
    CAPTURE(toml);
    CHECK(toJson(parseToml(toml)) == json);
  }
}

TEST_CASE("what is no TOML is told with its place") {
  std::string deep = "a = 1\nb";
  for (int i = 0; i < 300; ++i) deep += ".b";
  std::string absurd = "a = 1\nb";
  for (int i = 0; i < 200'000; ++i) absurd += ".b";
  struct {
    std::string toml;
    Place place;
  } cases[] = {
      {deep + " = 1", {2, 401}},
      {absurd + " = 1", {2, 1}},
      {"name = \"x\"\nmain = worker.js\n", {2, 8}},
      {"{\n  \"name\": \"x\"\n}", {1, 1}},
      {"a = 1\na = 2", {2, 5}},
      {"a = inf", {1, 5}},
      {"a = \"no end\nb = 1", {1, 12}},
      {"a = 1\n\xef\xb9\xa0 = 2", {2, 1}},  // U+FE60
  };
  for (const auto& [toml, place] : cases) {
    CAPTURE(toml);
    try {
      parseToml(toml);
      FAIL_CHECK("no error");
    } catch (const JsoncError& error) {
      CAPTURE(std::string(error.what()));
      CHECK(error.place().line == place.line);
      CHECK(error.place().column == place.column);
      CHECK_FALSE(std::string(error.what()).empty());
    }
  }
}

TEST_CASE("a configuration in TOML is the same as in JSON, mistakes and places included") {
  TemporaryFolder folder;
  auto read = [&](std::string_view text, const std::string& environment = "") {
    return readConfig(readConfigFile(folder.write("wrangler.toml", text)),
                      {.environment = environment});
  };
  const std::string good = R"(name = "shop"
main = "src/worker.js"
compatibility_date = "2026-08-01"

[vars]
Z = "z"
A = { deep = [1, 2] }

[[kv_namespaces]]
bindng = "KV"

[env.staging]
vars = { S = true }
)";
  Config config = read(good);
  CHECK(config.name == "shop");
  CHECK(config.main.path == folder.path() / "src/worker.js");
  CHECK(config.main.writtenAt.ends_with("wrangler.toml:2:8"));
  CHECK(config.compatibility.date() == "2026-08-01");
  REQUIRE(config.bindings.size() == 2);
  CHECK(config.bindings[0].name == "Z");
  CHECK(std::get<worker::Binding::Json>(config.bindings[1].value).value == R"({"deep":[1,2]})");
  REQUIRE(config.warnings.size() == 1);
  CHECK(config.warnings[0].find("wrangler.toml:10:1: \"kv_namespaces[0].bindng\"") !=
        std::string::npos);

  config = read(good, "staging");
  CHECK(config.name == "shop-staging");
  REQUIRE(config.bindings.size() == 1);
  CHECK(std::get<worker::Binding::Json>(config.bindings[0].value).value == "true");

  CHECK_THROWS_WITH_AS(read("name = 3"),
                       doctest::Contains("wrangler.toml:1:8: \"name\" should be a text"),
                       ConfigError);
  CHECK_THROWS_WITH_AS(read("main = \"a.js\"\nvars = 3"),
                       doctest::Contains("wrangler.toml:2:8: \"vars\" should be a table"),
                       ConfigError);
  // Wrangler takes no dates either.
  for (const char* date : {"2026-08-01", "2026-08-01T10:11:12Z", "10:11:12"}) {
    CAPTURE(date);
    for (auto [before, behind] :
         {std::pair("vars = { A = ", " }"), std::pair("vars = { A = { B = [", "] } }"),
          std::pair("compatibility_date = ", "")}) {
      CAPTURE(before);
      CHECK_THROWS_WITH_AS(
          read("main = \"a.js\"\n" + (before + std::string(date)) + behind),
          doctest::Contains(
              (std::string("dates and times need quotes, such as \"") + date + "\"").c_str()),
          ConfigError);
    }
  }
  CHECK_THROWS_WITH_AS(read("name = \"x\""), doctest::Contains("such as main = \"worker.js\""),
                       ConfigError);
}

TEST_CASE("what the library takes for a mistake of its own is told like any other") {
  for (const char* text : {"[[[[a]]", "[[[a]", "a = 1\n[[[[b]]\n", "[[\x01]]"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parseToml(text), JsoncError);
  }
}

}  // namespace lathe::cli
