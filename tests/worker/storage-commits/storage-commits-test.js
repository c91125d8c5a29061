// Which writes go to the store together, and what a transaction takes back (Durable Objects §5.15, §6.6).
// ctx.abort() tells: what has not begun to be written by then never is.
import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";

import { aroundBoth, aroundOne, inBoth, inOne } from "../storage/in-object.js";

export { Cached, Sync } from "../storage/in-object.js";

const later = 1e6;

const back = () => {
  throw new RangeError("back");
};
const isBack = { name: "RangeError", message: "back" };

// Ends the object in the turn that `body` is in.
async function aborting(object, body) {
  await rejects(
    object.run(async (storage, ctx) => {
      await body(storage);
      ctx.abort("by the test");
    }),
    { message: "by the test", durableObjectReset: true },
  );
}

export { sy01 as "SY-01: a put is read in its turn, and is nothing when the turn is the last" };
const sy01 = aroundBoth(async (object) => {
  await aborting(object, async (storage) => {
    storage.put("a", 1);
    storage.put({ b: 2, c: 3 });
    storage.delete("b");
    deepStrictEqual([...(await storage.get(["a", "b", "c"]))], [["a", 1], ["c", 3]]);
    if (object.model === "CACHED") return; // a list there is I/O
    deepStrictEqual([...(await storage.list())], [["a", 1], ["c", 3]]);
    strictEqual(storage.kv.get("a"), 1);
  });
  deepStrictEqual(await object.entries(), []);
});

export { sy02 as "SY-02: puts with no I/O between them are one commit" };
const sy02 = aroundBoth(async (object) => {
  await aborting(object, async (storage) => {
    await storage.put("a", 1);
    await storage.put("b", 2);
    for (let i = 0; i < 100; ++i) await null;
    await storage.get("a");
    await storage.put("c", 3);
  });
  deepStrictEqual(await object.entries(), []);
});

export { sy02b as "SY-02: puts with I/O between them are two commits" };
const sy02b = aroundBoth(async (object) => {
  await aborting(object, async (storage) => {
    await storage.put("a", 1);
    await storage.put("b", 2);
    await scheduler.wait(5);
    await storage.put("c", 3);
    await storage.put("b", 4);
  });
  deepStrictEqual(await object.entries(), [["a", 1], ["b", 2]]);
});

export { sy02c as "SY-02: what sync() has seen stays" };
const sy02c = aroundBoth(async (object) => {
  await aborting(object, async (storage) => {
    storage.put("a", 1, { allowUnconfirmed: true });
    await storage.sync();
    storage.put("b", 2);
  });
  deepStrictEqual(await object.entries(), [["a", 1]]);
});

export { sy03 as "SY-03: a put and an alarm are one commit" };
const sy03 = aroundBoth(async (object) => {
  await aborting(object, async (storage) => {
    await storage.put("a", 1);
    await storage.setAlarm(Date.now() + later);
    ok(await storage.getAlarm());
  });
  await object.run(async (storage) => {
    strictEqual(await storage.get("a"), undefined);
    strictEqual(await storage.getAlarm(), null);
  });
});

export { sy05 as "SY-05: the alarm set to the time it has stays" };
const sy05 = inBoth(async (storage) => {
  const time = Date.now() + later;
  for (let i = 0; i < 3; ++i) {
    await storage.setAlarm(time);
    await storage.sync();
    strictEqual(await storage.getAlarm(), time);
  }
});

export { sy06 as "SY-06, SY-09: an alarm that is moved earlier runs at its new time" };
const sy06 = inBoth(async (storage, ctx, object) => {
  await storage.setAlarm(Date.now() + later);
  await storage.sync();
  await storage.setAlarm(Date.now() + 2 * later);
  const time = Date.now() + 10;
  const ran = new Promise((resolve) => (object.onAlarm = resolve));
  await storage.setAlarm(time);
  strictEqual((await ran).scheduledTime, time);
});

export { sy08 as "SY-07, SY-08: of many alarms, each later than the one before, the last one stays" };
const sy08 = inBoth(async (storage, ctx, object) => {
  const first = Date.now() + 15;
  for (let i = 0; i <= 100; ++i) {
    await storage.setAlarm(first + i);
    if (i % 10 === 0) await storage.sync();
  }
  const { scheduledTime } = await new Promise((resolve) => (object.onAlarm = resolve));
  // The first may have been due before the last was set, on a slow machine.
  if (object.alarms.length === 1 && scheduledTime !== first + 100) {
    ok(scheduledTime >= first);
    while ((await storage.getAlarm()) !== null) await scheduler.wait(5);
  }
  ok(Date.now() >= scheduledTime);
});

