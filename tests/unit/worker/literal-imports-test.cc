#include "engine/worker/literal-imports.h"

#include <doctest/doctest.h>

namespace lathe::worker {

TEST_CASE("what a text names in its calls is found") {
  using List = std::vector<std::string>;
  struct Case {
    std::string_view script;
    List found;
  };
  const Case cases[] = {
      {R"(await import("./a.js"))", {"./a.js"}},
      {"import('./a.js'); require(`./b.cjs`)", {"./a.js", "./b.cjs"}},
      {R"(import(/* why */ "./a.json", { with: { type: "json" } }))", {"./a.json"}},
      {"import (\n  // why\n  './a.js'\n)", {"./a.js"}},
      {R"(const x=cond?import("./a.js"):import("../b.js"))", {"./a.js", "../b.js"}},
      // Not known before it runs.
      {R"(import("./" + name))", {}},
      {R"(import(name))", {}},
      {"import(`./${name}.js`)", {}},
      {R"(import("./a\0.txt"))", {}},
      // No calls of these.
      {R"(import x from "./a.js")", {}},
      {R"(object.require("./a.js"); __require("./b.js"); $import("./c.js"))", {}},
      {R"(requires("./a.js"))", {}},
      // Cut off.
      {"import", {}},
      {"import(", {}},
      {"import(\"", {}},
      {"import(\"./a.js\"", {}},
      {"require(/* ", {}},
      {"", {}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.script);
    CHECK(literalImports(one.script) == one.found);
  }
}

}  // namespace lathe::worker
