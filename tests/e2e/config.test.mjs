import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { project, run, worker } from "./lathe.mjs";

const hello = `export default { fetch(request, env) { return Response.json(env); } };`;

// The config begins on line 1 with "{" and `text` is its third line.
const configWith = (text) => `{\n  "name": "x", "main": "worker.js",\n  ${text}\n}\n`;

async function check(t, text, name = "wrangler.jsonc") {
  return run(["check"], { cwd: project(t, { "worker.js": hello, [name]: text }) });
}

describe("a configuration", () => {
  // Mistakes told with file, line and column, what was there and what is expected.
  const mistakes = [
    [`"compatibility_date": 20260801`, /20260801/],
    [`"compatibility_date": "yesterday"`, /yesterday/],
    [`"compatibility_date": "2026-02-30"`, /2026-02-30/],
    [`"compatibility_flags": "nodejs_compat"`, /list|array/i],
    [`"compatibility_flags": [1]`, /string|text/i],
    [`"compatibility_flags": ["nodejs_compt"]`, /nodejs_compt[^]*nodejs_compat/],
    [`"vars": 3`, /object/i],
    [`"rules": {}`, /list|array/i],
    [`"rules": [{ "type": "Txt", "globs": ["**/*.x"] }]`, /Txt[^]*Text/],
    [`"limits": { "cpu_ms": "many" }`, /number/i],
    [`"limits": { "cpu_ms": -1 }`, /-1/],
    [`"dev": { "port": 70000 }`, /70000/],
    [`"lathe": { "memory_mbs": 5 }`, /memory_mbs[^]*memory_mb/],
    [`"lathe": { "memory_mb": "much" }`, /number/i],
    [`"lathe": []`, /object/i],
    [`"lathe": { "modules": [{ "name": "a", "type": "Script", "path": "worker.js" }] }`, /Script/],
  ];
  for (const [text, pattern] of mistakes) {
    test(`with ${text} is refused with its place`, async (t) => {
      const { code, stderr } = await check(t, configWith(text));
      assert.equal(code, 1, stderr);
      assert.match(stderr, /wrangler\.jsonc:3:\d+/);
      assert.match(stderr, pattern);
    });
  }

  for (const [name, text, place] of [
    ["unfinished", `{\n  "name": "x",\n`, /wrangler\.jsonc:[23]:\d+/],
    ["no JSON", `name = "x"\n`, /wrangler\.jsonc:1:\d+/],
    ["a list", `[]\n`, /wrangler\.jsonc:1:1/],
    ["empty", ``, /wrangler\.jsonc/],
  ]) {
    test(`that is ${name} is refused with its place`, async (t) => {
      const { code, stderr } = await check(t, text);
      assert.equal(code, 1, stderr);
      assert.match(stderr, place);
    });
  }

  test("may have comments, trailing commas, a BOM and CRLF", async (t) => {
    const text = `\ufeff{\n// a comment\n"name": "x", /* another */ "main": "worker.js",\n"vars": { "A": "//no", },\n}`;
    const folder = project(t, {
      "worker.js": hello,
      "wrangler.jsonc": text.replaceAll("\n", "\r\n"),
    });
    const { code, stdout, stderr } = await run(["fetch"], { cwd: folder });
    assert.deepEqual({ code, stdout }, { code: 0, stdout: '{"A":"//no"}' }, stderr);
  });

  for (const [name, text] of [
    ["a flag we know but do not honour yet", `"compatibility_flags": ["enable_request_signal"]`],
    ["a date newer than ours", `"compatibility_date": "2099-01-01"`],
    ["a key of wrangler that we lack", `"kv_namespaces": []`],
  ]) {
    test(`with ${name} runs all the same`, async (t) => {
      const { code, stderr } = await check(t, configWith(text));
      assert.equal(code, 0, stderr);
    });
  }

  test("says once what is not supported yet", async (t) => {
    const { code, stderr } = await check(
      t,
      configWith(`"kv_namespaces": [{ "binding": "KV", "id": "a" }]`),
    );
    assert.equal(code, 0, stderr);
    assert.equal(stderr.match(/kv_namespaces/g)?.length, 1, stderr);
  });

  test("in TOML is told its mistakes in the same way", async (t) => {
    const good = `main = "worker.js"\ncompatibility_date = "2026-08-01"\n`;
    const { code, stderr } = await check(t, good, "wrangler.toml");
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    for (const [line, pattern] of [
      [`dev = { port = 70000 }`, /wrangler\.toml:3:16: "dev\.port" should be .*70000/],
      [`vars = 3`, /wrangler\.toml:3:8: "vars" should be a table; found the number 3/],
      [`name = x`, /wrangler\.toml:3:8: /],
    ]) {
      const wrong = await check(t, good + line, "wrangler.toml");
      assert.equal(wrong.code, 1, wrong.stderr);
      assert.match(wrong.stderr, pattern);
    }
  });

  test("that is nowhere is told with what to do", async (t) => {
    const { code, stderr } = await run(["serve", "--port", "0"], {
      cwd: project(t, { "a.txt": "" }),
    });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /wrangler\.jsonc?/);
  });
});

test("a service that is not loaded is told once, and throws only when it is used", async (t) => {
  const script = `export default { fetch(request, env) {
    if (request.url.endsWith("/use")) return env.SHOP.fetch(request);
    return new Response("on its own");
  } };`;
  const folder = project(t, worker(script, { services: [{ binding: "SHOP", service: "shop" }] }));
  const { code, stdout, stderr } = await run(["fetch", "/"], { cwd: folder });
  assert.deepEqual({ code, stdout }, { code: 0, stdout: "on its own" }, stderr);
  assert.match(stderr, /wrangler\.json:\d+:\d+: the service "shop" is another worker, .*using env\.SHOP throws/);
  const used = await run(["fetch", "/use"], { cwd: folder });
  assert.equal(used.code, 22);
  assert.match(used.stdout, /not implemented in lathe: binding SHOP \(the service "shop", which is not loaded\)/);
});
