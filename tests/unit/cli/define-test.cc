#include "cli/define.h"

#include <doctest/doctest.h>

#include "cli/config-file.h"

namespace lathe::cli {

namespace {

std::string errorOf(const std::string& name, const std::string& value) {
  try {
    readDefine(name, value, "w:1:1");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("a define has a name and a value, which is JSON or another name") {
  struct {
    const char* name;
    const char* value;
  } cases[] = {
      {"MODE", R"("production")"},
      {"process.env.NODE_ENV", R"("x")"},
      {"$_a1.\u00fc", "{\"a\": [1, null]}"},
      {"DEBUG", "false"},
      {"global", "globalThis"},
      {"NOW", "Date.now"},
      {"NONE", "undefined"},
      {"import.meta.env.MODE", "1"},
  };
  for (const auto& [name, value] : cases) {
    CAPTURE(name);
    CHECK(readDefine(name, value, "w:1:1") == Define{name, value});
  }
}

TEST_CASE("what is no name cannot be defined") {
  for (const char* name : {"", "a-b", "1a", "a..b", ".a", "a.", "a b", "a[0]", "a()"}) {
    CAPTURE(name);
    CHECK(errorOf(name, "1").find("cannot be defined: it is no name") != std::string::npos);
  }
  for (const char* name : {"import.meta", "import", "import.env.MODE", "this", "this.MODE"}) {
    CHECK(errorOf(name, "1") ==
          std::string("w:1:1: not implemented in lathe: a define of ") + name);
  }
}

TEST_CASE("what is neither JSON nor a name is no value, and the quotes that are missing are told") {
  for (const char* value : {"", "two words", "1 + 1", "{a: 1}", "'a'", "f()", "3.x", "// 1"}) {
    CAPTURE(value);
    CHECK(errorOf("A", value).find("is neither JSON nor a name") != std::string::npos);
  }
  CHECK(errorOf("MODE", "in production") ==
        "w:1:1: the value of MODE, \"in production\", is neither JSON nor a name; a text needs "
        "quotes of its own, such as \"\\\"production\\\"\"");
}

}  // namespace lathe::cli
