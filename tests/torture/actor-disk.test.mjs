// Durable Objects of a real server on a disk that is slow, that fails, and that is full: who is told
// what, and that nothing is confirmed that is not stored. `LATHE_BUILD` names the folder with the
// library to preload.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";

import { pause, root, serve } from "../e2e/lathe.mjs";
import { Load, assertWhole, objects, writing } from "./object-load.mjs";
import { unlessSoaking } from "./rounds.mjs";

const build = resolve(root, process.env.LATHE_BUILD ?? "build");

// A server whose disk does what it is told.
async function serveOnDisk(t, folder) {
  const flag = join(folder, "disk");
  const env = { LD_PRELOAD: join(build, "libfailing-fsync.so"), LATHE_FAILING_FSYNC: flag };
  const server = await serve(t, [], { cwd: folder, env });
  return {
    server,
    waits: () => writeFileSync(flag, "waits"),
    fails: () => writeFileSync(flag, ""),
    works: () => rmSync(flag, { force: true }),
  };
}

const acting = `
  import { DurableObject } from "cloudflare:workers";

  let made = 0;
  let written = 0;
  let afterSync = 0;
  const unconfirmed = { allowUnconfirmed: true };
  const actions = {
    read: async (storage) => [...(await storage.list())],
    instance: (storage, object) => object.number,
    prepare: (storage) => storage.put("old", ++written),
    put: (storage) => (storage.put("a", ++written), "put"),
    awaited: async (storage) => (await storage.put("a", ++written), "put"),
    delete: async (storage) => (await storage.delete("old"), "deleted"),
    deleteAll: async (storage) => (await storage.deleteAll(), "deleted"),
    setAlarm: (storage) => (storage.setAlarm(Date.UTC(2100, 0)), "set"),
    unconfirmed: (storage) => (storage.put("a", ++written, unconfirmed), "put"),
    both(storage) {
      storage.put("a", ++written, unconfirmed);
      storage.put("b", ++written);
      return "put";
    },
    unconfirmedTransaction: (storage) =>
      storage.transaction((txn) => (txn.put("a", ++written, unconfirmed), "put")),
    transaction: (storage) => storage.transaction((txn) => (txn.put("a", ++written), "put")),
    throwing(storage) {
      storage.put("a", ++written);
      throw new RangeError("thrown");
    },
    async synced(storage) {
      storage.put("a", ++written, unconfirmed);
      await storage.sync();
      ++afterSync;
      return "put";
    },
    // Tells another object something.
    async telling(storage, object) {
      storage.put("a", ++written);
      return await object.env.SYNC.getByName("listener").hear(object.ctx.id.name);
    },
    heard: (storage, object) => object.words,
    afterSync: () => afterSync,
    // An alarm whose handler writes, and what has become of it.
    alarm: (storage) => storage.setAlarm(Date.now() + 50),
    rang: (storage) => storage.get("rang"),
  };

  class Base extends DurableObject {
    number = ++made;
    words = [];
    async fetch(request) {
      const action = new URL(request.url).pathname.slice(1);
      const answer = await actions[action](this.ctx.storage, this);
      return Response.json(answer ?? null);
    }
    async act(action) {
      return await actions[action](this.ctx.storage, this);
    }
    hear(word) {
      this.words.push(word);
      return "told";
    }
    async alarm({ retryCount, isRetry }) {
      console.log("the alarm runs");
      await this.ctx.storage.put("rang", { retryCount, isRetry, number: ++written });
    }
  }
  export class Sync extends Base {}
  export class Cached extends Base {}

  export default {
    async fetch(request, env) {
      const url = new URL(request.url);
      const name = url.searchParams.get("name");
      if (!name) return new Response("nobody's");
      const object = env[name.split("-")[0]]?.getByName(name) ?? env.SYNC.getByName(name);
      try {
        if (!url.searchParams.has("call")) return await object.fetch(request);
        return Response.json(await object.act(url.pathname.slice(1)));
      } catch ({ name, message, durableObjectReset }) {
        return Response.json({ name, message, durableObjectReset }, { status: 500 });
      }
    },
  };`;

