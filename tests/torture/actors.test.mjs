// Durable Objects of a real server: killed under load, and ten thousand of them at once.

import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { test } from "node:test";

import { configText, pause, project, serve } from "../e2e/lathe.mjs";
import { rounds, unlessSoaking } from "./rounds.mjs";

const kGigabyte = 1024 ** 3;

function objects(t, script, more = {}) {
  const config = configText({
    durable_objects: {
      bindings: [
        { name: "SYNC", class_name: "Sync" },
        { name: "CACHED", class_name: "Cached" },
      ],
    },
    migrations: [{ tag: "v1", new_sqlite_classes: ["Sync"], new_classes: ["Cached"] }],
    ...more,
  });
  return project(t, { "worker.js": script, "wrangler.json": config });
}

// ---- Killed under load ----

// Every write of an object is of one number under several keys, and of an alarm; each way to write
// is one commit. What an object has is whole when all of them have the same number.
const writing = `
  import { DurableObject } from "cloudflare:workers";

  const keys = Array.from({ length: 40 }, (_, i) => "key " + i);
  const farAway = Date.UTC(2100, 0);
  const entries = (number, from = 0) =>
    Object.fromEntries(keys.slice(from).map((key) => [key, number]));

  const ways = {
    async turn(storage, number) {
      for (const key of keys) storage.put(key, number);
      storage.setAlarm(farAway + number);
    },
    async entries(storage, number) {
      storage.setAlarm(farAway + number);
      storage.put(entries(number));
    },
    async awaited(storage, number) {
      for (const key of keys) await storage.put(key, number);
      await storage.setAlarm(farAway + number);
    },
    transaction: (storage, number) =>
      storage.transaction(async (txn) => {
        await txn.put(entries(number, 20));
        await txn.setAlarm(farAway + number);
        await scheduler.wait(Math.random() * 3);
        await txn.put(entries(number));
      }),
    async anew(storage, number) {
      await storage.transaction(async (txn) => {
        await txn.delete(keys);
        await txn.put(entries(number));
        await txn.setAlarm(farAway + number);
      });
    },
  };

  class Base extends DurableObject {
    async fetch(request) {
      const { storage } = this.ctx;
      const way = new URL(request.url).pathname.slice(1);
      if (way === "read") {
        const numbers = new Set((await storage.get(keys)).values());
        const found = (await storage.list()).size;
        const alarm = await storage.getAlarm();
        if (alarm !== null) numbers.add(alarm - farAway);
        return Response.json({ numbers: [...numbers], found });
      }
      return await this.ctx.blockConcurrencyWhile(async () => {
        const number = ((await storage.get(keys[0])) ?? 0) + 1;
        await ways[way](storage, number);
        return new Response(number);
      });
    }
    alarm() {}
  }
  export class Sync extends Base {}
  export class Cached extends Base {}

  export default {
    fetch(request, env) {
      const name = new URL(request.url).searchParams.get("name");
      return env[name.split("-")[0]].getByName(name).fetch(request);
    },
  };`;
const ways = ["turn", "entries", "awaited", "transaction", "anew"];
const names = ["SYNC", "CACHED"].flatMap((model) => [0, 1, 2].map((i) => `${model}-${i}`));

// What a server has confirmed, by object, since it is asked.
class Load {
  confirmed = new Map();
  confirmations = 0;
  sent = new Map(names.map((name) => [name, 0]));
  #stopping = false;
  #agent = new Agent({ keepAlive: true, maxSockets: 16 });
  #server;
  #ended;

  constructor(server) {
    this.#server = server;
    this.#ended = Promise.all(Array.from({ length: 16 }, (_, i) => this.#go(i)));
  }

  async #go(i) {
    for (; !this.#stopping; i += 7) {
      const name = names[i % names.length];
      this.sent.set(name, this.sent.get(name) + 1);
      const answer = await this.#ask(`/${ways[i % ways.length]}?name=${name}`);
      if (answer === null) return;
      assert.equal(answer.status, 200, answer.text);
      this.confirmed.set(name, Math.max(this.confirmed.get(name) ?? 0, Number(answer.text)));
      ++this.confirmations;
    }
  }

  // Null when the server has gone before it had answered.
  #ask(path) {
    return new Promise((done) => {
      const gone = () => done(null);
      const sent = request({ agent: this.#agent, port: this.#server.port, path }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (more) => (text += more));
        response.once("error", gone).once("aborted", gone);
        response.once("end", () => done({ status: response.statusCode, text }));
      });
      sent.once("error", gone).end();
    });
  }

  // All that the server said has been heard.
  async end() {
    this.#stopping = true;
    await this.#ended;
    this.#agent.destroy();
  }
}

async function assertWhole(server, confirmed, sent) {
  for (const name of names) {
    const { numbers, found } = JSON.parse(await server.text(`/read?name=${name}`));
    const least = confirmed.get(name) ?? 0;
    if (least === 0 && found === 0) continue;
    assert.equal(numbers.length, 1, `${name} is torn: ${numbers}`);
    assert.equal(found, 40, `${name} is torn`);
    assert.ok(numbers[0] >= least, `${name}: ${least} was confirmed, ${numbers[0]} is stored`);
    assert.ok(numbers[0] <= sent.get(name), `${name} has what nobody has asked for`);
  }
}

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
      assert.doesNotMatch(server.stderr, /error/);
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
