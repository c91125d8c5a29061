// Bodies that are compressed on their way out, whatever they come from.
import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";

import { project, ready, serveFiles, start, worker } from "./lathe.mjs";

const script = `
  import { WorkerEntrypoint } from "cloudflare:workers";
  export class Inner extends WorkerEntrypoint {
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const bytes = await request.bytes();
      if (pathname === "/manual") {
        return new Response(bytes, { encodeBody: "manual", headers: { "content-encoding": "gzip" } });
      }
      return new Response(bytes);
    }
  }
  export default {
    async fetch(request, env) {
      const [, kind, coding] = new URL(request.url).pathname.split("/");
      const headers = { "content-encoding": coding };
      if (kind === "bytes") return new Response(await request.bytes(), { headers });
      if (kind === "arriving") return new Response(new Response(await request.blob()).body, { headers });
      const inner = await env.INNER.fetch("http://x/" + kind, { method: "POST", body: await request.bytes() });
      if (kind === "passed") return new Response(inner.body, { headers });
      return kind === "manual" && coding === "same" ? inner : new Response(inner.body, { headers });
    },
  };`;
const config = { services: [{ binding: "INNER", service: "worker", entrypoint: "Inner" }] };
const decode = { gzip: gunzipSync, br: brotliDecompressSync };

// Fetch without the decompression that fetch() does.
async function post(server, path, body) {
  const connection = await server.connect();
  connection.send(
    `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  connection.send(body.toString("latin1"));
  const received = await connection.receiveAll();
  const end = received.indexOf("\r\n\r\n") + 4;
  const head = received.slice(0, end);
  const bytes = Buffer.from(received.slice(end), "latin1");
  return { head, bytes: /transfer-encoding: chunked/i.test(head) ? joined(bytes) : bytes };
}

function joined(bytes) {
  const pieces = [];
  for (;;) {
    const end = bytes.indexOf("\r\n");
    const size = Number.parseInt(bytes.subarray(0, end).toString(), 16);
    if (!size) return Buffer.concat(pieces);
    pieces.push(bytes.subarray(end + 2, end + 2 + size));
    bytes = bytes.subarray(end + 4 + size);
  }
}

const bodies = { short: Buffer.from("some words"), long: Buffer.alloc(3_000_000, "some words ") };

for (const [name, body] of Object.entries(bodies)) {
  for (const kind of ["bytes", "arriving", "passed"]) {
    for (const coding of ["gzip", "br"]) {
      test(`a ${name} body of ${kind} as ${coding}`, async (t) => {
        const server = await serveFiles(t, worker(script, config));
        const { head, bytes } = await post(server, `/${kind}/${coding}`, body);
        assert.match(head, new RegExp(`content-encoding: ${coding}`, "i"));
        assert.deepEqual(decode[coding](bytes), body);
        if (name === "long") assert.ok(bytes.length < body.length / 100, `${bytes.length} bytes`);
      });
    }
  }
}

test("what is compressed already goes on as it is, or as something else", async (t) => {
  const server = await serveFiles(t, worker(script, config));
  const packed = gzipSync("abc");
  assert.deepEqual((await post(server, "/manual/same", packed)).bytes, packed);
  assert.deepEqual((await post(server, "/manual/gzip", packed)).bytes, packed);
  assert.equal(brotliDecompressSync((await post(server, "/manual/br", packed)).bytes).toString(), "abc");
  assert.equal((await post(server, "/manual/identity", packed)).bytes.toString(), "abc");
});


test("a page that is compressed on its way out loads again by itself under lathe dev", async (t) => {
  for (const [encodeBody, has] of [["automatic", true], ["manual", false]]) {
    const page = `export default { fetch() {
      return new Response("<p>page</p>", { encodeBody: "${encodeBody}",
        headers: { "content-type": "text/html", "content-encoding": "${has ? "gzip" : "gzip, br"}" } });
    } };`;
    const cwd = project(t, worker(page));
    const server = await ready(start(t, ["dev", "--live-reload", "--port", "0"], { cwd }));
    const connection = await server.connect();
    connection.send("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\n\r\n");
    const received = await connection.receiveAll();
    const bytes = Buffer.from(received.slice(received.indexOf("\r\n\r\n") + 4), "latin1");
    const text = has ? gunzipSync(bytes).toString() : bytes.toString();
    assert.equal(text.startsWith("<p>page</p>"), true);
    assert.equal(text.includes("<script"), has, text);
  }
});