const models = ["SYNC", "CACHED"];
const kLongMs = 150; // in which what does not wait for the disk has long been answered

async function ask(server, action, name, more = "") {
  const response = await server.fetch(`/${action}?name=${name}${more}`);
  return { status: response.status, body: await response.json() };
}

// Whether a promise has settled after a time that is long enough.
const settles = (promise) => Promise.race([promise.then(() => true), pause(kLongMs).then(() => false)]);

// ---- A slow disk ----

for (const [scenario, action, answer] of [
  ["OG-09: a response waits for what was written", "put", "put"],
  ["OG-09: a response waits for what was written and awaited", "awaited", "put"],
  ["a response waits for a deletion", "delete", "deleted"],
  ["a response waits for deleteAll()", "deleteAll", "deleted"],
  ["a response waits for an alarm", "setAlarm", "set"],
  ["a response waits for a transaction", "transaction", "put"],
  ["OG-12: a response waits for the confirmed of two writes", "both", "put"],
  ["OG-14: an error waits for what was written", "throwing", { name: "RangeError", message: "thrown" }],
  ["OG-15: what another object is told waits for what was written", "telling", "told"],
  ["OG-20: sync() waits for what need not be confirmed", "synced", "put"],
]) {
  test(scenario, async (t) => {
    const { server, waits, works } = await serveOnDisk(t, objects(t, acting));
    const heard = async () => (await ask(server, "heard", "listener")).body;
    for (const model of models) {
      // OG-18: the same for the results of calls.
      for (const more of ["", "&call"]) {
        const name = `${model}-${action}${more.slice(1)}`;
        await ask(server, "prepare", name);
        const before = await heard();
        waits();
        const asked = ask(server, action, name, more);
        assert.equal(await settles(asked), false, name);
        assert.deepEqual(await heard(), before);
        works();
        assert.deepEqual((await asked).body, answer);
      }
    }
    if (action === "telling") assert.equal((await heard()).length, 4);
  });
}

test("OG-11: a response does not wait for what need not be confirmed", async (t) => {
  const { server, waits, works } = await serveOnDisk(t, objects(t, acting));
  for (const model of models) {
    for (const action of ["unconfirmed", "unconfirmedTransaction"]) {
      waits();
      assert.deepEqual(await ask(server, action, `${model}-${action}`), { status: 200, body: "put" });
      works();
    }
  }
});

test("OG-19: nobody else waits for the disk", async (t) => {
  const { server, waits, works } = await serveOnDisk(t, objects(t, acting));
  for (const model of models) {
    assert.deepEqual((await ask(server, "read", `${model}-other`)).body, []);
    waits();
    const asked = ask(server, "put", `${model}-one`);
    assert.equal(await settles(asked), false);
    assert.equal(await server.text("/"), "nobody's");
    assert.deepEqual((await ask(server, "read", `${model}-other`)).body, []);
    // But who reads it does.
    const reading = ask(server, "read", `${model}-one`);
    assert.equal(await settles(reading), false);
    works();
    assert.equal((await asked).status, 200);
    assert.equal((await reading).body[0][0], "a");
  }
});

test("OG-08: a write that takes longer than 30 seconds resets its object", { skip: unlessSoaking }, async (t) => {
  const { server, waits, works } = await serveOnDisk(t, objects(t, acting));
  await Promise.all(models.map((model) => ask(server, "prepare", `${model}-late`)));
  waits();
  await Promise.all(
    models.map(async (model) => {
      const signal = AbortSignal.timeout(60_000);
      const response = await server.fetch(`/put?name=${model}-late&call`, { signal });
      assert.deepEqual(await response.json(), {
        name: "Error",
        message: "Durable Object storage operation exceeded timeout which caused object to be reset.",
        durableObjectReset: true,
      });
    }),
  );
  works();
  // What the disk took in the end may be there or not; what comes now is confirmed as ever.
  for (const model of models) {
    assert.equal((await ask(server, "put", `${model}-late`)).status, 200);
    const stored = (await ask(server, "read", `${model}-late`)).body;
    assert.deepEqual(stored.map(([key]) => key), ["a", "old"]);
  }
});

