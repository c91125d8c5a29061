#include "cli/modules/module-scan.h"

#include <string>

#include <doctest/doctest.h>

namespace lathe::cli {

namespace {

// All that is found, apart by blanks; what `require` is called with has an R in front.
std::string found(std::string_view source) {
  std::string all;
  scanImports(source, [&](std::string_view specifier, ScannedKind kind) {
    all += (all.empty() ? "" : " ") + std::string(kind == ScannedKind::require ? "R" : "");
    all += specifier;
    return true;
  });
  return all;
}

}  // namespace

TEST_CASE("what a script imports") {
  struct {
    const char* source;
    const char* want;
  } cases[] = {
      {"", ""},
      {"import 'a'", "a"},
      {"import x from \"a\";import y from 'b'", "a b"},
      {"import*as x from'a'", "a"},
      {"export { x } from \"a\"; export * from './b.js';", "a ./b.js"},
      {"import {\n  x,\n  y as from,\n} from /* here */ 'a';", "a"},
      {"await import('a'); import ( \"b\" , { with: {} })", "a b"},
      {"import(name); import(`a`)", ""},
      {"const x = require('a'), y = require (\"b\")", "Ra Rb"},
      {"[...require('a')]", "Ra"},
      {"module.require('a'); Buffer.from('b'); Array.from(\"c\"); x.import('d')", ""},
      {"requires('a'); $import('b'); _from 'c'; fromX 'd'", ""},
      {"// import 'a'\nimport 'b'", "b"},
      {"/* import 'a'\n from 'c' */ import 'b'", "b"},
      {"/** @type {import('./a').B} */\nimport 'b'", "b"},
      {"const x = \"import 'a'\", y = 'http://b'; import 'c'", "c"},
      {"const x = 'it\\'s'; import 'a'", "a"},
      {"const x = `don't`;\nimport 'a'", "a"},
      {"const x = 'unfinished\nimport 'a'", "a"},
      {"import x from 'a", ""},
      {"const x = 'a\\", ""},
      {"import x from 'a\\u0062'", ""},
      {"from", ""},
      {"/*", ""},
  };
  for (const auto& [source, want] : cases) {
    CAPTURE(source);
    CHECK(found(source) == want);
  }
}

}  // namespace lathe::cli