export { sy10 as "SY-10: what a transaction that throws has done is undone, alarms too" };
const sy10 = inBoth(async (storage, ctx, object) => {
  const time = Date.now() + later;
  await storage.put({ a: 1, b: 1 });
  await storage.setAlarm(time);
  object.memory = "kept";
  await rejects(
    storage.transaction(async (txn) => {
      await txn.put("a", 2);
      await txn.delete("b");
      await txn.put("c", 3);
      await txn.setAlarm(time + 5);
      await scheduler.wait(2);
      strictEqual(await txn.getAlarm(), time + 5);
      back();
    }),
    isBack,
  );
  deepStrictEqual([...(await storage.list())], [["a", 1], ["b", 1]]);
  strictEqual(await storage.getAlarm(), time);
  strictEqual(object.memory, "kept");
  await storage.transaction((txn) => txn.deleteAlarm());
  strictEqual(await storage.getAlarm(), null);
  await storage.transaction((txn) => txn.setAlarm(time));
  strictEqual(await storage.getAlarm(), time);
});

export { sy10b as "SY-10: neither is there after a restart of the object" };
const sy10b = aroundBoth(async (object) => {
  await object.run((storage) => storage.put("a", 1));
  await aborting(object, async (storage) => {
    await rejects(
      storage.transaction(async (txn) => {
        await txn.put("a", 2);
        await scheduler.wait(2);
        back();
      }),
      isBack,
    );
    await storage.sync();
  });
  deepStrictEqual(await object.entries(), [["a", 1]]);
});

export { sy11 as "SY-11: what a nested transaction takes back is only its own" };
const sy11 = inOne("SYNC", async (storage) => {
  await storage.transaction(async (outer) => {
    await outer.put("a", 1);
    await rejects(
      storage.transaction(async (inner) => {
        strictEqual(await inner.get("a"), 1);
        await inner.put({ a: 2, b: 2 });
        await scheduler.wait(1);
        back();
      }),
      isBack,
    );
    strictEqual(await outer.get("a"), 1);
    await storage.transaction(async (inner) => {
      await inner.put("c", 3);
    });
    strictEqual(await outer.get("c"), 3);
  });
  deepStrictEqual([...(await storage.list())], [["a", 1], ["c", 3]]);
});

export { sy11b as "SY-11: what a nested transaction has done goes with the outer one" };
const sy11b = inOne("SYNC", async (storage) => {
  await storage.put("a", 0);
  await rejects(
    storage.transaction(async (outer) => {
      await storage.transaction(async (inner) => {
        await inner.put({ a: 1, b: 1 });
      });
      storage.transactionSync(() => storage.kv.put("c", 1));
      deepStrictEqual([...(await outer.list()).keys()], ["a", "b", "c"]);
      back();
    }),
    isBack,
  );
  deepStrictEqual([...(await storage.list())], [["a", 0]]);
});

export { outerWithInner as "an outer transaction is not rolled back while a nested one runs" };
const outerWithInner = inOne("SYNC", async (storage) => {
  await storage.transaction(async (outer) => {
    await storage.transaction(async () => {
      throws(() => outer.rollback(), {
        message:
          "Cannot roll back an outer transaction while a nested transaction is still running.",
      });
    });
    outer.rollback();
  });
});

export { sy12 as "SY-12: after rollback() a transaction resolves, and has done nothing" };
const sy12 = inBoth(async (storage) => {
  await storage.put("a", 1);
  const answer = storage.transaction(async (txn) => {
    await txn.put("a", 2);
    await txn.setAlarm(Date.now() + later);
    txn.rollback();
    return "answer";
  });
  strictEqual(await answer, "answer");
  deepStrictEqual([...(await storage.list())], [["a", 1]]);
  strictEqual(await storage.getAlarm(), null);
});

export { sy13 as "SY-13: what was written before a transaction is not part of it" };
const sy13 = inBoth(async (storage) => {
  storage.put("a", 1);
  const transaction = storage.transaction(async (txn) => {
    strictEqual(await txn.get("a"), 1);
    await txn.put("a", 2);
    back();
  });
  await rejects(transaction, isBack);
  strictEqual(await storage.get("a"), 1);
  storage.put("b", 1);
  await storage.transaction(async (txn) => {
    await txn.put("b", 2);
    txn.rollback();
  });
  strictEqual(await storage.get("b"), 1);
});

