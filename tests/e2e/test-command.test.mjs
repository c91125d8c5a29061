import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { configText, project, run, worker } from "./lathe.mjs";

const nodeCompat = { compatibility_flags: ["nodejs_compat"] };
const mixed = `
import assert from "node:assert";
export const adds = { test() { assert.strictEqual(1 + 1, 2); } };
export const waits = { async test() { await scheduler.wait(1); } };
export const fails = {
  test() {
    assert.strictEqual(1, 2);
  },
};
export const rejects = { async test() { throw new RangeError("too far"); } };
export const noTest = { fetch() {} };
export default { test() {} };
`;

describe("lathe test", () => {
  test("prints a line for each test, the errors, and the sum; and exits with 5", async (t) => {
    const folder = project(t, worker(mixed, { name: "mixed", ...nodeCompat }));
    const { code, stdout, stderr } = await run(["test", "wrangler.json"], { cwd: folder });
    const all = stdout + stderr;
    assert.equal(code, 5, all);
    for (const line of [
      "[ PASS ] mixed",
      "[ PASS ] mixed:adds",
      "[ PASS ] mixed:waits",
      "[ FAIL ] mixed:fails",
      "[ FAIL ] mixed:rejects",
    ]) {
      assert.ok(
        all.split("\n").some((got) => got === line || got.startsWith(`${line} (`)),
        `${line} in\n${all}`,
      );
    }
    assert.doesNotMatch(all, /noTest/);
    assert.match(all, /RangeError: too far[^]*worker\.js/);
    assert.match(all, /AssertionError[^]*worker\.js:7/);
    assert.match(stdout, /3 passed, 2 failed\n$/);
  });

  test("exits with 0 when all pass", async (t) => {
    const folder = project(t, worker(`export default { test() {} };`, { name: "good" }));
    const { code, stdout } = await run(["test", "wrangler.json"], { cwd: folder });
    assert.equal(code, 0);
    assert.match(stdout, /1 passed, 0 failed\n$/);
  });

  test("takes what replaces parts of the configurations", async (t) => {
    const script = `export default { test(controller, env) { throw new Error(JSON.stringify([env, VERSION])); } };`;
    const cwd = project(t, {
      ...worker(script, { name: "a", vars: { A: "top" }, env: { far: { vars: { A: "far" } } } }),
      "b.json": configText({ name: "b", vars: { B: "b" } }),
      "my.env": "C=file\n",
    });
    const args = ["test", "wrangler.json", "b.json", "--env-file", "my.env", "--var", "D:1", "E:2", "--define", "VERSION:7"];
    const { code, stdout } = await run(args, { cwd });
    assert.equal(code, 5);
    for (const env of [`{"A":"top","C":"file","D":"1","E":"2"}`, `{"B":"b","C":"file","D":"1","E":"2"}`]) {
      assert.ok(stdout.includes(`Error: [${env},7]`), stdout);
    }
    const far = await run(["test", "wrangler.json", "--env", "far", "--define", "VERSION=0", "--cwd", "."], { cwd });
    assert.match(far.stdout, /\[\{"A":"far"\},0\]/);
    const dated = await run(["test", "wrangler.json", "--compatibility-date", "not a date"], { cwd });
    assert.equal(dated.code, 1);
    assert.match(dated.stderr, /--compatibility-date/);
  });

  test("--filter runs what matches", async (t) => {
    const folder = project(t, worker(mixed, { name: "mixed", ...nodeCompat }));
    const { code, stdout } = await run(["test", "wrangler.json", "--filter", "adds"], {
      cwd: folder,
    });
    assert.equal(code, 0);
    assert.match(stdout, /\[ PASS \] mixed:adds/);
    assert.match(stdout, /1 passed, 0 failed\n$/);
  });

  test("runs any number of configs, whose services know each other", async (t) => {
    const asking = `export default { async test(controller, env) {
      if ((await (await env.OTHER.fetch("http://x/")).text()) !== "other") throw new Error("not the other");
    } };`;
    const folder = project(t, {
      "a/wrangler.json": configText({ name: "a", services: [{ binding: "OTHER", service: "b" }] }),
      "a/worker.js": asking,
      "b/wrangler.json": configText({ name: "b" }),
      "b/worker.js": `export default { fetch() { return new Response("other"); }, test() {} };`,
    });
    const { code, stdout, stderr } = await run(["test", "a/wrangler.json", "b/wrangler.json"], {
      cwd: folder,
    });
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /2 passed, 0 failed\n$/);
  });

  test("takes flags for V8 from the configuration", async (t) => {
    const script = `export default { test() { if (typeof gc !== "function") throw new Error("no gc"); } };`;
    const folder = project(t, worker(script, { lathe: { v8_flags: ["--expose-gc"] } }));
    const { code, stdout, stderr } = await run(["test", "wrangler.json"], { cwd: folder });
    assert.equal(code, 0, stdout + stderr);
  });

  test("a module of Node's without the flag for it is refused with what to do", async (t) => {
    const { code, stderr } = await run(["test", "wrangler.json"], { cwd: project(t, mixed) });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /node:assert[^]*nodejs_compat/);
  });

  test("a test that never settles fails as hung", async (t) => {
    const folder = project(
      t,
      worker(`export default { test() { return new Promise(() => {}); } };`),
    );
    const { code, stdout, stderr } = await run(["test", "wrangler.json"], { cwd: folder });
    assert.equal(code, 5, stdout + stderr);
    assert.match(stdout + stderr, /had hung/);
  });

  test("a worker that cannot be loaded fails with 1", async (t) => {
    const { code, stderr } = await run(["test", "wrangler.json"], {
      cwd: project(t, "export default {"),
    });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /worker\.js/);
  });

  test("a service that nobody is called is refused with the nearest name", async (t) => {
    const config = { name: "shop", services: [{ binding: "X", service: "shpo" }] };
    const folder = project(t, worker(`export default { test() {} };`, config));
    const { code, stderr } = await run(["test", "wrangler.json"], { cwd: folder });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /shpo[^]*shop/);
  });
});
