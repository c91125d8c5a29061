import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { binary, project, run, serve, worker } from "./lathe.mjs";

const hello = `export default { fetch() { return new Response("hello"); } };`;

test("the binary and its library work from another folder", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "lathe-moved-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const moved = join(folder, "lathe");
  copyFileSync(binary, moved);
  const library = join(dirname(binary), "liblathe.so");
  if (existsSync(library)) copyFileSync(library, join(folder, "liblathe.so"));

  assert.equal((await run(["fetch"], { binary: moved, cwd: project(t, hello) })).stdout, "hello");
  const server = await serve(t, [], { binary: moved, cwd: project(t, hello) });
  assert.equal(await server.text(), "hello");
});

test("what is loaded later is there also when the environment has all calls bound at the start", async (t) => {
  const script = `
    import { DurableObject } from "cloudflare:workers";
    export class Room extends DurableObject { say() { return "from the room"; } }
    export default {
      async fetch(request, env) { return new Response(await env.ROOM.getByName("one").say()); },
    };`;
  const config = {
    durable_objects: { bindings: [{ name: "ROOM", class_name: "Room" }] },
    migrations: [{ tag: "v1", new_sqlite_classes: ["Room"] }],
  };
  const cwd = project(t, worker(script, config));
  const { code, stdout, stderr } = await run(["fetch"], { cwd, env: { LD_BIND_NOW: "1" } });
  assert.deepEqual([code, stdout], [0, "from the room"], stderr);
});
