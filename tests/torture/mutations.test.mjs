// Requests, WebSocket frames, ClientHellos, stored values and configurations that are nearly right:
// ten of each kind a round. Whatever comes of each, the server answers the next request, and ends
// when it is told to, with exit code 0.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { test } from "node:test";

import { configText, project, ready, run, serve, start, worker, write } from "../e2e/lathe.mjs";
import { ask, lockOf } from "../e2e/storage-project.mjs";
import { mutate, random, seed } from "./mutation.mjs";
import { rounds } from "./rounds.mjs";

const kCount = rounds * 10;
const kAtOnce = 16;
const kPatienceMs = 20_000;

const latin1 = (text) => Buffer.from(text, "latin1");

const script = `
  export default {
    async fetch(request) {
      if (request.headers.get("upgrade") === "websocket") {
        const { 0: client, 1: server } = new WebSocketPair();
        server.accept();
        server.addEventListener("message", ({ data }) => server.send(data));
        server.addEventListener("close", ({ code }) => { try { server.close(code); } catch {} });
        return new Response(null, { status: 101, webSocket: client });
      }
      const url = new URL(request.url);
      new Request(request.url, { headers: request.headers });
      return Response.json({ url: url.href, headers: [...request.headers], body: (await request.text()).length });
    },
  };`;

// Sends `bytes` on a connection of its own and waits for its end.
function say(port, bytes) {
  return new Promise((done, fail) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const timer = setTimeout(() => fail(new Error(`LATHE_SEED=${seed}: no end after ${JSON.stringify(bytes.toString("latin1"))}`)), kPatienceMs);
    socket.on("error", () => {});
    socket.once("close", () => (clearTimeout(timer), done()));
    socket.resume().end(bytes);
  });
}

// Does `step` for each of so many, several at once.
async function forMany(count, step) {
  let left = count;
  await Promise.all(Array.from({ length: kAtOnce }, async () => {
    while (left-- > 0) await step();
  }));
}

async function assertWhole(server, about = "/") {
  const response = await server.fetch(about);
  assert.equal(response.status, 200, `LATHE_SEED=${seed}\n${server.stderr.slice(-4000)}`);
  await response.arrayBuffer();
  const { code, signal } = await server.stop();
  assert.deepEqual({ code, signal }, { code: 0, signal: null }, `LATHE_SEED=${seed}\n${server.stderr.slice(-4000)}`);
  assert.doesNotMatch(server.stderr, /cannot go on|starting anew|AddressSanitizer|runtime error:/);
}

const requests = [
  "GET / HTTP/1.1\r\nHost: localhost:8787\r\n\r\n",
  "GET /a/b?c=d&e=%41#f HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: a=b; c=d\r\nAccept: text/html, */*;q=0.1\r\n\r\n",
  "GET http://localhost/absolute HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "OPTIONS * HTTP/1.1\r\nHost: [::1]:8787\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nContent-Type: text/plain\r\n\r\nhello world",
  "PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: t\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok",
  "GET / HTTP/1.0\r\n\r\n",
  "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nHEAD /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
  "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10\r\n\r\n",
].map(latin1);
const words = [
  "Transfer-Encoding: chunked\r\n", "Content-Length: 18446744073709551616\r\n", "Content-Length: -1\r\n", "Host: b\r\n",
  "Connection: close\r\n", "\r\n\r\n", "HTTP/1.1", "HTTP/2.0", "ffffffffffffffff\r\n", "0\r\n\r\n", "Upgrade: websocket\r\n",
  "http://", "%00", "%ff%fe", "\x00", "\xc2\x9d52;c;x\xc2\x9c", "x".repeat(70_000), "X: y\r\n".repeat(3000), "://u:p@[::1%25]:99999/",
];

test(`${kCount} mutated requests`, async (t) => {
  t.diagnostic(`LATHE_SEED=${seed}`);
  const next = random();
  const server = await ready(start(t, ["dev", "--port", "0"], { cwd: project(t, script) }));
  await forMany(kCount, () => say(server.port, mutate(requests, next, words)));
  await assertWhole(server);
});

// A frame of a client.
function frame(opcode, payload, { fin = true, rsv = 0, mask = [1, 2, 3, 4] } = {}) {
  const data = Buffer.from(payload);
  const head = [(fin ? 0x80 : 0) | rsv | opcode];
  if (data.length < 126) head.push(0x80 | data.length);
  else head.push(0x80 | 126, data.length >> 8, data.length & 255);
  return Buffer.concat([Buffer.from(head), Buffer.from(mask), data.map((byte, i) => byte ^ mask[i % 4])]);
}

