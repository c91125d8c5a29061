// Random operations on what an object stores, beside a map that says what must be there; between them
// the object is aborted, replaced, restarted and killed. `LATHE_SEED` repeats a run that has failed,
// `LATHE_TORTURE_ROUNDS` says how long to go on.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { configText, project, serve } from "./lathe.mjs";

const batches = Number(process.env.LATHE_TORTURE_ROUNDS ?? 100);
const givenSeed = process.env.LATHE_SEED;

// Takes batches of operations, one event each, and answers with all their results.
const script = `
  import { DurableObject } from "cloudflare:workers";

  const perform = {
    get: (target, { key, options }) => target.get(key, options),
    getMany: (target, { keys, options }) => target.get(keys, options),
    put: (target, { key, value, options }) => target.put(key, value, options),
    putMany: (target, { entries, options }) => target.put(Object.fromEntries(entries), options),
    delete: (target, { key, options }) => target.delete(key, options),
    deleteMany: (target, { keys, options }) => target.delete(keys, options),
    list: (target, { options }) => target.list(options),
    deleteAll: (target, { options }) => target.deleteAll(options),
    getAlarm: (target) => target.getAlarm(),
    setAlarm: (target, { time, options }) => target.setAlarm(time, options),
    deleteAlarm: (target, { options }) => target.deleteAlarm(options),
    kvGet: (target, { key }, { kv }) => kv.get(key),
    kvPut: (target, { key, value }, { kv }) => kv.put(key, value),
    kvDelete: (target, { key }, { kv }) => kv.delete(key),
    kvList: (target, { options }, { kv }) => new Map(kv.list(options)),
    sync: (target, operation, storage) => storage.sync(),
    wait: (target, { ms }) => scheduler.wait(ms),

    async transaction(target, { operations, end }, storage) {
      const results = [];
      try {
        await storage.transaction(async (txn) => {
          for (const operation of operations) {
            const inner = operation.direct ? storage : txn;
            results.push(await perform[operation.do](inner, operation, storage));
          }
          if (end === "throws") throw new Error("on purpose");
          if (end === "rollback") txn.rollback();
        });
      } catch (error) {
        if (error.message !== "on purpose") throw error;
      }
      return results;
    },
    transactionSync(target, { operations, end }, storage) {
      const results = [];
      try {
        storage.transactionSync(() => {
          for (const operation of operations) {
            results.push(perform[operation.do](target, operation, storage));
          }
          if (end !== "commits") throw new Error("on purpose");
        });
      } catch (error) {
        if (error.message !== "on purpose") throw error;
      }
      return results;
    },
  };

  export class Subject extends DurableObject {
    async fetch(request) {
      const { operations, lost } = await request.json();
      const { storage } = this.ctx;
      const results = [];
      for (const operation of operations) {
        const result = perform[operation.do](storage, operation, storage);
        // What is not awaited happens all the same, in the order of the calls.
        results.push(operation.awaited ? await result : result);
      }
      const answers = await Promise.all(results);
      if (lost) {
        await storage.sync();
        for (const operation of lost) perform[operation.do](storage, operation, storage);
        this.ctx.abort("by the test");
      }
      const plain = (answer) =>
        answer instanceof Map ? [...answer] : Array.isArray(answer) ? answer.map(plain) : answer ?? null;
      return Response.json(answers.map(plain));
    }
    alarm() {}
  }
  export default {
    fetch: (request, env) => env.SUBJECTS.getByName("only").fetch(request),
  };`;

// ---- The model ----

const bytewise = ([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b));

class Model {
  entries = new Map();
  alarm = null;

