// A worker whose objects store all sorts of things, for the tests that look at what is stored.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";

import { configText, pause, project, run, serve } from "./lathe.mjs";

const script = `
import { DurableObject } from "cloudflare:workers";

export class Counter extends DurableObject {
  async fetch(request) {
    const { storage } = this.ctx;
    const [, action, key] = new URL(request.url).pathname.split("/");
    if (action === "fill") {
      await storage.put({ visits: 41, "a b": "text", when: new Date(0), map: new Map([[1, 2]]) });
    }
    if (action === "platform") {
      await storage.put({
        blob: new Blob(["b"], { type: "x/y" }),
        error: Object.assign(new RangeError("far"), { code: 7, headers: new Headers({ a: "b" }) }),
        exception: new DOMException("m", "AbortError"),
        request: new Request("http://a/", { headers: { x: "y" } }),
        response: new Response(null, { status: 204 }),
      });
    }
    if (action === "many") {
      for (let i = 0; i < 300; ++i) storage.put("key-" + String(i).padStart(3, "0"), i);
    }
    if (action === "increment") {
      const count = ((await storage.get("count")) ?? 0) + 1;
      await storage.put("count", count);
      return Response.json(count);
    }
    if (action === "alarm") await storage.setAlarm(Date.UTC(2100, 0, 1));
    if (action === "hang") await scheduler.wait(60_000);
    if (action === "get") return Response.json((await storage.get(key)) ?? null);
    return new Response("done");
  }
  async alarm() {
    await this.ctx.storage.put("rang", true);
  }
}

export default {
  async fetch(request, env) {
    const name = new URL(request.url).searchParams.get("name") ?? "alice";
    return env.COUNTER.getByName(name).fetch(request);
  },
};
`;

export const config = configText({
  durable_objects: { bindings: [{ name: "COUNTER", class_name: "Counter" }] },
  migrations: [{ tag: "v1", new_sqlite_classes: ["Counter"] }],
});

export const files = { "worker.js": script, "wrangler.json": config };

// A project whose server has answered `paths` and gone.
export async function filled(t, paths = ["/fill"]) {
  const cwd = project(t, files);
  const server = await serve(t, [], { cwd });
  for (const path of paths) assert.equal(await server.text(path), "done");
  await server.stop();
  return cwd;
}

// What `lathe storage ARGS…` prints, which succeeds.
export async function storage(cwd, ...args) {
  const result = await run(["storage", ...args], { cwd });
  assert.equal(result.code, 0, result.stderr);
  return result.stdout;
}

// `lathe storage ARGS…` ends with `code` and says what `pattern` matches.
export async function refused(cwd, code, pattern, ...args) {
  const result = await run(["storage", ...args], { cwd });
  assert.match(result.stderr, pattern);
  assert.equal(result.code, code);
}

// A server of a project that has answered /fill, and the folder.
export async function serving(t) {
  const cwd = project(t, files);
  const server = await serve(t, [], { cwd });
  assert.equal(await server.text("/fill"), "done");
  return { cwd, server };
}

// What the lock file of the state tells.
export const lockOf = (cwd) => JSON.parse(readFileSync(join(cwd, ".lathe/state/lock.json"), "utf8"));

// Asks the control socket; answers {status, json}.
export function ask(socketPath, method, path, body) {
  return new Promise((done, fail) => {
    const request = http.request({ socketPath, method, path, agent: false }, (response) => {
      let text = "";
      response.on("data", (piece) => (text += piece));
      response.on("end", () => done({ status: response.statusCode, json: JSON.parse(text) }));
    });
    request.once("error", fail);
    request.end(body);
  });
}

// Tries until `look` gives something true.
export async function eventually(look) {
  for (let tries = 0; tries < 200; ++tries) {
    const found = await look();
    if (found) return found;
    await pause(50);
  }
  assert.fail("it never happened");
}