export { transactionCommits as "a transaction that has ended is one commit" };
const transactionCommits = aroundBoth(async (object) => {
  await aborting(object, async (storage) => {
    await storage.transaction(async (txn) => {
      await txn.put("a", 1);
      await scheduler.wait(2);
      await txn.put("b", 2);
    });
    await storage.sync();
    storage.put("c", 3);
  });
  deepStrictEqual(await object.entries(), [["a", 1], ["b", 2]]);
  await rejects(
    object.run((storage, ctx) =>
      storage.transaction(async (txn) => {
        await txn.put("a", 3);
        await scheduler.wait(2);
        ctx.abort("by the test");
      }),
    ),
    { message: "by the test" },
  );
  deepStrictEqual(await object.entries(), [["a", 1], ["b", 2]]);
});

export { others as "nobody else gets in while a transaction runs" };
const others = aroundBoth(async (object) => {
  const order = [];
  await object.run((storage) => storage.put("n", 0));
  await Promise.all([
    ...[0, 1, 2].map((i) =>
      object.run((storage) =>
        storage.transaction(async (txn) => {
          const n = await txn.get("n");
          order.push(`in ${i}`);
          await scheduler.wait(3);
          await txn.put("n", n + 1);
          order.push(`out ${i}`);
        }),
      ),
    ),
    object.run(() => order.push("event")),
  ]);
  deepStrictEqual(await object.entries(), [["n", 3]]);
  // An event may come before, between or after, never within.
  const rest = order.filter((what) => what !== "event");
  deepStrictEqual(rest, ["in 0", "out 0", "in 1", "out 1", "in 2", "out 2"]);
  ok(!order[order.indexOf("event") - 1]?.startsWith("in"), order.join());
});

export { failingManyKeys as "a put of many keys of which one is bad stores none" };
const failingManyKeys = inBoth(async (storage) => {
  await rejects(storage.put({ a: 1, b: () => {}, c: 3 }), { name: "DataCloneError" });
  await rejects(storage.put({ a: 1, ["k".repeat(3000)]: 2 }), { name: "RangeError" });
  strictEqual((await storage.list()).size, 0);
});

const operations = {
  "get()": (txn) => txn.get("a"),
  "list()": (txn) => txn.list(),
  "put()": (txn) => txn.put("a", 1),
  "delete()": (txn) => txn.delete("a"),
  "getAlarm()": (txn) => txn.getAlarm(),
  "setAlarm()": (txn) => txn.setAlarm(Date.now() + later),
  "deleteAlarm()": (txn) => txn.deleteAlarm(),
};

async function refuses(call, message) {
  await rejects(async () => call(), { name: "Error", message });
}

export { afterRollback as "nothing works on a transaction that was rolled back" };
const afterRollback = inBoth(async (storage) => {
  await storage.transaction(async (txn) => {
    txn.rollback();
    for (const [name, call] of Object.entries(operations)) {
      await refuses(() => call(txn), `Cannot ${name} on rolled back transaction`);
    }
    txn.rollback();
  });
});

export { afterCommit as "nothing works on a transaction that has committed" };
const afterCommit = inBoth(async (storage) => {
  let kept;
  await storage.transaction(async (txn) => (kept = txn));
  const call = { ...operations, "rollback()": (txn) => txn.rollback() };
  for (const [name, attempt] of Object.entries(call)) {
    await refuses(
      () => attempt(kept),
      `Cannot call ${name} on transaction that has already committed: did you move \`txn\` ` +
        "outside of the closure?",
    );
  }
});

export { afterThrow as "nothing works on a transaction whose function has thrown" };
const afterThrow = inBoth(async (storage) => {
  let kept;
  await rejects(storage.transaction(async (txn) => back((kept = txn))), isBack);
  await refuses(() => kept.get("a"), "Cannot get() on rolled back transaction");
});

export { callbacks as "what is no function is no transaction" };
const callbacks = inBoth(async (storage) => {
  for (const bad of [undefined, null, 1, "text", {}]) {
    await rejects(storage.transaction(bad), { name: "TypeError" });
    throws(() => storage.transactionSync(bad), { name: "TypeError" });
  }
  await rejects(storage.transaction(() => back()), isBack);
  strictEqual(await storage.transaction(() => 5), 5);
});

export { atomicSync as "transactionSync() is part of the turn's commit" };
const atomicSync = aroundOne("SYNC", async (object) => {
  await aborting(object, async (storage) => {
    storage.transactionSync(() => storage.kv.put("a", 1));
    storage.kv.put("b", 2);
  });
  deepStrictEqual(await object.entries(), []);
});
