import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { configText, project, serve, worker, write } from "./lathe.mjs";

const answering = (text) => `export default { fetch() { return new Response("${text}"); } };`;
const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

// Sends SIGHUP and waits until stderr matches what the reload has to say for itself, or until the
// answer is `want`.
async function reloadUntil(server, want) {
  server.signal("SIGHUP");
  const deadline = Date.now() + 10_000;
  while ((await server.text()) !== want) {
    assert.ok(Date.now() < deadline, `never answered ${want}\n${server.stderr}`);
  }
}

async function refusedReload(server, pattern) {
  const before = server.stderr.length;
  server.signal("SIGHUP");
  await server.waitFor("stderr", pattern, before);
}

describe("SIGHUP", () => {
  test("answers with the new code and keeps connections open", async (t) => {
    const folder = project(t, answering("old"));
    const server = await serve(t, [], { cwd: folder });
    const connection = (await server.connect()).send(get);
    assert.ok(await connection.receive(/old$/));

    write(folder, { "worker.js": answering("new") });
    await reloadUntil(server, "new");
    connection.send(get);
    assert.ok(await connection.receive(/new$/), connection.received);
  });

  test("reads the configuration again", async (t) => {
    const script = `export default { fetch(request, env) { return new Response(env.COLOUR); } };`;
    const folder = project(t, worker(script, { vars: { COLOUR: "red" } }));
    const server = await serve(t, [], { cwd: folder });
    assert.equal(await server.text(), "red");
    write(folder, { "wrangler.json": configText({ vars: { COLOUR: "blue" } }) });
    await reloadUntil(server, "blue");
  });

  test("lets requests in flight finish on the old code", async (t) => {
    const slow = (text) => `export default {
      async fetch(request) {
        if (new URL(request.url).pathname === "/slow") {
          console.error("waiting");
          await scheduler.wait(600);
        }
        return new Response("${text}");
      } };`;
    const folder = project(t, slow("old"));
    const server = await serve(t, [], { cwd: folder });
    const answer = server.text("/slow");
    await server.waitFor("stderr", /waiting/);
    write(folder, { "worker.js": slow("new") });
    await reloadUntil(server, "new");
    assert.equal(await answer, "old");
  });

  // What they were loaded with stays with them: an old caller never meets code that it does not know.
  test("lets requests and objects in flight reach the services of the old code", async (t) => {
    const calling = (text) => `import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
      export class Other extends WorkerEntrypoint {
        fetch() { return new Response("${text}"); }
        name() { return "${text}"; }
      }
      async function ask(env) {
        console.error("waiting");
        await scheduler.wait(600);
        return [await (await env.OTHER.fetch("http://x")).text(), await env.OTHER.name()].join();
      }
      export class Room extends DurableObject {
        ask() { return ask(this.env); }
      }
      export default {
        async fetch(request, env) {
          const { pathname } = new URL(request.url);
          if (pathname === "/") return new Response("${text}");
          return new Response(await (pathname === "/room" ? env.ROOMS.getByName("a").ask() : ask(env)));
        } };`;
    const settings = {
      name: "calling",
      services: [{ binding: "OTHER", service: "calling", entrypoint: "Other" }],
      durable_objects: { bindings: [{ name: "ROOMS", class_name: "Room" }] },
      migrations: [{ tag: "v1", new_sqlite_classes: ["Room"] }],
    };
    const folder = project(t, worker(calling("old"), settings));
    const server = await serve(t, [], { cwd: folder });
    const answers = [server.text("/request"), server.text("/room")];
    await server.waitFor("stderr", /waiting[^]*waiting/);
    write(folder, { "worker.js": calling("new") });
    await reloadUntil(server, "new");
    assert.deepEqual(await Promise.all(answers), ["old,old", "old,old"]);
    assert.equal(await server.text("/room"), "new,new");
  });

  const broken = {
    "a syntax error": [{ "worker.js": "export default {" }, /SyntaxError|worker\.js/],
    "a throwing module": [{ "worker.js": `throw new RangeError("at start-up");` }, /at start-up/],
    "a missing import": [{ "worker.js": `import "./absent.js"; ${answering("x")}` }, /absent\.js/],
    "a broken configuration": [{ "wrangler.json": `{ "name": ` }, /wrangler\.json/],
  };
  for (const [name, [files, pattern]] of Object.entries(broken)) {
    test(`keeps the old code on ${name}`, async (t) => {
      const folder = project(t, answering("old"));
      const server = await serve(t, [], { cwd: folder });
      write(folder, files);
      await refusedReload(server, pattern);
      assert.equal(await server.text(), "old");

      write(folder, worker(answering("mended")));
      await reloadUntil(server, "mended");
    });
  }

  test("loses no request while code is replaced under load", async (t) => {
    const folder = project(t, answering("same"));
    const server = await serve(t, [], { cwd: folder });
    let failures = 0;
    let running = true;
    const load = Array.from({ length: 8 }, async () => {
      while (running) if ((await server.text().catch(String)) !== "same") ++failures;
    });
    for (let i = 0; i < 20; ++i) {
      server.signal("SIGHUP");
      await server.text();
    }
    running = false;
    await Promise.all(load);
    assert.equal(failures, 0);
  });
});
