// Scripts that hold memory where V8's heap is not: the limit of the worker counts all of it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { pause, serveFiles, worker } from "../../e2e/lathe.mjs";

const kMegabyte = 1024 * 1024;
const kLimitMb = 64;

// Each statement holds a little more, or a lot; it runs until it is stopped.
const kinds = {
  "headers": "kept.push(new Headers({ a: 'x'.repeat(10_000) }));",
  "small headers": "kept.push(new Headers({ a: 'b' }));",
  "headers that grow": "(kept[0] ??= new Headers()).append('a' + i % 100, 'x'.repeat(100_000));",
  "URLs": "kept.push(new URL('https://x/' + 'y'.repeat(10_000)));",
  "small URLs": "kept.push(new URL('https://x/'));",
  "URLs that grow": "const url = new URL('https://x/'); url.hash = 'x'.repeat(100_000); kept.push(url);",
  "search parameters": "kept.push(new URLSearchParams('a=' + 'y'.repeat(10_000)));",
  "search parameters that grow": "(kept[0] ??= new URLSearchParams()).append('a', 'x'.repeat(1000));",
  "pairs of sockets": "kept.push(new WebSocketPair());",
  "messages of sockets":
    "kept[0] ??= new WebSocketPair(); if (i === 0) { kept[0][0].accept(); kept[0][1].accept(); } kept[0][0].send('x'.repeat(100_000));",
  "blobs": "kept.push(new Blob(['x'.repeat(1000)]));",
  "bodies": "kept.push(new Response('x'.repeat(3000)));",
  "requests": "kept.push(new Request('https://x/' + 'y'.repeat(1000), { method: 'POST', body: 'x'.repeat(200) }));",
  "copies of a request": "kept.push(new Request(request));",
  "types of blobs": "kept.push(new Blob([], { type: 'x'.repeat(10_000) }));",
  "calls that nobody awaits": "ctx.exports.default.fetch('https://x/' + 'y'.repeat(100_000)).catch(() => {});",
  "methods that nobody awaits": "ctx.exports.default.anything('y'.repeat(100_000)).catch(() => {});",
  "status texts": "kept.push(new Response('', { statusText: 'x'.repeat(10_000) }));",
  "ids with names": "kept.push(env.OBJECTS.idFromName(i + 'x'.repeat(10_000)));",
  "lists of records": "kept.push(await env.OBJECTS.get(env.OBJECTS.idFromName('a')).lists());",
  "timers": "if (i % 10_000 === 9_999) await scheduler.wait(0); else if (i % 1000 === 0) ctx.exports.default.fetch('https://x/timers').catch(() => {});",
  "memories of WebAssembly": "const m = new WebAssembly.Memory({ initial: 160 }); new Uint8Array(m.buffer).fill(1); kept.push(m);",
  "memories that grow":
    "const m = new WebAssembly.Memory({ initial: 1 }); m.grow(100); new Uint8Array(m.buffer).fill(1); kept.push(m);",
  "shared memories of WebAssembly":
    "const m = new WebAssembly.Memory({ initial: 160, maximum: 160, shared: true }); new Uint8Array(m.buffer).fill(1); kept.push(m);",
  "array buffers": "kept.push(new Uint8Array(100_000).fill(1));",
  "shared buffers": "kept.push(new Uint8Array(new SharedArrayBuffer(100_000)).fill(1));",
  "buffers that grow":
    "const b = new ArrayBuffer(0, { maxByteLength: 1e7 }); b.resize(1e7); new Uint8Array(b).fill(1); kept.push(b);",
  "shared buffers that grow":
    "const b = new SharedArrayBuffer(0, { maxByteLength: 1e7 }); b.grow(1e7); new Uint8Array(b).fill(1); kept.push(b);",
  "half of this and half of that":
    "kept.push(i % 2 ? new Uint8Array(10_000).fill(1) : new Array(1250).fill(0).map((_, j) => j / 3));",
};

const script = (statement) => `
  import { DurableObject } from "cloudflare:workers";
  export class Objects extends DurableObject {
    kept = [];
    lists() {
      const { kv } = this.ctx.storage;
      for (let i = 0; i < 50; ++i) kv.put("k" + i, "x".repeat(100_000));
      for (;;) this.kept.push(kv.list());
    }
  }
  export default {
    async fetch(request, env, ctx) {
      const { pathname } = new URL(request.url);
      if (pathname === "/timers") {
        for (let i = 0; i < 9_000; ++i) setTimeout(() => {}, 1e9);
        await scheduler.wait(1e9);
      }
      if (pathname !== "/go") return new Response("ok");
      const kept = (globalThis.kept ??= []);
      for (let i = 0; ; ++i) { ${statement} }
    },
  };`;

for (const [title, statement] of Object.entries(kinds)) {
  test(`memory_mb holds for ${title}`, async (t) => {
    const config = {
      limits: { cpu_ms: 20_000 },
      lathe: { memory_mb: kLimitMb },
      durable_objects: { bindings: [{ name: "OBJECTS", class_name: "Objects" }] },
      migrations: [{ tag: "v1", new_sqlite_classes: ["Objects"] }],
    };
    const server = await serveFiles(t, worker(script(statement), config), ["--ephemeral"]);
    assert.equal(await server.text("/"), "ok");
    const before = await server.residentBytes();
    let most = before;
    let answered = false;
    const answer = server.text("/go", { headers: { "x-long": "z".repeat(8_000) } }).then((text) => { answered = true; return text; });
    while (!answered) {
      most = Math.max(most, await server.residentBytes());
      await pause(5);
    }
    assert.match(await answer, /memory limit|RangeError|Out of memory|could not allocate/i);
    const growth = (most - before) / kMegabyte;
    t.diagnostic(`${Math.round(growth)} MB more at most`);
    assert.ok(growth < 3 * kLimitMb, `${Math.round(growth)} MB`);
    assert.equal(await server.text("/"), "ok");
    assert.equal(server.gone, undefined);
  });
}
