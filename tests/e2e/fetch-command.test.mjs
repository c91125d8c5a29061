import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { project, run, worker } from "./lathe.mjs";

const echo = `
  export default {
    async fetch(request) {
      const url = new URL(request.url);
      const status = Number(url.searchParams.get("status") ?? 200);
      if (status !== 200) return new Response("status " + status, { status });
      const type = request.headers.get("content-type");
      const text = [request.method, url.pathname, request.headers.get("x-a"), type, await request.text()].join("|");
      return new Response(text, { headers: { "x-answer": "yes" } });
    },
  };`;

describe("lathe fetch", () => {
  const table = [
    ["asks for / by default", [], "GET|/|||"],
    ["takes a path", ["/a/b"], "GET|/a/b|||"],
    ["takes a URL", ["http://example.com/c"], "GET|/c|||"],
    ["-X names the method", ["/", "-X", "DELETE"], "DELETE|/|||"],
    ["-H adds a header", ["/", "-H", "X-A: 1"], "GET|/|1||"],
    ["-d posts a form", ["/", "-d", "a=1"], "POST|/||application/x-www-form-urlencoded|a=1"],
    ["-d keeps the given type", ["/", "-d", "{}", "-H", "content-type: a/b"], "POST|/||a/b|{}"],
    [
      "-X beats the method of -d",
      ["/", "-X", "PUT", "-d", "x", "-H", "content-type: a/b"],
      "PUT|/||a/b|x",
    ],
    ["takes the configuration and then the path", ["wrangler.json", "/x"], "GET|/x|||"],
    ["takes the script and then the path", ["worker.js", "/x"], "GET|/x|||"],
  ];
  for (const [name, args, want] of table) {
    test(name, async (t) => {
      const { code, stdout, stderr } = await run(["fetch", ...args], { cwd: project(t, echo) });
      assert.deepEqual({ code, stdout }, { code: 0, stdout: want }, stderr);
    });
  }

  test("-i prints the head before the body", async (t) => {
    const { stdout } = await run(["fetch", "/", "-i"], { cwd: project(t, echo) });
    assert.match(stdout, /^HTTP\/1\.1 200 OK\r?\n/);
    assert.match(stdout, /\nx-answer: yes\r?\n/i);
    assert.match(stdout, /\r?\n\r?\nGET\|\/\|\|\|$/);
  });

  for (const [status, want] of [
    [204, 0],
    [299, 0],
    [302, 0],
    [399, 0],
    [400, 22],
    [404, 22],
    [500, 22],
    [599, 22],
  ]) {
    const script = `export default { fetch() { return new Response(${status === 204 ? "null" : '"body"'}, { status: ${status} }); } };`;
    test(`exits with ${want} for status ${status}`, async (t) => {
      const { code, stdout, stderr } = await run(["fetch"], { cwd: project(t, script) });
      assert.deepEqual(
        { code, stdout },
        { code: want, stdout: status === 204 ? "" : "body" },
        stderr,
      );
    });
  }

  test("console goes to stderr, the body alone to stdout", async (t) => {
    const script = `export default { fetch() { console.log("a log"); return new Response("body"); } };`;
    const { stdout, stderr } = await run(["fetch"], { cwd: project(t, script) });
    assert.equal(stdout, "body");
    assert.match(stderr, /a log/);
  });

  test("binary bodies pass untouched", async (t) => {
    const script = `export default { fetch() { return new Response(new Uint8Array([97, 0, 98, 10])); } };`;
    const { stdout } = await run(["fetch"], { cwd: project(t, script) });
    assert.equal(stdout, "a\0b\n");
  });

  test("an exception is a 500 that tells message and stack", async (t) => {
    const script = `export default {\n  fetch() {\n    throw new RangeError("too far");\n  },\n};`;
    const { code, stdout } = await run(["fetch"], { cwd: project(t, script) });
    assert.equal(code, 22);
    assert.match(stdout, /RangeError: too far/);
    assert.match(stdout, /worker\.js:3:11/);
  });

  test("waits for waitUntil before it ends", async (t) => {
    const script = `export default { fetch(request, env, ctx) {
      ctx.waitUntil(scheduler.wait(100).then(() => console.log("later work")));
      return new Response("early");
    } };`;
    const { stdout, stderr } = await run(["fetch"], { cwd: project(t, script) });
    assert.equal(stdout, "early");
    assert.match(stderr, /later work/);
  });

  test("vars and --env choose what the script sees", async (t) => {
    const script = `export default { fetch(request, env) { return new Response(env.WHERE); } };`;
    const config = { vars: { WHERE: "here" }, env: { far: { vars: { WHERE: "there" } } } };
    const folder = project(t, worker(script, config));
    assert.equal((await run(["fetch"], { cwd: folder })).stdout, "here");
    assert.equal((await run(["fetch", "--env", "far"], { cwd: folder })).stdout, "there");
    const unknown = await run(["fetch", "--env", "fat"], { cwd: folder });
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /fat[^]*far/);
  });
});