test(`${kCount} mutated WebSocket frames`, async (t) => {
  const { deflateRawSync, constants } = await import("node:zlib");
  const compressed = (text) => deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
  const frames = [
    [frame(1, "hello")],
    [frame(1, "Grüße 🫖")],
    [frame(2, Buffer.alloc(300, 7))],
    [frame(1, "first ", { fin: false }), frame(9, "ping"), frame(0, "second ", { fin: false }), frame(0, "third")],
    [frame(8, Buffer.concat([Buffer.from([3, 232]), Buffer.from("bye")]))],
    [frame(8, "")],
    [frame(10, "pong")],
    [frame(1, compressed("hello hello hello"), { rsv: 0x40 }), frame(1, compressed("x".repeat(5000)), { rsv: 0x40 })],
  ].map((parts) => Buffer.concat(parts));
  const lengths = ["\xff\x00\x00\x00\x00\xff\xff\xff\xff", "\xfe\xff\xff", "\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00", "\x89\xfe\x00\x7e"];
  const handshake = requests.at(-1);
  const next = random();
  const server = await serve(t, [], { cwd: project(t, script) });
  await forMany(kCount, () => {
    const all = Array.from({ length: 1 + next(3) }, () => mutate(frames, next, lengths));
    return say(server.port, Buffer.concat([handshake, ...all]));
  });
  await assertWhole(server);
});

// What TLS clients say first.
async function clientHellos() {
  const hellos = [];
  for (const options of [
    {}, { maxVersion: "TLSv1.2" }, { minVersion: "TLSv1.3" }, { servername: "localhost" },
    { ALPNProtocols: ["h2", "http/1.1"] }, { ciphers: "ECDHE-RSA-AES128-GCM-SHA256", maxVersion: "TLSv1.2" },
  ]) {
    const listener = createServer().listen(0, "127.0.0.1");
    await once(listener, "listening");
    const client = connectTls({ port: listener.address().port, host: "127.0.0.1", ...options }).on("error", () => {});
    const [socket] = await once(listener, "connection");
    const [hello] = await once(socket, "data");
    hellos.push(hello);
    client.destroy();
    socket.destroy();
    listener.close();
  }
  return hellos;
}

test(`${kCount} mutated ClientHellos`, async (t) => {
  const hellos = await clientHellos();
  const next = random();
  const server = await serve(t, ["--local-protocol", "https"], { cwd: project(t, script), env: { XDG_CACHE_HOME: project(t, {}) } });
  await forMany(kCount, () => say(server.port, mutate(hellos, next)));
  const https = await import("node:https");
  const response = await new Promise((done, fail) =>
    https.get({ port: server.port, host: "127.0.0.1", rejectUnauthorized: false, agent: false }, done).once("error", fail));
  assert.equal(response.statusCode, 200, server.stderr);
  response.destroy();
  assert.deepEqual(await server.stop(), { code: 0, signal: null }, server.stderr);
});

const storing = `
  import { DurableObject } from "cloudflare:workers";
  export class Box extends DurableObject {
    async fill() {
      const cycle = { a: [1, 2.5, -0, NaN, 2n ** 80n, "text", "Grüße \\u{1fad6}"] };
      cycle.self = cycle;
      const values = [
        null, [undefined], true, 0, -1, 1e300, "", "x".repeat(300), new Date(0), /x+/giu, new Map([[1, { a: 1 }]]), new Set(["a", 2]),
        cycle, [1, , 3], Object.assign([1], { x: 1 }), new Uint8Array([1, 2, 3]), new Float64Array(4), new DataView(new ArrayBuffer(8)),
        new ArrayBuffer(16), new Error("message", { cause: new TypeError("cause") }), new RangeError("r"), Object(1), Object("s"), Object(2n),
      ];
      for (const [i, value] of values.entries()) await this.ctx.storage.put("value-" + i, value);
    }
    async look() {
      let read = 0, unreadable = 0;
      for (const key of JSON.parse((await this.ctx.storage.get("keys")) ?? "[]")) {
        try {
          const value = await this.ctx.storage.get(key);
          structuredClone(value);
          console.log(value);
          ++read;
        } catch { ++unreadable; }
      }
      try { await this.ctx.storage.list(); } catch {}
      return { read, unreadable };
    }
  }
  export default {
    async fetch(request, env) {
      const [, action] = new URL(request.url).pathname.split("/");
      return Response.json(action ? ((await env.BOX.getByName("box")[action]()) ?? null) : "here");
    },
  };`;

