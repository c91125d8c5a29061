// Modules of every kind, at old and new compatibility dates, by every way to load one. Whatever comes of it, the
// process goes on serving.
import assert from "node:assert/strict";
import { test } from "node:test";

import { configText, project, run, serve } from "./lathe.mjs";

// (module (func (export "nine") (result i32) (i32.const 43)))
const nine = Buffer.from(
  "0061736d01000000010501600001" + "7f030201000708" + "01046e696e6500000a06010400412b0b",
  "hex",
);

const files = {
  "kinds/es.js": "export default 'es module';",
  "kinds/common.cjs": "module.exports = 'common ' + require('../kinds/text.txt');",
  "kinds/json.json": '{"json": 1}',
  "kinds/text.txt": "text",
  "kinds/bytes.bin": Buffer.from([1, 2, 255]),
  "kinds/nine.wasm": nine,
  "kinds/awaits.js": "await null; export default 'awaited';",
  "kinds/missing-name.js": "import { nothing } from './es.js'; export default nothing;",
  "kinds/throws.js": "throw new RangeError('thrown by a module');",
  "kinds/throws.cjs": "throw new RangeError('thrown by a module');",
  "kinds/syntax.js": "export default 1 +;",
  "kinds/syntax.cjs": "module.exports = 1 +;",
  "kinds/broken.json": "{",
  "kinds/broken.wasm": Buffer.from("0061736d0100000001", "hex"),
  "kinds/empty.wasm": "",
  "kinds/latin1.txt": Buffer.from([0x67, 0xfc]),
  "kinds/cycle.js": "import common from './cycle.cjs'; export default common;",
  "kinds/cycle.cjs": "module.exports = require('./cycle.js');",
};

// What each gives, as the worker below tells it, or (a pattern) what the failure says.
const expected = {
  "kinds/es.js": "es module",
  "kinds/common.cjs": "common text",
  "kinds/json.json": '{"json":1}',
  "kinds/text.txt": "text",
  "kinds/bytes.bin": "bytes 1,2,255",
  "kinds/nine.wasm": "nine is 43",
  "kinds/awaits.js": "awaited",
  "node:assert": "function",
  "cloudflare:workers": "undefined",
  "kinds/missing-name.js": /does not provide an export named 'nothing'/,
  "kinds/throws.js": /thrown by a module/,
  "kinds/throws.cjs": /thrown by a module/,
  "kinds/syntax.js": /Unexpected token/,
  "kinds/syntax.cjs": /Unexpected token/,
  "kinds/broken.json": /broken\.json: SyntaxError/,
  "kinds/broken.wasm": /broken\.wasm: CompileError/,
  "kinds/empty.wasm": /empty\.wasm: CompileError/,
  "kinds/latin1.txt": /not UTF-8/,
  "kinds/cycle.js": /require\(\) of "\.\/cycle\.js" is not possible/,
  "kinds/none.js": /No such module/,
};

const tell = `
  function tell(value) {
    if (value instanceof WebAssembly.Module) {
      return "nine is " + new WebAssembly.Instance(value).exports.nine();
    }
    if (value instanceof ArrayBuffer) return "bytes " + new Uint8Array(value);
    return typeof value === "object" ? JSON.stringify(value) : typeof value === "function" ? "function" : String(value);
  }
  const failure = (error) => "failed: " + error.name + ": " + error.message;
`;

const dates = ["2021-11-03", "2023-02-20", "2025-05-31", "2025-06-01", "2026-08-01"];
// A module of Node needs its flag.
// What is loaded later has names that the script computes, which a bundler would not know.
const config = (date) =>
  configText({
    compatibility_date: date,
    compatibility_flags: ["nodejs_compat"],
    no_bundle: true,
    rules: kRules,
  });
const kRules = [{ type: "CommonJS", globs: ["**/*.cjs"] }, { type: "Text", globs: ["**/*.txt"] }];
const pathOf = (name) => (name.startsWith("kinds/") ? "./" + name : name);
const works = (name) => typeof expected[name] === "string";

function check(name, text, how) {
  if (works(name)) assert.equal(text, expected[name], `${name} ${how}`);
  else assert.match(text, expected[name], `${name} ${how}`);
}

// Everything dynamic happens in one worker: its requests say how to load what.
const dynamic = `${tell}
  import loadLater from "./require.cjs";
  const names = ${JSON.stringify(Object.keys(expected).map((name) => [name, pathOf(name)]))};
  const attempt = (load) => Promise.resolve().then(load).then(tell, failure);
  const imported = (path) => attempt(async () => (await import(path)).default);
  const required = (path) => attempt(() => {
    const value = loadLater(path);
    return value?.__esModule || value?.[Symbol.toStringTag] === "Module" ? value.default : value;
  });
  const atTop = {};
  if (AT_TOP) for (const [name, path] of names) atTop[name] = await imported(path);
  export default { async fetch(request) {
    const how = new URL(request.url).pathname.slice(1);
    if (how === "alive") return new Response("yes");
    if (how === "top") return Response.json(atTop);
    const found = {};
    for (const [name, path] of names) found[name] = await { imported, required }[how](path);
    return Response.json(found);
  } };
`;

for (const date of dates) {
  test(`modules that are imported by the script of a worker of ${date}`, async (t) => {
    const good = Object.keys(expected).filter(works);
    const script = `${tell}
      ${good.map((name, i) => `import * as m${i} from "${pathOf(name)}";`).join("\n")}
      const found = { ${good.map((name, i) => `"${name}": tell(m${i}.default)`).join(", ")} };
      export default { fetch: () => Response.json(found) };`;
    const cwd = project(t, { ...files, "worker.js": script, "wrangler.json": config(date) });
    const server = await serve(t, [], { cwd });
    const found = JSON.parse(await server.text("/"));
    for (const name of good) check(name, found[name], "by a static import");
    assert.equal((await server.stop()).code, 0);
  });

  test(`modules that are loaded later by a worker of ${date}`, async (t) => {
    for (const [how, paths] of [["in a request", ["required", "imported"]], ["at top level", ["top", "imported"]]]) {
      const script = dynamic.replace("AT_TOP", String(how === "at top level"));
      const cwd = project(t, {
        ...files,
        "worker.js": script,
        "require.cjs": "module.exports = (path) => require(path);",
        "wrangler.json": config(date),
      });
      const server = await serve(t, [], { cwd });
      for (const path of paths) {
        const found = JSON.parse(await server.text("/" + path));
        for (const name of Object.keys(expected)) {
          if (path === "required" && name === "kinds/awaits.js") {
            assert.match(found[name], /top-level await/);
          } else {
            check(name, found[name], `${path} ${how}`);
          }
        }
        assert.equal(await server.text("/alive"), "yes");
      }
      assert.equal((await server.stop()).code, 0);
    }
  });
}

test("a worker with a module that cannot be loaded says so and ends", async (t) => {
  for (const name of Object.keys(expected)) {
    if (works(name)) continue;
    for (const date of [dates[0], dates.at(-1)]) {
      const script = `import "${pathOf(name)}"; export default { fetch: () => new Response("yes") };`;
      const cwd = project(t, { ...files, "worker.js": script, "wrangler.json": config(date) });
      const { code, signal, stdout, stderr } = await run(["check"], { cwd });
      assert.deepEqual([code, signal], [1, null], `${name} at ${date}: ${stdout}${stderr}`);
      assert.match(stdout + stderr, expected[name], `${name} at ${date}`);
    }
  }
});