  #list({ start, startAfter, end, prefix, reverse, limit = Infinity } = {}) {
    const before = (a, b) => bytewise([a], [b]) < 0;
    const listed = [...this.entries].sort(bytewise).filter(
      ([key]) =>
        (start === undefined || !before(key, start)) &&
        (startAfter === undefined || before(startAfter, key)) &&
        (end === undefined || before(key, end)) &&
        (prefix === undefined || key.startsWith(prefix)),
    );
    if (reverse) listed.reverse();
    return listed.slice(0, limit);
  }

  #delete(keys) {
    return keys.filter((key) => this.entries.delete(key)).length;
  }

  // The answer that the object must give.
  perform(operation) {
    const { key, keys, value, options, time } = operation;
    switch (operation.do) {
      case "get":
      case "kvGet":
        return this.entries.get(key) ?? null;
      case "getMany":
        return [...this.entries].filter(([each]) => keys.includes(each)).sort(bytewise);
      case "put":
      case "kvPut":
        this.entries.set(key, value);
        return null;
      case "putMany":
        for (const [each, its] of operation.entries) this.entries.set(each, its);
        return null;
      case "delete":
      case "kvDelete":
        return this.#delete([key]) > 0;
      case "deleteMany":
        return this.#delete(keys);
      case "list":
      case "kvList":
        return this.#list(options);
      case "deleteAll":
        this.entries.clear();
        this.alarm = null;
        return null;
      case "getAlarm":
        return this.alarm;
      case "setAlarm":
        this.alarm = time;
        return null;
      case "deleteAlarm":
        this.alarm = null;
        return null;
      case "sync":
      case "wait":
        return null;
      case "transaction":
      case "transactionSync": {
        const [entries, alarm] = [new Map(this.entries), this.alarm];
        const results = operation.operations.map((each) => this.perform(each));
        if (operation.end !== "commits") [this.entries, this.alarm] = [entries, alarm];
        return results;
      }
    }
  }
}

// ---- Chance ----

class Chance {
  #state;

  constructor(seed) {
    this.#state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  }

  // Xorshift, of 32 bits.
  below(limit) {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state % limit;
  }

  one(of) {
    return of[this.below(of.length)];
  }

  percent(chance) {
    return this.below(100) < chance;
  }

  times(most, make) {
    return Array.from({ length: this.below(most + 1) }, make);
  }
}

// Few enough that they meet, and such that bytes and UTF-16 have different orders.
const pieces = ["a", "b", "\0", "ä", "\uffff", "\u{10000}"];
const farAway = Date.UTC(2100, 0);

class Generator {
  #chance;
  #synchronous;
  #value = 0;

  constructor(chance, synchronous) {
    this.#chance = chance;
    this.#synchronous = synchronous;
  }

  key() {
    return this.#chance.times(3, () => this.#chance.one(pieces)).join("");
  }

