import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { configText, project, run, worker } from "./lathe.mjs";

const hello = `export default { fetch() { return new Response("hello"); } };`;

describe("lathe check", () => {
  test("is content with a good worker, and runs no handler", async (t) => {
    const script = `export default { fetch() { console.log("ran"); return new Response(); } };`;
    const { code, stderr } = await run(["check"], { cwd: project(t, script) });
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /ran/);
  });

  // Scripts that cannot be loaded: [the files, what stderr must say].
  const broken = {
    "a syntax error with its place": [
      worker("let a;\nlet let b;\n"),
      /worker\.js:2:\d+[^]*SyntaxError|SyntaxError[^]*worker\.js:2/,
    ],
    "a missing import with its importer": [
      worker(`import "./absent.js";\n${hello}`),
      /\.\/absent\.js[^]*worker\.js|worker\.js[^]*\.\/absent\.js/,
    ],
    "a missing export": [
      { ...worker(`import { b } from "./a.js";\n${hello}`), "a.js": "export let a;" },
      /a\.js[^]*\bb\b|\bb\b[^]*a\.js/,
    ],
    "an exception at the top level": [
      worker(`${hello}\n\nthrow new RangeError("at start-up");\n`),
      /RangeError: at start-up[^]*worker\.js:3/,
    ],
    "a rejected top-level await": [
      worker(`await Promise.reject(new Error("late"));\n${hello}`),
      /Error: late/,
    ],
    "a top-level await that never ends": [worker(`await new Promise(() => {});\n${hello}`), /\S/],
    "JSON that is none": [
      { ...worker(`import "./a.json";\n${hello}`), "a.json": "{ 'a': 1 }" },
      /a\.json/,
    ],
    "WebAssembly that is none": [
      { ...worker(`import "./a.wasm";\n${hello}`), "a.wasm": "not wasm" },
      /a\.wasm/,
    ],
    "a main that is not there": [
      { "wrangler.json": configText({ main: "absent.js" }) },
      /absent\.js/,
    ],
    "a main that is a folder": [
      { "wrangler.json": configText({ main: "folder" }), "folder/a.js": hello },
      /folder/,
    ],
    "a module that is not UTF-8": [
      worker(Buffer.concat([Buffer.from(hello), Buffer.from([0x2f, 0x2f, 0xff, 0xfe, 10])])),
      /UTF-8/,
    ],
  };
  for (const [name, [files, pattern]] of Object.entries(broken)) {
    test(`tells ${name}`, async (t) => {
      const { code, stderr } = await run(["check"], { cwd: project(t, files), timeoutMs: 60_000 });
      assert.equal(code, 1, stderr);
      assert.match(stderr, pattern);
    });
  }
});
