// Durable Objects of a real server: killed under load, and ten thousand of them at once.

import assert from "node:assert/strict";
import { test } from "node:test";

import { pause, serve } from "../e2e/lathe.mjs";
import { Load, assertWhole, names, objects, writing } from "./object-load.mjs";
import { rounds, unlessSoaking } from "./rounds.mjs";

const kGigabyte = 1024 ** 3;

// ---- Killed under load ----

for (const durability of ["fsync", "os"]) {
  test(`${durability}: a server that is killed has lost nothing that it confirmed, ${rounds} times`, async (t) => {
    const folder = objects(t, writing, { lathe: { durability } });
    const confirmed = new Map();
    const sent = new Map(names.map((name) => [name, 0]));
    let confirmations = 0;
    for (let round = 0; round < rounds; ++round) {
      const server = await serve(t, [], { cwd: folder });
      // Not always: otherwise the objects would always be there before the load.
      if (round % 3) await assertWhole(server, confirmed, sent);
      const load = new Load(server);
      await pause(Math.random() * 200);
      await server.stop("SIGKILL");
      await load.end();
      for (const name of names) sent.set(name, sent.get(name) + load.sent.get(name));
      for (const [name, number] of load.confirmed) {
        assert.ok(number > (confirmed.get(name) ?? 0), `${name} began again from an older state`);
        confirmed.set(name, number);
      }
      confirmations += load.confirmations;
      assert.deepEqual(load.failures, []);
    }
    await assertWhole(await serve(t, [], { cwd: folder }), confirmed, sent);
    t.diagnostic(`${confirmations} requests were confirmed`);
    assert.ok(confirmations > 0);
  });
}

// ---- Many ----

const crowd = `
  import { DurableObject } from "cloudflare:workers";

  let made = 0;
  class Base extends DurableObject {
    constructor(ctx, env) {
      super(ctx, env);
      this.generation = ++made;
    }
    async meet(number) {
      const { storage } = this.ctx;
      if ((await storage.get("number")) === undefined) {
        await storage.put({ number, text: "x".repeat(100), list: [number, number + 1] });
        if (number % 1000 === 0) await storage.setAlarm(Date.now() + 13_000);
      }
      const [own, list] = [await storage.get("number"), await storage.get("list")];
      return own === number && list[1] === number + 1;
    }
    async rang() {
      return await this.ctx.storage.get("rang");
    }
    async alarm() {
      await this.ctx.storage.put("rang", this.ctx.id.name);
    }
  }
  export class Sync extends Base {}
  export class Cached extends Base {}

  const find = (env, number) => env[number % 2 ? "SYNC" : "CACHED"].getByName("number " + number);
  export default {
    async fetch(request, env) {
      const url = new URL(request.url);
      const from = Number(url.searchParams.get("from"));
      const numbers = Array.from({ length: 100 }, (_, i) => from + i);
      if (url.pathname === "/rang") return Response.json(await find(env, from).rang() ?? null);
      const right = await Promise.all(numbers.map((number) => find(env, number).meet(number)));
      return Response.json({ right: right.filter(Boolean).length, made });
    },
  };`;

const kMany = 10_000;
const kIdleMs = 10_000;

// Answers how many instances there have been until now.
async function meetAll(server) {
  let made = 0;
  const hundreds = Array.from({ length: kMany / 100 }, (_, i) => i * 100);
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let from = hundreds.shift(); from !== undefined; from = hundreds.shift()) {
        const answer = JSON.parse(await server.text(`/meet?from=${from}`));
        assert.equal(answer.right, 100);
        made = Math.max(made, answer.made);
      }
    }),
  );
  return made;
}

test("ten thousand objects live within a gigabyte, go when they are idle, and come back", async (t) => {
  const server = await serve(t, [], { cwd: objects(t, crowd) });
  const begin = Date.now();
  assert.ok((await meetAll(server)) >= kMany);
  const made = await meetAll(server);
  // Unless the machine is so slow that some have gone meanwhile, they all still live.
  const quick = Date.now() - begin < kIdleMs - 1000;
  if (quick) assert.equal(made, kMany);
  const bytes = await server.residentBytes();
  t.diagnostic(`${(bytes / 1024 ** 2).toFixed(0)} MB, after ${Date.now() - begin} ms`);
  assert.ok(bytes < kGigabyte, `${bytes} bytes`);

  // AL-10: alarms wake those that have gone, and they know their names.
  let rang;
  do {
    await pause(500);
    rang = JSON.parse(await server.text(`/rang?from=0`));
  } while (rang === null && Date.now() - begin < 60_000);
  for (let number = 0; number < kMany; number += 1000) {
    do rang = JSON.parse(await server.text(`/rang?from=${number}`));
    while (rang === null && (await pause(50), Date.now() - begin < 60_000));
    assert.equal(rang, `number ${number}`);
  }
  const revived = await meetAll(server);
  if (quick) assert.ok(revived > 2 * kMany - 100, `${revived} instances`);
});

// ---- Alarms that take minutes ----

const failing = `
  import { DurableObject } from "cloudflare:workers";

  const runs = [];
  class Base extends DurableObject {
    async fetch(request) {
      if (request.method === "POST") await this.ctx.storage.setAlarm(Date.now());
      return Response.json({ runs, alarm: await this.ctx.storage.getAlarm() });
    }
    async alarm({ retryCount, isRetry }) {
      runs.push({ at: Date.now(), retryCount, isRetry });
      throw new Error("on purpose");
    }
  }
  export class Sync extends Base {}
  export class Cached extends Base {}
  export default { fetch: (request, env) => env.SYNC.getByName("only").fetch(request) };`;

test("AL-06: an alarm that always throws runs seven times, and then there is none", { skip: unlessSoaking }, async (t) => {
  const server = await serve(t, [], { cwd: objects(t, failing) });
  await server.text("/", { method: "POST" });
  let state;
  do {
    await pause(1000);
    state = JSON.parse(await server.text());
  } while (state.runs.length < 7);
  await pause(1000);
  const { runs, alarm } = JSON.parse(await server.text());
  assert.equal(alarm, null);
  assert.deepEqual(runs.map((run) => run.retryCount), [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(runs.map((run) => run.isRetry), [false, true, true, true, true, true, true]);
  for (let i = 1; i < runs.length; ++i) {
    const waited = runs[i].at - runs[i - 1].at;
    assert.ok(waited >= 1000 * 2 ** i, `run ${i} came after ${waited} ms`);
  }
});