  // Each once, in an order of no meaning.
  keys() {
    return [...new Set(this.#chance.times(8, () => this.key()))];
  }

  value() {
    const chance = this.#chance;
    return [++this.#value, "x".repeat(chance.percent(10) ? 20_000 : chance.below(50))];
  }

  range() {
    const chance = this.#chance;
    const options = { noCache: chance.percent(10) };
    if (chance.percent(30)) options[chance.one(["start", "startAfter"])] = this.key();
    if (chance.percent(30)) options.end = this.key();
    if (chance.percent(20)) options.prefix = this.key();
    if (chance.percent(40)) options.limit = 1 + chance.below(10);
    if (chance.percent(40)) options.reverse = true;
    return options;
  }

  options() {
    const chance = this.#chance;
    if (chance.percent(70)) return undefined;
    const [noCache, allowUnconfirmed] = [chance.percent(50), chance.percent(50)];
    return { noCache, allowUnconfirmed, allowConcurrency: chance.percent(50) };
  }

  write() {
    const options = this.options();
    switch (this.#chance.below(6)) {
      case 0:
      case 1:
        return { do: "put", key: this.key(), value: this.value(), options };
      case 2: {
        const entries = this.keys().map((key) => [key, this.value()]);
        return { do: "putMany", entries, options };
      }
      case 3:
        return { do: "delete", key: this.key(), options };
      case 4:
        return { do: "deleteMany", keys: this.keys(), options };
      default:
        if (this.#chance.percent(40)) return { do: "deleteAlarm", options };
        return { do: "setAlarm", time: farAway + this.#chance.below(3), options };
    }
  }

  read() {
    const options = this.options();
    switch (this.#chance.below(6)) {
      case 0:
        return { do: "getAlarm" };
      case 1:
      case 2:
        return { do: "get", key: this.key(), options };
      case 3:
        return { do: "getMany", keys: this.keys(), options };
      default:
        return { do: "list", options: this.range() };
    }
  }

  synchronous() {
    switch (this.#chance.below(4)) {
      case 0:
        return { do: "kvGet", key: this.key() };
      case 1:
        return { do: "kvDelete", key: this.key() };
      case 2:
        return { do: "kvList", options: this.range() };
      default:
        return { do: "kvPut", key: this.key(), value: this.value() };
    }
  }

  simple() {
    const chance = this.#chance;
    const operation =
      this.#synchronous && chance.percent(25)
        ? this.synchronous()
        : chance.percent(50)
          ? this.write()
          : this.read();
    // In the synchronous model calls on the storage are part of the transaction, too.
    return { ...operation, direct: this.#synchronous && chance.percent(30) };
  }

  transaction(depth) {
    const chance = this.#chance;
    const operations = chance.times(8, () => {
      if (this.#synchronous && depth < 3 && chance.percent(10)) return this.transaction(depth + 1);
      return chance.percent(10) ? { do: "wait", ms: 1 } : this.simple();
    });
    const end = chance.one(["commits", "commits", "throws", "rollback"]);
    return { do: "transaction", operations, end, awaited: true };
  }

  operation() {
    const chance = this.#chance;
    const kind = chance.below(100);
    if (kind < 3) return { do: "deleteAll", options: this.options(), awaited: chance.percent(50) };
    if (kind < 6) return { do: "sync", awaited: chance.percent(50) };
    if (kind < 9) return { do: "wait", ms: chance.below(3), awaited: true };
    if (kind < 19) return this.transaction(1);
    if (kind < 22 && this.#synchronous) {
      const operations = chance.times(6, () => this.synchronous());
      return { do: "transactionSync", operations, end: chance.one(["commits", "throws"]) };
    }
    return { ...this.simple(), awaited: chance.percent(60) };
  }

  batch() {
    return this.#chance.times(30, () => this.operation());
  }

  lost() {
    return [this.write(), this.write(), this.write()];
  }
}

// ---- The test ----

const between = {
  nothing: 70,
  replaced: 10, // by a new version of the code
  restarted: 4,
  killed: 6,
  aborted: 10,
};

for (const [what, synchronous, cache] of [
  ["the synchronous model", true, undefined],
  ["the cached model", false, undefined],
  ["the synchronous model, with no room in the cache", true, { soft_mb: 0 }],
  ["the cached model, with no room in the cache", false, { soft_mb: 0 }],
]) {
  test(`${batches} events of random operations do what they would do to a map: ${what}`, async (t) => {
    const seed = givenSeed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(givenSeed);
    const chance = new Chance(seed);
    const generator = new Generator(chance, synchronous);
    const model = new Model();
    const classes = synchronous ? "new_sqlite_classes" : "new_classes";
    const config = configText({
      durable_objects: { bindings: [{ name: "SUBJECTS", class_name: "Subject" }] },
      migrations: [{ tag: "v1", [classes]: ["Subject"] }],
      ...(cache ? { lathe: { cache } } : {}),
    });
    const folder = project(t, { "worker.js": script, "wrangler.json": config });
    let server = await serve(t, [], { cwd: folder });
    const send = (events) => server.fetch("/", { method: "POST", body: JSON.stringify(events) });
    let unconfirmed = false; // whether something was written that need not have been stored yet

    for (let number = 0; number < batches; ++number) {
      const kinds = Object.entries(between).flatMap(([kind, weight]) => Array(weight).fill(kind));
      const kind = chance.one(kinds);
      if (kind === "replaced") {
        const said = server.stderr.length;
        writeFileSync(join(folder, "worker.js"), `${script}\n// ${number}`);
        server.signal("SIGHUP");
        await server.waitFor("stderr", /Reloaded/, said);
      } else if (kind === "restarted" || kind === "killed") {
        if (unconfirmed) await send({ operations: [{ do: "sync", awaited: true }] });
        unconfirmed = false;
        await server.stop(kind === "killed" ? "SIGKILL" : "SIGTERM");
        server = await serve(t, [], { cwd: folder });
      }
      const operations = generator.batch();
      const expected = operations.map((operation) => model.perform(operation));
      const lost = kind === "aborted" ? generator.lost() : undefined;
      unconfirmed ||= JSON.stringify(operations).includes('"allowUnconfirmed":true');
      const response = await send({ operations, lost });
      const place = `LATHE_SEED=${seed}, event ${number}, ${kind}`;
      const text = await response.text();
      if (lost) {
        assert.equal(response.status, 500, place);
        assert.match(text, /by the test/, `${place}: ${text}`);
        continue;
      }
      assert.equal(response.status, 200, `${place}: ${text}`);
      for (const [i, answer] of JSON.parse(text).entries()) {
        const said = `${place}, operation ${i}: ${JSON.stringify(operations[i]).slice(0, 1000)}`;
        assert.deepEqual(answer, expected[i], said);
      }
    }
  });
}
