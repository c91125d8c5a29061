// Clients that take what there is of connections, and give nothing: they are the ones to go.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { once } from "node:events";
import { test } from "node:test";

import { binary, configText, project, ready, start } from "../../e2e/lathe.mjs";

const kDescriptors = 128;
const script = `
  export default {
    async fetch(request) {
      if (new URL(request.url).pathname === "/slow") await scheduler.wait(1500);
      return new Response("done " + (await request.text()).length);
    },
  };`;

// A server that may have few descriptors.
async function serveWithFew(t, args = []) {
  const cwd = project(t, { "worker.js": script, "wrangler.json": configText() });
  const command = `ulimit -n ${kDescriptors}; exec "$0" serve --port 0 "$@"`;
  const options = { cwd, binary: "/bin/sh" };
  return ready(start(t, ["-c", command, binary, ...args], options));
}

async function flood(t, server, count, bytes = "") {
  const sockets = [];
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  for (let i = 0; i < count; ++i) {
    const socket = connect({ port: server.port, host: "127.0.0.1" });
    socket.on("error", () => {});
    sockets.push(socket);
    await once(socket, "connect");
    if (bytes) socket.write(bytes);
  }
  return sockets;
}

for (const [name, bytes] of [
  ["silent", ""],
  ["half a request line", "GET /"],
  ["half a head", "GET / HTTP/1.1\r\nHost: localhost\r\nX: "],
  ["kept alive", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
]) {
  test(`400 connections, ${name}, leave room for a newcomer`, async (t) => {
    const server = await serveWithFew(t);
    await flood(t, server, 400, bytes);
    for (let i = 0; i < 20; ++i) assert.equal(await server.text("/"), "done 0");
  });
}

test("400 silent connections over TLS leave room for a newcomer", async (t) => {
  const server = await serveWithFew(t, ["--local-protocol", "https"]);
  await flood(t, server, 400, "\x16\x03\x01");
  const https = await import("node:https");
  const options = { port: server.port, host: "127.0.0.1", rejectUnauthorized: false, agent: false };
  for (let i = 0; i < 5; ++i) {
    const response = await new Promise((done, fail) => https.get(options, done).once("error", fail));
    assert.equal(response.statusCode, 200);
    response.destroy();
  }
});

test("a request under way is not cut off for newcomers", async (t) => {
  const server = await serveWithFew(t);
  const slow = Array.from({ length: 10 }, () => server.text("/slow"));
  await flood(t, server, 300);
  assert.equal(await server.text("/"), "done 0");
  assert.deepEqual(new Set(await Promise.all(slow)), new Set(["done 0"]));
});

test("a body of one byte a second comes to an end", { timeout: 100_000 }, async (t) => {
  const server = await serveWithFew(t);
  const socket = connect({ port: server.port, host: "127.0.0.1" });
  socket.on("error", () => {});
  socket.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n");
  const drip = setInterval(() => socket.write("x"), 1000);
  t.after(() => (clearInterval(drip), socket.destroy()));
  socket.resume();
  await once(socket, "close");
  assert.equal(await server.text("/"), "done 0");
});