test(`${kCount} mutated stored values`, async (t) => {
  const cwd = project(t, worker(storing, {
    durable_objects: { bindings: [{ name: "BOX", class_name: "Box" }] },
    migrations: [{ tag: "v1", new_sqlite_classes: ["Box"] }],
  }));
  const first = await serve(t, [], { cwd });
  await first.text("/fill");
  await first.stop();
  const lines = (await run(["storage", "dump"], { cwd })).stdout.trim().split("\n").map((line) => JSON.parse(line));
  const samples = lines.map(({ value }) => Buffer.from(value, "base64"));
  assert.equal(samples.length, 24);
  const serialized = (text) => Buffer.concat([Buffer.from([0xff, 0x0f, 0x22, text.length & 0x7f | 0x80, text.length >> 7]), latin1(text)]);

  const server = await serve(t, ["--log-level", "none"], { cwd });
  const { socket } = lockOf(cwd);
  const { uniqueKey } = (await ask(socket, "GET", "/storage/classes")).json[0];
  const target = `/storage/records?class=${encodeURIComponent(uniqueKey)}&object=${lines[0].id}`;
  const next = random();
  const base64 = (text) => Buffer.from(text).toString("base64");
  const kBatch = 100;
  for (let done = 0; done < kCount; done += kBatch) {
    const keys = Array.from({ length: kBatch }, (_, i) => `mutant-${i}`);
    const put = keys.map((key) => ({ key: base64(key), value: mutate(samples, next).toString("base64") }));
    const list = serialized(JSON.stringify(keys));
    put.push({ key: base64("keys"), value: list.toString("base64") });
    const { status, json } = await ask(socket, "PATCH", target, JSON.stringify({ put }));
    assert.equal(status, 200, JSON.stringify(json));
    const { read, unreadable } = await (await server.fetch("/look")).json();
    assert.equal(read + unreadable, kBatch, `LATHE_SEED=${seed}`);
    if (done % 1000 === 0) {
      const { code, signal, stderr } = await run(["storage", "dump"], { cwd });
      assert.deepEqual({ code, signal }, { code: 0, signal: null }, `LATHE_SEED=${seed}\n${stderr}`);
    }
  }
  await assertWhole(server);
});

const jsonc = `// A configuration
{
  "name": "worker", "main": "worker.js", "compatibility_date": "2026-08-01",
  "compatibility_flags": ["nodejs_als"], /* flags */
  "vars": { "A": "text", "B": 1.5e3, "C": [true, null, {"d": "\\u00e9\\ud83e\\uded6"}] },
  "rules": [{ "type": "Text", "globs": ["**/*.txt", "a*b"], "fallthrough": true }],
  "alias": { "x": "./worker.js" }, "define": { "MODE": "\\"test\\"", "import.meta.env.X": "1" },
  "services": [{ "binding": "SELF", "service": "worker" }],
  "durable_objects": { "bindings": [{ "name": "BOX", "class_name": "Box" }] },
  "migrations": [{ "tag": "v1", "new_sqlite_classes": ["Box"] }, { "tag": "v2", "renamed_classes": [{ "from": "Bin", "to": "Box" }] }],
  "kv_namespaces": [{ "binding": "KV", "id": "x" }], "limits": { "cpu_ms": 5000 },
  "dev": { "port": 8787, "ip": "127.0.0.1", "host": "a.example" },
  "lathe": { "body_mb": 5, "durability": "os", "trusted_hosts": ["a"], "durable_object_storage": "memory" },
  "env": { "test": { "vars": { "A": "other" } } },
}
`;
const toml = `
name = "worker"
main = "worker.js"
compatibility_date = "2026-08-01"
compatibility_flags = ["nodejs_als"]
[vars]
A = "text"
B = 1.5e3
C = [true, { d = "\\u00e9" }]
"quoted key" = '''
several
lines'''
[[rules]]
type = "Text"
globs = ["**/*.txt"]
[[durable_objects.bindings]]
name = "BOX"
class_name = "Box"
[[migrations]]
tag = "v1"
new_sqlite_classes = ["Box"]
[env.test.vars]
A = "1979-05-27T07:32:00Z"
[lathe]
durable_object_storage = "memory"
`;
const dotenv = `# comment\nexport A=1\nB="two \\"words\\"\nlines"\nC='$A \${B:-x\${A:+y}}' # more\nD: e\nF=\${A}$B\\$C\n`;
const sources = [`export class Box {}\nexport default { fetch() { return new Response("here"); } };\n`];

test(`${kCount} mutated configurations`, async (t) => {
  const next = random();
  const kinds = [
    ["wrangler.jsonc", jsonc, "wrangler.jsonc", ['"main": ', '"env": {', "[[[[", '"\\ud800"', "1e999", "null", "/*", '"lathe": {"x": 1}', '"memory": ']],
    ["wrangler.toml", toml, "wrangler.toml", ["[[", "a.b.c = ", '"""', "0x", "inf", "1979-05-27", "= {", "[vars]"]],
    ["wrangler.jsonc", dotenv, ".env", ["${", "}", ":-", ":+", "\\", '"', "'", "`", "export ", "\r", "\n"]],
  ];
  for (const [config, text, mutated, these] of kinds) {
    const cwd = project(t, { "worker.js": sources[0], [config]: config.endsWith("toml") ? toml : jsonc });
    const server = await serve(t, [config], { cwd });
    for (let i = 0; i < kCount / kinds.length; ++i) {
      const bytes = mutate([latin1(text)], next, these);
      write(cwd, { [mutated]: bytes });
      const from = server.stderr.length;
      server.signal("SIGHUP");
      await server.waitFor("stderr", /Reloaded |The worker before stays\./, from);
    }
    await assertWhole(server);
  }
});
