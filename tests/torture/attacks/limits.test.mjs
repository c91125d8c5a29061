// Scripts that want all of the processor, or that it never comes back.

import assert from "node:assert/strict";
import { test } from "node:test";

import { pause, project, run, serveFiles, worker } from "../../e2e/lathe.mjs";

// Runs `body` for the path /go and answers "ok" to all others.
const attacker = (body, config, head = "") => worker(`${head}
  export default {
    async fetch(request, env, ctx) {
      if (new URL(request.url).pathname !== "/go") return new Response("ok");
      ${body}
    },
  };`, config);

const shortly = { limits: { cpu_ms: 200 } };

// Each leaves something of itself behind when it is stopped, for whoever comes next.
const swallowing = {
  "an error whose message loops":
    "const e = new Error('x'); Object.defineProperty(e, 'message', { get() { for (;;); } }); throw e;",
  "an error whose stack loops":
    "const e = new Error('x'); Object.defineProperty(e, 'stack', { get() { for (;;); } }); throw e;",
  "an error whose name loops, of a class of its own":
    "class E extends Error { get name() { for (;;); } } throw new E('x');",
  "Error.prepareStackTrace": "Error.prepareStackTrace = () => { for (;;); }; throw new Error('x');",
  "a thrown proxy":
    "throw new Proxy({}, { get() { for (;;); }, ownKeys() { for (;;); }, getPrototypeOf() { for (;;); } });",
  "a thrown object with a toString": "throw { toString() { for (;;); }, get stack() { for (;;); } };",
  "a rejection whose reason loops":
    "const e = new Error('x'); Object.defineProperty(e, 'message', { get() { for (;;); } }); Promise.reject(e); return new Response('k');",
  "many rejections whose reasons loop":
    "for (let i = 0; i < 1000; ++i) Promise.reject({ get stack() { for (;;); }, get message() { for (;;); } }); return new Response('k');",
  "a listener for rejections":
    "addEventListener('unhandledrejection', () => { for (;;); }); Promise.reject(1); return new Response('k');",
  "a microtask behind a loop": "Promise.resolve().then(() => { for (;;); }); for (;;);",
  "microtasks behind a microtask":
    "for (let i = 0; i < 100; ++i) Promise.resolve().then(() => { for (;;); }); return new Response('k');",
  "a callback of Atomics.waitAsync":
    "Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50).value.then(() => { for (;;); }); return new Response('k');",
  "a timer": "setTimeout(() => { for (;;); }, 1); await scheduler.wait(100); return new Response('k');",
  "waitUntil": "ctx.waitUntil(scheduler.wait(1).then(() => { for (;;); })); return new Response('k');",
  "an answer that is no answer": "return new Proxy({}, { get() { for (;;); }, getPrototypeOf() { for (;;); } });",
  "a thenable": "return { then() { for (;;); } };",
  "console.log": "console.log({ get [Symbol.toStringTag]() { for (;;); } }); return new Response('k');",
};

for (const [title, body] of Object.entries(swallowing)) {
  test(`a stop by the CPU limit hits nobody else: ${title}`, async (t) => {
    const server = await serveFiles(t, attacker(body, shortly), ["--ephemeral"]);
    assert.equal(await server.text("/"), "ok");
    await (await server.fetch("/go")).arrayBuffer();
    await pause(300);
    for (let i = 0; i < 5; ++i) assert.equal(await server.text("/"), "ok");
  });
}

// At the top level nobody is hit, but the start must end.
for (const [title, top] of Object.entries({
  "an error whose message loops":
    "const e = new Error('x'); Object.defineProperty(e, 'message', { get() { for (;;); } }); throw e;",
  "a syntax error whose name loops":
    "const e = new SyntaxError('x'); Object.defineProperty(e, 'name', { get() { for (;;); } }); throw e;",
  "Error.prepareStackTrace": "Error.prepareStackTrace = () => { for (;;); }; null.x;",
  "a listener for rejections": "addEventListener('unhandledrejection', () => { for (;;); }); Promise.reject(1);",
  "a microtask": "Promise.resolve().then(() => { for (;;); });",
  "a thrown proxy": "throw new Proxy({}, { get() { for (;;); }, getPrototypeOf() { for (;;); } });",
})) {
  test(`a start ends in an error, with ${title}`, async (t) => {
    const script = `${top}\nexport default { fetch() { return new Response("x"); } };`;
    const { code, stderr } = await run(["check"], { cwd: project(t, worker(script, shortly)) });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /^error: (.*\n)*/);
    assert.doesNotMatch(stderr, /V8 cannot go on|terminate called/);
  });
}

test("what a registry finalizes is under the CPU limit", async (t) => {
  const body = `
    globalThis.registry = new FinalizationRegistry(() => { for (;;); });
    for (let i = 0; i < 1e5; ++i) registry.register({}, i);
    for (let i = 0; i < 100; ++i) new Array(1e5).fill(i);
    return new Response("k");`;
  const server = await serveFiles(t, attacker(body, shortly), ["--ephemeral"]);
  await server.text("/go");
  await server.waitFor("stderr", /Worker exceeded CPU time limit/);
  for (let i = 0; i < 5; ++i) assert.equal(await server.text("/"), "ok");
});

