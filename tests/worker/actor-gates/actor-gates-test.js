// What lets events into an object while it reads what it has stored (Durable Objects §3.13).
import { deepStrictEqual, rejects, strictEqual } from "node:assert";

import { Handle, aroundBoth, aroundOne, inBoth } from "../storage/in-object.js";

export { Cached, Sync } from "../storage/in-object.js";

// Gives the object a key of which its next instance has nothing in memory.
async function forget(object) {
  await object.run((storage) => storage.put({ a: 1, b: 2 }));
  await rejects(object.run((storage, ctx) => ctx.abort("forgotten")));
}

// What is said when `first` and an event that says "second" come together.
async function together(object, first) {
  const log = [];
  await Promise.all([
    object.run((storage, ctx) => first(storage, (what) => log.push(what), ctx)),
    object.run(() => {
      log.push("second");
    }),
  ]);
  return log;
}

// Reads that miss the cache of the cached model; the synchronous one has none that do.
const reads = {
  get: (storage, options) => storage.get("a", options),
  "get of many": (storage, options) => storage.get(["a", "c"], options),
  list: (storage, options) => storage.list(options),
  "list backwards": (storage, options) => storage.list({ reverse: true, ...options }),
  delete: (storage, options) => storage.delete("c", options),
  getAlarm: (storage, options) => storage.getAlarm(options),
};

export { ig29 as "IG-29: nobody gets in while what is stored is read" };
const ig29 = aroundBoth(async (object) => {
  for (const [what, read] of Object.entries(reads)) {
    await forget(object);
    const log = await together(object, async (storage, say) => {
      say("first");
      await read(storage);
      say("read");
      await null;
      say("still first");
    });
    deepStrictEqual(log, ["first", "read", "still first", "second"], what);
  }
});

export { ig30 as "IG-30: somebody gets in with allowConcurrency" };
const ig30 = aroundOne("CACHED", async (object) => {
  for (const [what, read] of Object.entries(reads)) {
    await forget(object);
    const log = await together(object, async (storage, say) => {
      say("first");
      await read(storage, { allowConcurrency: true });
      say("read");
    });
    deepStrictEqual(log, ["first", "second", "read"], what);
  }
});

export { ig31 as "IG-31: what is in the cache is there in the same turn" };
const ig31 = aroundBoth(async (object) => {
  await object.run((storage) => storage.put({ a: 1, b: 2 }));
  const log = await together(object, async (storage, say) => {
    await storage.get("a");
    await storage.get(["a", "b"]);
    await storage.put("a", 2);
    await storage.delete("b");
    await storage.get("b", { allowConcurrency: true });
    say("first");
  });
  deepStrictEqual(log, ["first", "second"]);
});

export { resolved as "the promise of what is in the cache is fulfilled already" };
const resolved = inBoth(async (storage) => {
  await storage.put({ a: 1, b: 2 });
  const calls = [
    () => storage.get("a"),
    () => storage.get(["a", "b"]),
    () => storage.put("a", 5),
    () => storage.delete("a"),
    () => storage.delete("a"),
    () => storage.setAlarm(Date.UTC(2100, 0)),
    () => storage.getAlarm(),
    () => storage.deleteAlarm(),
  ];
  for (const call of calls) {
    let done = false;
    call().then(() => (done = true));
    await null;
    strictEqual(done, true, String(call));
  }
});

export { ig32 as "IG-32: the answer of another object comes after what is being read" };
const ig32 = aroundBoth(async (object) => {
  const other = new Handle(object.namespace, object.model);
  await other.run(() => {});
  for (const read of Object.values(reads)) {
    await forget(object);
    const log = [];
    await object.run(async (storage) => {
      const call = other.run(() => {}).then(() => log.push("answer"));
      await read(storage);
      log.push("read");
      await null;
      log.push("still first");
      await call;
    });
    deepStrictEqual(log, ["read", "still first", "answer"]);
  }
});

export { syncLetsIn as "sync() lets others in" };
const syncLetsIn = aroundBoth(async (object) => {
  const log = await together(object, async (storage, say) => {
    storage.put("a", 1);
    await storage.sync();
    say("synced");
  });
  deepStrictEqual(log, ["second", "synced"]);
});

export { own as "what an object calls of itself comes in between its turns" };
const own = aroundBoth(async (object) => {
  const log = [];
  await object.run(async () => {
    log.push("in");
    const call = object.run(() => {
      log.push("called");
    });
    await null;
    log.push("still in");
    await call;
    log.push("out");
  });
  deepStrictEqual(log, ["in", "still in", "called", "out"]);
});