// ---- A failing disk ----

const reset =
  /^Internal error in Durable Object storage (write|deleteAll\(\)) caused object to be reset; reference = [0-9a-v]{24}$/;
const kSaid = /reference = \S{24}: .*actors\.mdb cannot be written: Input\/output error/;

for (const [scenario, actions] of [
  ["OG-10: a response is replaced by an error", ["put", "awaited", "both", "transaction", "delete"]],
  ["OG-14: an error is replaced by the storage's", ["throwing"]],
  ["OG-15: nobody else is told", ["telling"]],
  ["sync() does not return", ["synced"]],
  ["deleteAll() does not return", ["deleteAll"]],
  ["an alarm is not set", ["setAlarm"]],
]) {
  test(`${scenario} when the disk fails, and the object is as it was`, async (t) => {
    const { server, fails, works } = await serveOnDisk(t, objects(t, acting));
    for (const model of models) {
      for (const action of actions) {
        const name = `${model}-${action}`;
        works();
        assert.equal((await ask(server, "prepare", name)).status, 200);
        const before = (await ask(server, "read", name)).body;
        let instance = (await ask(server, "instance", name)).body;
        fails();
        for (const more of ["", "&call"]) {
          const { status, body } = await ask(server, action, name, more);
          assert.equal(status, 500, `${name}: ${JSON.stringify(body)}`);
          assert.match(body.message, reset);
          assert.equal(body.durableObjectReset, true);
          // What is read is what is stored, by another instance.
          assert.deepEqual((await ask(server, "read", name)).body, before);
          const next = (await ask(server, "instance", name)).body;
          assert.ok(next > instance);
          instance = next;
        }
      }
    }
    works();
    assert.equal((await ask(server, "afterSync", "SYNC-x")).body, 0);
    assert.deepEqual((await ask(server, "heard", "listener")).body, []);
    assert.match(server.stderr, kSaid);
  });
}

test("OG-13, SY-16: what need not be confirmed resets its object all the same when the disk fails", async (t) => {
  const { server, fails, works } = await serveOnDisk(t, objects(t, acting));
  for (const model of models) {
    for (const action of ["unconfirmed", "unconfirmedTransaction"]) {
      const name = `${model}-${action}`;
      works();
      await ask(server, "prepare", name);
      const before = (await ask(server, "read", name)).body;
      const instance = (await ask(server, "instance", name)).body;
      fails();
      assert.deepEqual(await ask(server, action, name), { status: 200, body: "put" });
      // The next one may still meet the old instance, whose gate is not broken yet.
      let next;
      do next = await ask(server, "instance", name);
      while (next.body === instance);
      works();
      assert.deepEqual((await ask(server, "read", name)).body, before);
    }
  }
});

test("AL-09, SY-17: an alarm whose writes fail runs again, and does not count", async (t) => {
  const { server, fails, works } = await serveOnDisk(t, objects(t, acting));
  for (const model of models) {
    const name = `${model}-alarm`;
    const said = server.stdout.length + server.stderr.length;
    const output = () => (server.stdout + server.stderr).slice(said);
    assert.equal((await ask(server, "alarm", name)).status, 200);
    fails();
    while (!output().includes("the alarm runs")) await pause(1);
    await pause(kLongMs);
    works();
    let rang;
    do {
      await pause(20);
      rang = (await ask(server, "rang", name)).body;
    } while (rang === null);
    assert.deepEqual([rang.retryCount, rang.isRetry], [0, false]);
  }
});

// ---- Load ----

