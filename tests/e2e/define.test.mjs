// `define` of the configuration and `--define`: what stands for a name.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { project, run, worker } from "./lathe.mjs";

const script = `export default { fetch() {
  const local = (VERSION) => VERSION;
  return Response.json({
    VERSION, LIMITS, kind: typeof DEBUG, env: process.env.NODE_ENV, whole: process.env.APP.NAME,
    same: LIMITS === LIMITS, global: global === globalThis, now: typeof NOW(),
    property: { VERSION: "own" }.VERSION, local: local("shadowed"), text: "VERSION", pattern: /VERSION/.source,
  });
} };
export const { top } = { top: VERSION };`;

const define = {
  VERSION: '"1.2"',
  DEBUG: "false",
  LIMITS: '{"a":[1,null]}',
  "process.env.NODE_ENV": '"production"',
  "process.env": '{"APP":{"NAME":"shop"}}',
  global: "globalThis",
  NOW: "Date.now",
};

const fetched = async (cwd, ...args) => {
  const { code, stdout, stderr } = await run(["fetch", ...args], { cwd });
  assert.equal(code, 0, stderr);
  assert.equal(stderr, "");
  return JSON.parse(stdout);
};

describe("a define", () => {
  const all = {
    VERSION: "1.2", LIMITS: { a: [1, null] }, kind: "boolean", env: "production", whole: "shop", same: true,
    global: true, now: "number", property: "own", local: "shadowed", text: "VERSION", pattern: "VERSION",
  };

  test("stands for a value, and no property, local name or text is changed", async (t) => {
    const cwd = project(t, worker(script, { define }));
    assert.deepEqual(await fetched(cwd), all);
  });

  test("of the command line has more weight, and several may stand behind one --define", async (t) => {
    const cwd = project(t, { ...worker(script, { define }), "other.js": script });
    const args = ["--define", 'VERSION:"2"', "DEBUG=1", "other.js", "--define=global:globalThis"];
    assert.deepEqual(await fetched(cwd, ...args), { ...all, VERSION: "2", kind: "number" });
  });

  test("is there for a script alone, and in service-worker syntax", async (t) => {
    const cwd = project(t, { "alone.js": `addEventListener("fetch", (event) => event.respondWith(Response.json(A)));` });
    assert.equal(await fetched(cwd, "alone.js", "--define", "A:7"), 7);
  });

  test("below import.meta is replaced in every module, beside what is there anyway", async (t) => {
    const cwd = project(t, {
      ...worker(`import { other } from "./other.js";
        export default { fetch: () => Response.json([
          import.meta.env.MODE, import.meta.env.SSR, import.meta.now === Date.now, import.meta.main, other, typeof MODE,
        ]) };`, {
        define: { "import.meta.env.MODE": '"test"', "import.meta.env": '{"SSR":true}', "import.meta.now": "Date.now" },
      }),
      "other.js": "export const other = [import.meta.env.MODE, import.meta.main, import.meta.url];",
    });
    // One bundle is one module.
    const other = ["test", true, "file:///worker.js"];
    assert.deepEqual(await fetched(cwd), ["test", true, true, true, other, "undefined"]);
  });

  test("of an environment is that environment's alone, as with wrangler", async (t) => {
    const cwd = project(t, worker(`export default { fetch: () => Response.json(typeof A) };`, {
      define: { A: "1" }, env: { none: {}, own: { define: { A: '"x"' } } },
    }));
    assert.equal(await fetched(cwd), "number");
    assert.equal(await fetched(cwd, "--env", "own"), "string");
    const { stdout, stderr } = await run(["fetch", "--env", "none"], { cwd });
    assert.equal(stdout, '"undefined"');
    assert.match(stderr, /warning: wrangler\.json:\d+:\d+: "define\.A" is not inherited/);
  });

  test("that is none is told with its place", async (t) => {
    for (const [name, value, pattern] of [
      ["MODE", "in production", /wrangler\.json:6:13: the value of MODE, "in production", is neither JSON nor a name; a text needs quotes/],
      ["a-b", "1", /wrangler\.json:6:12: "a-b" cannot be defined: it is no name/],
      ["A", 1, /"define\.A" should be a text/],
    ]) {
      const cwd = project(t, worker("export default {};", { define: { [name]: value } }));
      const { code, stderr } = await run(["check"], { cwd });
      assert.equal(code, 1);
      assert.match(stderr, pattern);
    }
    const cwd = project(t, worker("export default {};"));
    const { code, stderr } = await run(["check", "--define", "MODE:two words"], { cwd });
    assert.deepEqual([code, /--define: the value of MODE/.test(stderr)], [1, true], stderr);
  });
});
