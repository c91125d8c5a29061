// Soaks: what a server serves for a long time, it serves with the memory it had at first.

import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { test } from "node:test";

import { pause, project, serve, serveFiles, worker, write } from "../e2e/lathe.mjs";
import { unlessSoaking } from "./rounds.mjs";

const kMegabyte = 1024 * 1024;

// Every path leaves another kind of thing behind: nothing, objects, a timer and waitUntil work, an
// exception, a body that arrived, one that nobody reads.
const script = `
  export default {
    async fetch(request, env, context) {
      switch (new URL(request.url).pathname) {
        case "/objects":
          return Response.json(Array.from({ length: 100 }, (_, i) => ({ i, text: "item " + i })));
        case "/later":
          context.waitUntil(scheduler.wait(1));
          setTimeout(() => {}, 1);
          return new Response("later");
        case "/throw":
          throw new Error("on purpose");
        case "/echo":
          return new Response(await request.text());
        case "/signal": {
          const signal = AbortSignal.any([AbortSignal.timeout(50), new AbortController().signal]);
          return new Response(String(signal.aborted));
        }
        default:
          return new Response("hello", { headers: { "x-url": request.url } });
      }
    },
  };`;
const kinds = ["/", "/objects", "/later", "/throw", "/echo", "/unread", "/signal"];

// Sends `count` requests over eight connections.
async function send(server, agent, count) {
  let left = count;
  const body = "x".repeat(2000);
  const one = (path) =>
    new Promise((done, fail) => {
      const posts = path === "/echo" || path === "/unread";
      const options = { agent, port: server.port, path, method: posts ? "POST" : "GET" };
      const sent = request(options, (response) => response.resume().once("end", done));
      sent.once("error", fail).end(posts ? body : undefined);
    });
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (left-- > 0) await one(kinds[left % kinds.length]);
    }),
  );
}

// Resident memory once it has stopped to fall: the collector and the allocator give back late.
async function settled(server) {
  let least = Infinity;
  for (let i = 0; i < 10; ++i) {
    await pause(200);
    least = Math.min(least, await server.residentBytes());
  }
  return least;
}

const inMegabytes = (bytes) => `${(bytes / kMegabyte).toFixed(1)} MB`;

const soak = { skip: unlessSoaking };

test("a hundred thousand requests take less than 5 MB after the first ten thousand", soak, async (t) => {
  const server = await serveFiles(t, script);
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  t.after(() => agent.destroy());
  await send(server, agent, 10_000);
  const before = await settled(server);
  await send(server, agent, 90_000);
  const growth = (await settled(server)) - before;
  t.diagnostic(`${inMegabytes(before)} and ${inMegabytes(growth)} more`);
  assert.ok(growth < 5 * kMegabyte, inMegabytes(growth));
});

test("a thousand replacements of the worker take less than 10 MB", soak, async (t) => {
  const version = (number) => worker(`
    const ballast = new Array(10_000).fill(${number});
    export default { fetch() { return new Response(String(ballast.at(-1))); } };`);
  const folder = project(t, version(0));
  const server = await serve(t, [], { cwd: folder });
  const replace = async (number) => {
    write(folder, version(number));
    server.signal("SIGHUP");
    while ((await server.text()) !== String(number)) await pause(1);
  };
  // The first few find the size at which the heap's own spaces settle.
  for (let i = 1; i <= 20; ++i) await replace(i);
  const before = await settled(server);
  for (let i = 21; i <= 1020; ++i) await replace(i);
  const growth = (await settled(server)) - before;
  t.diagnostic(`${inMegabytes(before)} and ${inMegabytes(growth)} more`);
  assert.ok(growth < 10 * kMegabyte, inMegabytes(growth));
});
