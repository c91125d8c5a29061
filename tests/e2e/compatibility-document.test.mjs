// docs/compatibility.md says what the program does.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import vm from "node:vm";

import { project, root, run } from "./lathe.mjs";

const page = readFileSync(join(root, "docs/compatibility.md"), "utf8");

// The names in backquotes of a marked section, calls and settings left out.
function names(section) {
  const [, text] = new RegExp(`<!-- ${section} -->([^]*?)<!-- end -->`).exec(page);
  return [...text.matchAll(/`(\w+)`/g)].map(([, name]) => name);
}

async function evaluate(t, expression) {
  const script = `export default { async fetch() { return Response.json(await (${expression})()); } };`;
  const { stdout, stderr } = await run(["fetch"], { cwd: project(t, script) });
  assert.ok(stdout.startsWith("["), stdout + stderr);
  return JSON.parse(stdout);
}

test("its tables are those of the code", () => {
  execFileSync(process.execPath, [join(root, "tools/compatibility-tables.mjs"), "--check"], { stdio: "pipe" });
});

test("its table of keys under lathe is that of the code", () => {
  const config = readFileSync(join(root, "cli/config.cc"), "utf8");
  const [list] = /(?<=kLatheKeys = \{)[^}]+/.exec(config);
  const known = [...list.matchAll(/"(\w+)"/g)].map(([, key]) => key);
  const documented = [...page.matchAll(/^\| `lathe\.(\w+)` \|/gm)].map(([, key]) => key);
  assert.deepEqual(documented.sort(), known.sort());
});

test("a flag that the code asks for is one that it calls honoured, and the other way round", () => {
  const table = readFileSync(join(root, "engine/compatibility-flags.inc"), "utf8");
  const honoured = table
    .split(/^FLAG\(/m)
    .filter((row) => /, Follows,/.test(row))
    .map((row) => /^\w+/.exec(row)[0])
    .sort();
  const sources = readdirSync(join(root, "engine"), { recursive: true })
    .filter((path) => /\.(cc|h)$/.test(path) && !path.startsWith("compatibility."))
    .map((path) => readFileSync(join(root, "engine", path), "utf8"));
  const asked = new Set(sources.join("").match(/(?<=\bFlag::)\w+/g));
  assert.deepEqual([...asked].sort(), honoured);
});

test("a context deviates for each flag that engine/builtins/deviations.js looks at", () => {
  const read = (path) => readFileSync(join(root, "engine", path), "utf8");
  const names = Object.fromEntries(
    [...read("compatibility-flags.inc").matchAll(/^FLAG\((\w+), "(\w+)"/gm)].map(([, flag, name]) => [name, flag]),
  );
  const looked = new Set(read("builtins/deviations.js").match(/(?<=\bflags\.)\w+/g));
  const [list] = /(?<=constexpr Flag kOn\[\] = \{)[^}]+/.exec(read("worker/worker-start.cc"));
  assert.deepEqual([...looked].map((name) => names[name]).sort(), list.match(/(?<=Flag::)\w+/g).sort());
});

test("it lists every global that is not JavaScript's own, and no other", async (t) => {
  const documented = [...names("globals"), ...names("from engine/builtins/not-implemented.js")];
  const language = vm.runInNewContext("Object.getOwnPropertyNames(globalThis)");
  // A shell of V8 has these from elsewhere, or not yet.
  const ours = (name) => !language.includes(name) && !["Iterator", "WebAssembly"].includes(name);
  const found = await evaluate(t, "() => Object.getOwnPropertyNames(globalThis)");
  assert.deepEqual(documented.filter(ours).sort(), found.filter(ours).sort());
});

test("what it calls missing is there and says so on use", async (t) => {
  const missing = names("from engine/builtins/not-implemented.js");
  const answers = await evaluate(
    t,
    `async () => {
      const say = async (use) => {
        try { await use(); return "worked"; } catch (error) { return error.message; }
      };
      return Promise.all(${JSON.stringify(missing)}.map(async (name) => {
        const value = globalThis[name];
        if (typeof value === "object") return [name, await say(() => value.open("x"))];
        return [name, await say(() => /^[A-Z]/.test(name) ? new value("x") : value("http://x/"))];
      }));
    }`,
  );
  for (const [name, message] of answers) {
    assert.match(message, /^not implemented in lathe: /, name);
  }
});
