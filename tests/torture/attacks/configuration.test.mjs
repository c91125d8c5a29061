// Configurations of a stranger's project that would take all the time or all the memory there is.

import assert from "node:assert/strict";
import { test } from "node:test";

import { configText, project, run } from "../../e2e/lathe.mjs";

const script = `export default { fetch(request, env) { return new Response(String(Object.keys(env).length)); } };`;
const many = (count, entry) => Object.fromEntries(Array.from({ length: count }, (_, i) => entry(i)));

async function answer(t, files) {
  const cwd = project(t, { "worker.js": script, "wrangler.json": configText(), ...files });
  const result = await run(["fetch", ".", "/"], { cwd });
  assert.equal(result.signal, null, "it took too long, or was ended");
  return result;
}

test("a hundred thousand of anything are read in one go", async (t) => {
  const count = 100_000;
  const vars = many(count, (i) => [`V${i}`, `${i}`]);
  for (const config of [
    { vars },
    { vars: { nested: vars } },
    { define: many(count, (i) => [`D${i}`, `${i}`]) },
    { alias: many(count, (i) => [`a${i}`, "./worker.js"]) },
    { lathe: { v8_flags: [] }, ...many(1000, (i) => [`unknown${i}`, i]) },
    { services: Array.from({ length: 2000 }, (_, i) => ({ binding: `S${i}`, service: "worker" })) },
    { kv_namespaces: Array.from({ length: count }, (_, i) => ({ binding: `K${i}`, id: "x" })) },
    { secrets: { required: Array.from({ length: count }, (_, i) => `R${i}`) } },
  ]) {
    const { code, stderr } = await answer(t, { "wrangler.json": configText(config) });
    assert.equal(code, 0, stderr.slice(0, 2000));
  }
  const twice = `{"main": "worker.js", "compatibility_date": "2026-08-01", "vars": {${
    Array.from({ length: count }, (_, i) => `"V${i % 10}": ${i}`).join(",")}}}`;
  assert.equal((await answer(t, { "wrangler.json": twice })).stdout, "10");
  const toml = `main = "worker.js"\ncompatibility_date = "2026-08-01"\n[vars]\n${
    Array.from({ length: count }, (_, i) => `V${i} = "${i}"`).join("\n")}`;
  const { stdout } = await answer(t, { "wrangler.json": "", "wrangler.toml": toml }).then(() =>
    run(["fetch", "wrangler.toml", "/"], { cwd: project(t, { "worker.js": script, "wrangler.toml": toml }) }));
  assert.equal(stdout, String(count));
  const lines = Array.from({ length: count }, (_, i) => `V${i}="\${V${i - 1}:-x}"`).join("\n");
  for (const name of [".env", ".dev.vars"]) {
    assert.equal((await answer(t, { [name]: lines })).stdout, String(count));
  }
});

test("an expansion without bound is refused", async (t) => {
  for (const text of [
    `A0=${"x".repeat(100)}\n${Array.from({ length: 60 }, (_, i) => `A${i + 1}=$A${i}$A${i}`).join("\n")}`,
    `A0=${"x".repeat(100_000)}\n${Array.from({ length: 5000 }, (_, i) => `A${i + 1}=x$A0$A0`).join("\n")}`,
    `A=${"x".repeat(1000)}\nB=${"$A".repeat(100_000)}`,
  ]) {
    const { code, stderr } = await answer(t, { ".env": text });
    assert.equal(code, 1);
    assert.match(stderr, /\.env:\d+: the values? .* longer .* when (its|their) variables are replaced/);
  }
});

test("a .env of nothing but signs is read in one go", async (t) => {
  for (const [value, count] of [
    ["${".repeat(300_000), 1],
    ["}".repeat(600_000), 1],
    ["${A:-".repeat(200_000) + "}".repeat(200_000), 1],
    [`"${'\\"'.repeat(300_000)}"`, 1],
    [`"${'\\"'.repeat(300_000)}`, 1],
    ["$".repeat(600_000), 1],
    ["\\$".repeat(300_000), 1],
    ["'" + "\n'".repeat(100_000), 1],
  ]) {
    const { stdout, code, stderr } = await answer(t, { ".env": `A=${value}` });
    assert.equal(code, 0, stderr.slice(0, 500));
    assert.equal(stdout, String(count), value.slice(0, 20));
  }
});

test("a rule's glob with many stars is matched in one go", async (t) => {
  const name = `${"a".repeat(200)}.txt`;
  const deep = `${"a/".repeat(60)}a.txt`;
  for (const glob of [
    `${"*a".repeat(60)}b`, `${"*".repeat(60)}b`, `${"**/".repeat(60)}b`, `${"**/*a*/".repeat(20)}b`,
    `${"a*".repeat(90)}/b`, `**/${"*".repeat(50)}/${"*a".repeat(50)}b`,
  ]) {
    const { code, stderr } = await answer(t, {
      [name]: "text", [deep]: "text",
      "worker.js": `import a from "./${name}"; import b from "./${deep}"; ${script}`,
      "wrangler.json": configText({ rules: [{ type: "Data", globs: [glob], fallthrough: true }] }),
    });
    assert.equal(code, 0, stderr);
  }
});

test("what is nested without end is refused", async (t) => {
  for (const [file, text] of [
    ["wrangler.json", "[".repeat(1_000_000)],
    ["wrangler.json", '{"a":'.repeat(500_000)],
    ["wrangler.json", "/*".repeat(500_000)],
    ["wrangler.json", `{"main": "worker.js", "vars": {"a": ${"[".repeat(100_000)}${"]".repeat(100_000)}}}`],
  ]) {
    const { code } = await answer(t, { [file]: text });
    assert.equal(code, 1);
  }
  const cwd = project(t, { "worker.js": script, "wrangler.toml": `a${".a".repeat(500_000)} = 1` });
  const { code, signal } = await run(["fetch", ".", "/"], { cwd });
  assert.deepEqual({ code, signal }, { code: 1, signal: null });
});
