// Variables from files and from the command line, and the other options that stand for configuration.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";

import { pause, project, run, serve, start, write } from "./lathe.mjs";

const script = `export default { fetch(request, env) { return Response.json(env); } };`;

function files(more = {}, config = {}) {
  return {
    "worker.js": script,
    "wrangler.jsonc": JSON.stringify({
      name: "worker",
      main: "worker.js",
      compatibility_date: "2026-08-01",
      ...config,
    }),
    ...more,
  };
}

async function env(cwd, args = [], options = {}) {
  const { code, stdout, stderr } = await run(["fetch", "/", ...args], { cwd, ...options });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

describe("variables", () => {
  test("of --var count for more than .dev.vars, and that for more than vars", async (t) => {
    const cwd = project(
      t,
      files(
        { ".dev.vars": "A=file\nB=file\nC=file # secret\n", ".env": "D=never" },
        { vars: { A: "config", B: "config", N: 3 } },
      ),
    );
    const found = await env(cwd, ["--var", "A:line", "--var=E:a:b"]);
    assert.deepEqual(found, { A: "line", B: "file", N: 3, C: "file", E: "a:b" });
  });

  test("of an environment have files of their own", async (t) => {
    const cwd = project(
      t,
      files(
        { ".env": "A=1\nB=1\nX=${A}", ".env.staging": "B=2", ".env.staging.local": "C=3" },
        { env: { staging: {} } },
      ),
    );
    assert.deepEqual(await env(cwd), { A: "1", B: "1", X: "1" });
    const staging = { A: "1", B: "2", X: "1", C: "3" };
    assert.deepEqual(await env(cwd, ["-e", "staging"]), staging);
    assert.deepEqual(await env(cwd, [], { env: { CLOUDFLARE_ENV: "staging" } }), staging);
    write(cwd, { ".dev.vars.staging": "ONLY=this" });
    assert.deepEqual(await env(cwd, ["--env", "staging"]), { ONLY: "this" });
  });

  test("of --env-file take the place of the others", async (t) => {
    const cwd = project(t, files({ ".dev.vars": "A=1", "a.env": "B=2", "b.env": "B=3\nC=$B" }));
    const found = await env(cwd, ["--env-file", "a.env", "--env-file", "b.env"]);
    assert.deepEqual(found, { B: "3", C: "3" });
  });

  test("tell at the level debug where they are from", async (t) => {
    const cwd = project(t, files({ ".dev.vars": "\nA=1" }, { vars: { B: "2" } }));
    const quiet = await run(["fetch"], { cwd });
    assert.equal(quiet.stderr, "");
    const { stderr } = await run(["fetch", "--log-level", "debug", "--var", "C:3"], { cwd });
    assert.match(stderr, /env\.A is from \.dev\.vars:2\n/);
    assert.match(stderr, /env\.B is from wrangler\.jsonc:1:\d+\n/);
    assert.match(stderr, /env\.C is from --var\n/);
  });

  test("that are required are asked for by name", async (t) => {
    const secrets = { required: ["KEY", "GONE"] };
    const cwd = project(t, files({ ".dev.vars": "KEY=1\nOTHER=2" }, { secrets }));
    const { stdout, stderr } = await run(["fetch"], { cwd });
    assert.deepEqual(JSON.parse(stdout), { KEY: "1" });
    assert.match(stderr, /warning: .*"secrets\.required".*GONE/);
  });

  test("are read again on SIGHUP", async (t) => {
    const cwd = project(t, files({ ".dev.vars": "A=1" }));
    const server = await serve(t, [], { cwd });
    assert.equal(await server.text(), '{"A":"1"}');
    write(cwd, { ".dev.vars": "A=2" });
    server.signal("SIGHUP");
    await server.waitFor("stderr", /Reloaded/);
    assert.equal(await server.text(), '{"A":"2"}');
  });
});

describe("a script on the command line", () => {
  test("has the configuration beside or above it, with itself as main", async (t) => {
    const above = 'vars = { A = "toml" }';
    const cwd = project(t, files({ "src/deep/other.js": script, "src/wrangler.toml": above }));
    assert.deepEqual(await env(cwd, ["src/deep/other.js"]), { A: "toml" });
  });

  test("has the configuration that --config names", async (t) => {
    const cwd = project(t, {
      "worker.js": script,
      "a.json": `{ "main": "none.js", "compatibility_date": "2026-08-01", "vars": { "A": 1 } }`,
    });
    const { stdout, stderr } = await run(["fetch", "worker.js", "/", "-c", "a.json"], { cwd });
    assert.equal(stdout, '{"A":1}', stderr);
  });
});

describe("options of wrangler", () => {
  test("that mean nothing here are accepted, and those to come say not yet", async (t) => {
    const cwd = project(t, files());
    const { code, stdout, stderr } = await run(
      ["fetch", "/", "--local", "--minify", "--host", "example.com", "--test-scheduled", "--inspector-port=1"],
      { cwd },
    );
    assert.deepEqual({ code, stdout }, { code: 0, stdout: "{}" }, stderr);
    assert.match(stderr, /--test-scheduled: lathe does not have scheduled events yet\n/);
    assert.match(stderr, /--inspector-port: lathe does not have an inspector yet\n/);
  });

  for (const options of ["--remote", "-r", "--local-protocol ftp", "--var A", "--cwd nowhere"]) {
    const args = options.split(" ");
    test(`${options} is refused in one line`, async (t) => {
      const cwd = project(t, files());
      const { code, stdout, stderr } = await run(["serve", "--port", "0", ...args], { cwd });
      assert.deepEqual({ code, stdout }, { code: 2, stdout: "" });
      assert.match(stderr, /^error: [^\n]+\n$/);
    });
  }

  test("--cwd works in another folder", async (t) => {
    const config = 'main = "worker.js"\ncompatibility_date = "2026-08-01"\nvars = { A = 1 }';
    const cwd = project(t, { "sub/worker.js": script, "sub/wrangler.toml": config });
    assert.deepEqual(await env(cwd, ["--cwd", "sub"]), { A: 1 });
  });

  test("--alias and the key alias lead imports to other files", async (t) => {
    const cwd = project(
      t,
      files(
        {
          "worker.js": `import a from "package-a"; import b from "./b.js";
            export default { fetch: () => new Response(a + b) };`,
          "shims/a.js": `export default "A";`,
          "shims/b.js": `export default "B";`,
        },
        { alias: { "package-a": "./shims/a.js" } },
      ),
    );
    const { stdout, stderr } = await run(["fetch", "--alias", "./b.js:./shims/b.js"], { cwd });
    assert.equal(stdout, "AB", stderr);
  });
});

describe("a build command", () => {
  const build = (command) => files({ "in.txt": script }, { main: "out/worker.js", build: { command } });

  test("runs before the script is loaded, and its output is told", async (t) => {
    const cwd = project(t, build("mkdir -p out && cp in.txt out/worker.js && echo copied"));
    const { code, stdout, stderr } = await run(["fetch"], { cwd });
    assert.deepEqual({ code, stdout }, { code: 0, stdout: "{}" }, stderr);
    assert.match(stderr, /^\[build\] copied$/m);
  });

  test("that fails ends the command, with its place", async (t) => {
    const cwd = project(t, build("echo oh no >&2; exit 3"));
    const { code, stderr } = await run(["check"], { cwd });
    assert.equal(code, 1);
    assert.match(stderr, /^\[build\] oh no$/m);
    assert.match(stderr, /error: wrangler\.jsonc:1:\d+: the build command ".*" ended with exit code 3/);
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"]) {
    test(`goes with lathe on ${signal}`, async (t) => {
      const cwd = project(t, build("echo pid $$; exec sleep 60"));
      const checking = start(t, ["check"], { cwd });
      const [, pid] = await checking.waitFor("stderr", /\[build\] pid (\d+)/);
      // The one that was killed by this signal says so.
      assert.deepEqual(await checking.stop(signal), { code: null, signal });
      while (existsSync(`/proc/${pid}/exe`)) await pause(10);
    });
  }

  test("runs again on SIGHUP while the worker answers, which stays when it fails", async (t) => {
    const cwd = project(t, files({}, { build: { command: "true" } }));
    const server = await serve(t, [], { cwd });
    write(cwd, files({}, { build: { command: "exit 4" }, vars: { A: 1 } }));
    server.signal("SIGHUP");
    await server.waitFor("stderr", /ended with exit code 4\nThe worker before stays/);
    assert.equal(await server.text(), "{}");
    write(cwd, files({}, { build: { command: "echo mended" }, vars: { A: 1 } }));
    server.signal("SIGHUP");
    await server.waitFor("stderr", /\[build\] mended\n[^]*Reloaded/);
    assert.equal(await server.text(), '{"A":1}');
  });
});
