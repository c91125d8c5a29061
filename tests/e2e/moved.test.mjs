import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { binary, project, run, serve } from "./lathe.mjs";

const hello = `export default { fetch() { return new Response("hello"); } };`;

test("the binary and its library work from another folder", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "lathe-moved-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const moved = join(folder, "lathe");
  copyFileSync(binary, moved);
  const library = join(dirname(binary), "liblathe-v8.so");
  if (existsSync(library)) copyFileSync(library, join(folder, "liblathe-v8.so"));

  assert.equal((await run(["fetch"], { binary: moved, cwd: project(t, hello) })).stdout, "hello");
  const server = await serve(t, [], { binary: moved, cwd: project(t, hello) });
  assert.equal(await server.text(), "hello");
});
