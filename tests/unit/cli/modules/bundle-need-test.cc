#include "cli/modules/bundle-need.h"

#include <doctest/doctest.h>

#include "tests/unit/cli/temporary-folder.h"

namespace lathe::cli {

namespace {

Config configFor(const TemporaryFolder& folder, const char* main) {
  Config config;
  config.folder = config.baseDir = folder.path();
  config.main.path = folder.path() / main;
  return config;
}

}  // namespace

TEST_CASE("plain JavaScript with relative imports is taken as it lies") {
  TemporaryFolder folder;
  folder.write("b.js", "import './a.js'; export default 1;");
  folder.write("sub/c.mjs",
               "import '../b.js'; import text from './d.txt'; import j from './j.json';");
  folder.write("sub/d.txt", "import 'package'");
  folder.write("sub/j.json", "{}");
  folder.write("old.cjs", "require('./b.js'); require('node:fs');");
  folder.write("package.ts", "");
  const char* plain[] = {
      "",
      "import './b.js'; import './sub/c.mjs'; await import('./b.js');",
      "import './old.cjs'",
      "import fs from 'node:fs'; import 'buffer'; import { env } from 'cloudflare:workers';",
      "import 'https://example.com/a.js'; import '/a.js'; import 'data:text/javascript,1'",
      "import wasm from './w.wasm?module'",
      "import './missing.js'",
      "/** @type {import('package')} */ export default 1",
  };
  for (const char* source : plain) {
    CAPTURE(source);
    folder.write("a.js", source);
    CHECK(!needsBundle(configFor(folder, "a.js")));
  }
}

TEST_CASE("what V8 does not take as it lies is bundled") {
  TemporaryFolder folder;
  folder.write("t.ts", "");
  folder.write("x.jsx", "");
  folder.write("deep.js", "export * from 'package';");
  folder.write("folder/index.js", "");
  folder.write("plain.js", "");
  const char* needing[] = {
      "import 'package'",   "export * from '@scope/package/path';",
      "import('package')",  "import './t.ts'",
      "import './t'",
      "import './t.js'",  // TypeScript's way to name t.ts
      "import './x.jsx'",   "import './plain'",
      "import './folder'",  "import './deep.js'",
      "import '#internal'", "require('./plain.js')",
  };
  for (const char* source : needing) {
    CAPTURE(source);
    folder.write("a.js", source);
    CHECK(needsBundle(configFor(folder, "a.js")));
  }
  CHECK(needsBundle(configFor(folder, "t.ts")));
  CHECK(needsBundle(configFor(folder, "missing.tsx")));
}

TEST_CASE("the configuration asks for a bundle, and against one") {
  TemporaryFolder folder;
  folder.write("a.js", "import 'left'");
  folder.write("plain.js", "");
  Config config = configFor(folder, "a.js");
  CHECK(needsBundle(config));
  config.aliases = {{"left", folder.path() / "plain.js"}};
  CHECK(!needsBundle(config));
  config.aliases = {{"left", {}, "package"}};
  CHECK(needsBundle(config));
  config.bundle.noBundle = true;
  CHECK(!needsBundle(config));

  Config plain = configFor(folder, "plain.js");
  CHECK(!needsBundle(plain));
  plain.bundle.minify = true;
  CHECK(needsBundle(plain));
  plain.bundle = {};
  plain.bundle.define = {{"A", "1"}};
  CHECK(needsBundle(plain));
  plain.modules = {{"a.js", worker::ModuleType::esModule, folder.path() / "a.js", ""}};
  CHECK(!needsBundle(plain));
  Config input = configFor(folder, "stdin.ts");
  input.main.text = "export default {}";
  CHECK(needsBundle(input));
}

}  // namespace lathe::cli