test("what a registry finalizes is under the memory limit", async (t) => {
  const body = `
    globalThis.registry = new FinalizationRegistry(() => { const all = []; for (;;) all.push(new Array(1e4).fill(0)); });
    for (let i = 0; i < 1e5; ++i) registry.register({}, i);
    for (let i = 0; i < 100; ++i) new Array(1e5).fill(i);
    return new Response("k");`;
  const config = { limits: { cpu_ms: 20_000 }, lathe: { memory_mb: 64 } };
  const server = await serveFiles(t, attacker(body, config), ["--ephemeral"]);
  await server.text("/go");
  await server.waitFor("stderr", /Worker has exceeded memory limit/);
  assert.equal(await server.text("/"), "ok");
});

test("Atomics.wait is refused, and Atomics.waitAsync is waited for", async (t) => {
  const body = `
    const cell = new Int32Array(new SharedArrayBuffer(8));
    const said = [];
    try { Atomics.wait(cell, 0, 0, 60_000); } catch (error) { said.push(error.name + ": " + error.message); }
    said.push(await Atomics.waitAsync(cell, 0, 0, 20).value);
    setTimeout(() => Atomics.notify(cell, 1), 5);
    said.push(await Atomics.waitAsync(cell, 1, 0).value, Atomics.waitAsync(cell, 0, 1).value);
    // It is the same event that goes on.
    await scheduler.wait(1);
    return Response.json(said);`;
  const server = await serveFiles(t, attacker(body), ["--ephemeral"]);
  assert.deepEqual(JSON.parse(await server.text("/go")), [
    "TypeError: Atomics.wait cannot be called in this context", "timed-out", "ok", "not-equal",
  ]);
});

// V8 looks for a stop in none of these.
const deaf = {
  indexOf: "Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);",
  reverse: "Array.prototype.reverse.call({ length: 2 ** 53 - 1 });",
  includes: "Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);",
  lastIndexOf: "Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1);",
  copyWithin: "Array.prototype.copyWithin.call({ length: 2 ** 53 - 1 }, 1, 0);",
  "sort of a sparse list": "const list = []; list[2 ** 32 - 2] = 1; for (;;) list.sort();",
  join: "Array.prototype.join.call({ length: 2 ** 32 - 2 }, '');",
};

for (const [title, statement] of Object.entries(deaf)) {
  test(`a built-in function that does not stop: ${title}`, async (t) => {
    const server = await serveFiles(t, attacker(`\n${statement}\nreturn new Response('never');`, shortly), ["--ephemeral"]);
    assert.equal(await server.text("/"), "ok");
    await assert.rejects(server.text("/go"));
    await server.waitFor("stderr", /V8 cannot go on \(.*\) in the worker "worker" during GET \/go(, at worker\.js:\d+:\d+)?; starting anew/);
    // The sockets are the same.
    await server.waitFor("stderr", /Ready again on/);
    for (let i = 0; i < 3; ++i) assert.equal(await server.text("/"), "ok");
    assert.equal(server.gone, undefined);
  });
}

test("a call of oneself has a depth", async (t) => {
  const head = `
    import { WorkerEntrypoint, DurableObject } from "cloudflare:workers";
    export class Diver extends WorkerEntrypoint {
      async dive(depth) { return await this.ctx.exports.Diver.dive(depth + 1); }
      async count(left) { return left === 0 ? 0 : 1 + await this.ctx.exports.Diver.count(left - 1); }
      async fetch(request) { return this.ctx.exports.Diver.fetch(request); }
    }
    export class Deep extends DurableObject {
      async dive(depth) {
        const { COUNTERS } = this.env;
        return await COUNTERS.get(COUNTERS.idFromName(String(depth))).dive(depth + 1);
      }
    }`;
  const body = `
    const tries = [
      () => ctx.exports.Diver.count(100),
      () => ctx.exports.Diver.dive(0),
      () => ctx.exports.Diver.fetch("https://x/").then((answer) => answer.text()),
      () => env.COUNTERS.get(env.COUNTERS.idFromName("first")).dive(0),
    ];
    const said = [];
    for (const one of tries) said.push(await one().catch((error) => error.message));
    return Response.json(said);`;
  const config = {
    durable_objects: { bindings: [{ name: "COUNTERS", class_name: "Deep" }] },
    migrations: [{ tag: "v1", new_sqlite_classes: ["Deep"] }],
  };
  const server = await serveFiles(t, attacker(body, config, head), ["--ephemeral"]);
  const [counted, ...dives] = JSON.parse(await server.text("/go"));
  assert.equal(counted, 100);
  for (const said of dives) assert.match(said, /^Subrequest depth limit exceeded/);
});
