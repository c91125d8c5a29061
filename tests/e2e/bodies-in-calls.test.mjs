// Requests and responses as arguments, results and exceptions of calls, with bodies that are still arriving.
import assert from "node:assert/strict";
import { test } from "node:test";

import { serveFiles, worker } from "./lathe.mjs";

const script = `
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
export class Room extends DurableObject {
  async read(request) {
    return [request.method, request.headers.get("x"), request.cf?.colo, await request.text()].join();
  }
  async later(request) { await scheduler.wait(20); return (await request.text()).length; }
  ignore() { return "ignored"; }
  give() { return new Response("from the object", { status: 201, headers: { a: "b" } }); }
  pass(response) { return response; }
  two(a, b) { return String([a === b, a.headers.get("x")]); }
  refuse(request) { throw request; }
}
export class Reader extends WorkerEntrypoint {
  read(request) { return request.text(); }
}
const ways = {
  read: (request, room) => room.read(request),
  later: (request, room) => room.later(request),
  ignore: (request, room) => room.ignore(request),
  two: (request, room) => room.two(request, request),
  give: (request, room) => room.give(),
  service: (request, room, env) => env.READER.read(request),
  pass: async (request, room) => room.pass(new Response(await request.text(), { status: 202 })),
  through: async (request, room, env) => room.pass(await env.SELF.fetch("http://x/give")),
  async used(request, room) { await request.text(); return room.read(request); },
  async twice(request, room) { await room.read(request); return request.text(); },
  async refuse(request, room) {
    const error = await room.refuse(new Request("http://x/", { headers: { x: "thrown" } })).catch((e) => e);
    return [error instanceof Request, error.headers.get("x"), error.remote].join();
  },
  stored: (request) => new WebSocketPair()[0].serializeAttachment(request),
};
export default {
  async fetch(request, env) {
    const way = ways[new URL(request.url).pathname.slice(1)];
    const room = env.ROOM.getByName("r");
    try {
      const result = await way(request, room, env);
      return result instanceof Response ? result : new Response(String(result));
    } catch (error) {
      return new Response(\`\${error.name}: \${error.message}\`);
    }
  },
};
`;

const config = {
  durable_objects: { bindings: [{ name: "ROOM", class_name: "Room" }] },
  migrations: [{ tag: "v1", new_sqlite_classes: ["Room"] }],
  services: [
    { binding: "SELF", service: "worker" },
    { binding: "READER", service: "worker", entrypoint: "Reader" },
  ],
};

// What each way answers to a body of "hello".
const expected = {
  read: "POST,y,DFW,hello",
  later: "5",
  ignore: "ignored",
  two: "true,y",
  give: "from the object",
  service: "hello",
  pass: "hello",
  through: "from the object",
  used: "TypeError: The ReadableStream has been locked to a reader.",
  twice: /^TypeError: Body has already been used/,
  refuse: "true,thrown,true",
  stored: "DataCloneError: ReadableStream can only be serialized for RPC.",
};

test("requests and responses travel with calls", async (t) => {
  const server = await serveFiles(t, worker(script, config), ["--ephemeral"]);
  const post = (path, body) =>
    server.text(`/${path}`, { method: "POST", headers: { x: "y" }, body, duplex: "half" });
  for (const [way, answer] of Object.entries(expected)) {
    const text = await post(way, "hello");
    if (typeof answer === "string") assert.equal(text, answer, way);
    else assert.match(text, answer, way);
  }
  const big = "b".repeat(300_000);
  const chunked = () => new Blob([big]).stream();
  for (const body of [() => big, chunked]) {
    assert.equal(await post("later", body()), "300000");
    assert.equal(await post("service", body()), big);
    assert.equal(await post("ignore", body()), "ignored");
  }
  assert.equal(await post("read", "again"), "POST,y,DFW,again");
});
