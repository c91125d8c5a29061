// The program is two files: the host, which is Node's executable, and liblathe.so, which takes it over
// (docs/contributing.md).

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { binary, project, run, worker } from "./lathe.mjs";

const hello = `export default { fetch() { return new Response("hello"); } };`;
const library = join(dirname(binary), "liblathe.so");

// What the host brings itself; a second copy in the process would mix with it.
const hosts = /\blib(ssl|crypto|z|uv|nghttp2|cares|brotli\w*|zstd|v8|node)\b/;

// Names by what `nm -D` prints: with an address or without.
function symbols(file, ...options) {
  const text = execFileSync("nm", ["-D", ...options, file], { encoding: "utf8", maxBuffer: 1 << 26 });
  return text.split("\n").map((line) => line.trim().split(/\s+/).at(-1).replace(/@.*/, ""));
}

test("no library is loaded of which the host has a copy", () => {
  const loaded = execFileSync("ldd", [binary], { encoding: "utf8" });
  assert.match(loaded, /\bliblathe\.so\b/);
  for (const line of loaded.split("\n")) assert.doesNotMatch(line, hosts);
});

test("liblathe.so shows the host nothing but where to start, and the allocator", () => {
  const shown = symbols(library, "--defined-only").filter((name) => name !== "");
  const allocator = /^(malloc|calloc|realloc|free|aligned_alloc|memalign|posix_memalign|pvalloc|valloc|malloc_usable_size)$/;
  assert.deepEqual(shown.filter((name) => !allocator.test(name)), ["__libc_start_main"]);
});

test("all that liblathe.so needs is there, also what is usually bound at its first call", async (t) => {
  const { code, stdout, stderr } = await run(["fetch"], { cwd: project(t, hello), env: { LD_BIND_NOW: "1" } });
  assert.deepEqual([code, stdout], [0, "hello"], stderr);
});

test("what Node reads from the environment is nothing to lathe", async (t) => {
  const env = { NODE_OPTIONS: "--no-such-option", NODE_PATH: "/nowhere", NODE_EXTRA_CA_CERTS: "/nowhere" };
  const { code, stdout, stderr } = await run(["fetch"], { cwd: project(t, hello), env });
  assert.deepEqual([code, stdout, stderr], [0, "hello", ""]);
});

test("the host without its library says which one is missing", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "lathe-alone-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const alone = join(folder, "lathe");
  copyFileSync(binary, alone);
  const { code, stderr } = await run(["--version"], { binary: alone });
  assert.equal(code, 127);
  assert.match(stderr, /liblathe\.so: cannot open shared object file/);
});

test("names of Unicode 17 are mapped, for which a part of the host is initialized late", async (t) => {
  const script = `export default {
    fetch: () => Response.json(["https://Bücher.example/", "https://\u{32931}20.音.ꡦ1./"].map((url) => new URL(url).host)),
  };`;
  const { stdout, stderr } = await run(["fetch"], { cwd: project(t, worker(script)) });
  assert.deepEqual(JSON.parse(stdout || stderr), ["xn--bcher-kva.example", "xn--20-9802c.xn--0w5a.xn--1-eg4e."]);
});
