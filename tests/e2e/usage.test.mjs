import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { project, run } from "./lathe.mjs";

const hello = `export default { fetch() { return new Response("hello"); } };`;

describe("the command line", () => {
  for (const args of [
    ["srve"],
    ["serve", "--no-such-option"],
    ["serve", "--port"],
    ["serve", "--port", "http"],
    ["serve", "--port", "70000"],
    ["serve", "--log-format", "yaml"],
    ["fetch", "/", "-H", "no colon"],
    ["test"],
    ["check", "one.json", "two.json", "three.json"],
  ]) {
    test(`refuses \`lathe ${args.join(" ")}\` with 2`, async (t) => {
      const { code, stdout, stderr } = await run(args, { cwd: project(t, hello) });
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.notEqual(stderr.trim(), "");
    });
  }

  test("proposes the command that was meant", async () => {
    assert.match((await run(["srve"])).stderr, /serve/);
  });

  test("a named configuration that is not there fails with 1 and its name", async (t) => {
    const { code, stderr } = await run(["check", "absent.jsonc"], { cwd: project(t, hello) });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /absent\.jsonc/);
  });

  test("--version names V8's too", async () => {
    const { code, stdout } = await run(["--version"]);
    assert.equal(code, 0);
    assert.match(stdout, /lathe \d+\.\d+/);
    assert.match(stdout, /V8 \d+\.\d+/i);
  });

  test("--help teaches every command", async () => {
    const { code, stdout } = await run(["--help"]);
    assert.equal(code, 0);
    for (const command of ["serve", "fetch", "check", "test"]) {
      assert.match(stdout, new RegExp(`\\b${command}\\b`));
      const help = await run([command, "--help"]);
      assert.equal(help.code, 0);
      assert.notEqual(help.stdout.trim(), "");
    }
  });
});
