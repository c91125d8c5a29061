// A script that names files: which of them it can read.

import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";

import { configText, project, run, serve, write } from "../../e2e/lathe.mjs";

const kSecret = "THE-SECRET";

// Imports what the header `name` says, by `import()` or `require()`.
const importer = `
  import { load } from "./load.cjs";
  export default {
    async fetch(request) {
      const name = JSON.parse(request.headers.get("name"));
      try {
        const found = request.headers.get("how") === "require" ? load(name) : (await import(name)).default;
        return new Response("found " + JSON.stringify(found));
      } catch (error) {
        return new Response(error.name + ": " + error.message);
      }
    },
  };`;

const files = (config) => ({
  "src/worker.js": importer.replace('import { load } from', 'import loading from').replace(
    'export default', 'const { load } = loading; export default'),
  "src/load.cjs": "exports.load = (name) => require(name);",
  "src/inside.json": '"inside"',
  "src/parts/text.txt": "a part",
  "src/.hidden/secret.json": JSON.stringify(kSecret),
  "src/node_modules/p/secret.json": JSON.stringify(kSecret),
  "beside.json": JSON.stringify(kSecret),
  "id_rsa": kSecret,
  "key.txt": kSecret,
  "wrangler.json": configText({ main: "src/worker.js", ...config }),
});

// What of these is asked for, by both ways.
async function answers(server, names) {
  const all = {};
  for (const name of names) {
    for (const how of ["import", "require"]) {
      all[`${how} ${name}`] = await server.text("/", { headers: { name: JSON.stringify(name), how } });
    }
  }
  return all;
}

const outside = (folder) => [
  "../beside.json",
  "../key.txt",
  "../id_rsa\0.txt",
  "../id_rsa\0",
  "./parts/../../beside.json",
  `../../${basename(folder)}/beside.json`,
  join(folder, "beside.json"),
  "./link.json",
  "./linked/beside.json",
  "./.hidden/secret.json",
  "./node_modules/p/secret.json",
  "/etc/hostname",
  "file:///etc/hostname",
];

const inside = ["./inside.json", "./parts/text.txt"];
for (const [title, config, additional] of [
  ["nothing is read by a name that a script has made", {}, []],
  // A bundler takes JSON into the bundle, and leaves to additional modules what has a rule.
  ["nothing but what is below base_dir is read by a name that a script has made", { find_additional_modules: true }, ["./parts/text.txt"]],
  ["nor is more without a bundler", { no_bundle: true }, inside],
]) {
  test(title, async (t) => {
    const folder = project(t, files(config));
    symlinkSync(join(folder, "beside.json"), join(folder, "src/link.json"));
    symlinkSync(folder, join(folder, "src/linked"));
    const server = await serve(t, [], { cwd: folder });
    for (const [asked, answer] of Object.entries(await answers(server, outside(folder)))) {
      assert.match(answer, /^Error: (No such module "|Dynamic require of ".*" is not supported$)/, asked);
      assert.doesNotMatch(answer, /did you mean|THE-SECRET/, asked);
    }
    for (const [asked, answer] of Object.entries(await answers(server, inside))) {
      const found = additional.some((name) => asked === `import ${name}`) ||
        (config.no_bundle && additional.some((name) => asked.endsWith(name)));
      assert.match(answer, found ? /^found "(inside|a part)"$/ : /^Error: (No such module|Dynamic require of) "/, asked);
    }
    // What is there and what is not looks alike, and neighbours are not told.
    const near = await answers(server, ["../besides.json", "./insider.json"]);
    for (const [asked, answer] of Object.entries(near)) {
      assert.match(answer, /^Error: (No such module "[^"]*"\.|Dynamic require of "[^"]*" is not supported)$/, asked);
    }
  });
}

test("what the text names is found, also above the base folder", async (t) => {
  const folder = project(t, {
    "shared/data.json": '"shared"',
    "shared/tool.js": 'export const tool = () => import("./lazy.js");',
    "shared/lazy.js": "export default 'lazy';",
    "packages/app/worker.js": `
      import data from "../../shared/data.json";
      import { tool } from "../../shared/tool.js";
      export default {
        async fetch() {
          const lazy = (await tool()).default;
          const again = (await import(/* a comment */ "../../shared/data.json", { with: { type: "json" } })).default;
          const computed = (await import(["../../shared", "lazy.js"].join("/"))).default;
          return Response.json([data, lazy, again, computed]);
        },
      };`,
    "packages/app/wrangler.json": configText(),
  });
  const server = await serve(t, [], { cwd: join(folder, "packages/app") });
  assert.deepEqual(JSON.parse(await server.text("/")), ["shared", "lazy", "shared", "lazy"]);
});

test("a name with a NUL is nobody's", async (t) => {
  const script = "export default { fetch() { return new Response('x') } }";
  for (const [config, said] of [
    [{ main: "worker.js\0.txt" }, /NUL/],
    [{ base_dir: ".\0x" }, /NUL/],
    [{ rules: [{ type: "Text", globs: ["**/*.md\0"] }] }, /NUL/],
    [{ alias: { it: "./worker.js\0.js" } }, /NUL/],
    [{ build: { command: "true", cwd: ".\0" } }, /NUL/],
    [{ lathe: { modules: [{ name: "worker.js", type: "ESModule", path: "worker.js\0" }] } }, /NUL|path/],
  ]) {
    const folder = project(t, { "worker.js": script, "wrangler.json": configText(config) });
    const { code, stderr } = await run(["check"], { cwd: folder });
    assert.equal(code, 1, JSON.stringify(config));
    assert.match(stderr, said, JSON.stringify(config));
  }
  // Where the text itself says so.
  for (const text of ['import x from "../id_rsa\\0.txt";', 'import("../id_rsa\\0.txt");']) {
    const folder = project(t, { "app/worker.js": `${text}\n${script}`, "id_rsa": kSecret });
    write(folder, { "app/wrangler.json": configText() });
    const { stdout, stderr } = await run(["check"], { cwd: join(folder, "app") });
    assert.doesNotMatch(stdout + stderr, /THE-SECRET/);
    assert.equal(dirname(folder) !== folder, true);
  }
});