test("under load nothing is confirmed while the disk fails, and all goes on when it does not", async (t) => {
  const folder = objects(t, writing);
  const { server, fails, works } = await serveOnDisk(t, folder);
  const load = new Load(server);
  for (let round = 0; round < 3; ++round) {
    const before = load.confirmations;
    await load.until(() => load.confirmations > before + 50);
    load.failures = [];
    fails();
    await load.until(() => load.failures.length > 0);
    // Confirmations that were on their way have arrived.
    await pause(kLongMs);
    const { confirmations } = load;
    load.failures = [];
    await load.until(() => load.failures.length > 50);
    assert.equal(load.confirmations, confirmations);
    for (const failure of load.failures) {
      assert.match(failure, /Internal error in Durable Object storage write caused object to be reset/);
    }
    works();
  }
  const { confirmations } = load;
  await load.until(() => load.confirmations > confirmations + 50);
  await load.end();
  await assertWhole(server, load.confirmed, load.sent);
  t.diagnostic(`${load.confirmations} requests were confirmed`);
  assert.match(server.stderr, kSaid);
  await server.stop("SIGKILL");
  await assertWhole(await serve(t, [], { cwd: folder }), load.confirmed, load.sent);
});

// A folder on a disk of its own, of `megabytes`; nothing where that needs a permission.
function smallDisk(t, megabytes) {
  const disk = mkdtempSync(join(tmpdir(), "lathe-disk-"));
  const options = ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", disk];
  const mounted = spawnSync("mount", options).status === 0;
  t.after(() => {
    if (mounted) spawnSync("umount", ["--lazy", disk]);
    rmSync(disk, { recursive: true, force: true });
  });
  return mounted ? disk : undefined;
}

// Each object stores more and more.
const growing = `
  import { DurableObject } from "cloudflare:workers";

  const block = new Uint8Array(100_000);
  class Base extends DurableObject {
    async fetch(request) {
      const { storage } = this.ctx;
      if (request.method === "POST") {
        const number = ((await storage.get("number")) ?? 0) + 1;
        storage.put("block " + number, block);
        storage.put("number", number);
        return Response.json(number);
      }
      const blocks = (await storage.list({ prefix: "block " })).size;
      return Response.json([(await storage.get("number")) ?? 0, blocks]);
    }
  }
  export class Sync extends Base {}
  export class Cached extends Base {}
  export default {
    async fetch(request, env) {
      try {
        return await env[new URL(request.url).searchParams.get("name")].getByName("x").fetch(request);
      } catch ({ message, durableObjectReset }) {
        return Response.json({ message, durableObjectReset }, { status: 500 });
      }
    },
  };`;

test("nothing is confirmed that a full disk does not take, and all goes on when there is room", async (t) => {
  const folder = objects(t, growing);
  const disk = smallDisk(t, 24);
  if (!disk) return t.skip("a disk cannot be mounted here");
  const ballast = join(disk, "ballast");
  writeFileSync(ballast, Buffer.alloc(12 << 20));
  let server = await serve(t, ["--persist-to", join(disk, "state")], { cwd: folder });

  const confirmed = new Map(models.map((model) => [model, 0]));
  const grow = async (model) => {
    const response = await server.fetch(`/?name=${model}`, { method: "POST" });
    const answer = await response.json();
    if (response.status === 200) confirmed.set(model, answer);
    return { status: response.status, ...answer };
  };
  const assertStored = async () => {
    for (const model of models) {
      const [number, blocks] = JSON.parse(await server.text(`/?name=${model}`));
      assert.deepEqual([number, blocks], [confirmed.get(model), confirmed.get(model)]);
    }
  };

  const failures = [];
  for (let i = 0; failures.length < 10; ++i) {
    assert.ok(i < 1000, "the disk never gets full");
    const answer = await grow(models[i % 2]);
    if (answer.status !== 200) failures.push(answer);
  }
  for (const { status, message, durableObjectReset } of failures) {
    assert.deepEqual([status, durableObjectReset], [500, true]);
    assert.match(message, /^\S+actors\.mdb cannot be written: the disk of \S+state is full$/);
  }
  await assertStored();
  assert.match(server.stderr, /Durable Object storage: .*the disk of \S+ is full/);

  // There it can be killed, and begin again.
  await server.stop("SIGKILL");
  server = await serve(t, ["--persist-to", join(disk, "state")], { cwd: folder });
  await assertStored();
  rmSync(ballast);
  for (let i = 0; i < 20; ++i) assert.equal((await grow(models[i % 2])).status, 200);
  await assertStored();
});
