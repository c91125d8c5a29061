// The load that objects of a real server are under while they are tortured, and what must hold after.

import assert from "node:assert/strict";
import { Agent, request } from "node:http";

import { configText, pause, project } from "../e2e/lathe.mjs";

const kPatienceMs = 30_000;

// A project with objects of either model, in classes named Sync and Cached.
export function objects(t, script, more = {}) {
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

// Every write of an object is of one number under several keys, and of an alarm; each way to write
// is one commit. What an object has is whole when all of them have the same number.
export const writing = `
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
export const names = ["SYNC", "CACHED"].flatMap((model) => [0, 1, 2].map((i) => `${model}-${i}`));

// What a server has confirmed, by object, and refused, since this began to ask. Of each object the
// confirmed numbers only grow.
export class Load {
  confirmed = new Map();
  confirmations = 0;
  failures = [];
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
      if (answer.status !== 200) {
        this.failures.push(answer.text);
        continue;
      }
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

  async until(condition) {
    const deadline = Date.now() + kPatienceMs;
    while (!condition()) {
      assert.ok(Date.now() < deadline, `stuck after ${this.failures.at(-1)}`);
      await pause(1);
    }
  }

  // All that the server said has been heard.
  async end() {
    this.#stopping = true;
    await this.#ended;
    this.#agent.destroy();
  }
}

export async function assertWhole(server, confirmed, sent) {
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
