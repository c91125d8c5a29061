// ctx.storage, in both models: classes of `new_sqlite_classes` and of `new_classes`.
import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";

import { Handle, aroundBoth, inBoth, inOne } from "./in-object.js";

export { Cached, Sync } from "./in-object.js";

export const putsAndGetsOneKey = inBoth(async (storage) => {
  strictEqual(await storage.get("a"), undefined);
  strictEqual(await storage.put("a", { deep: [1, new Map([["x", new Date(5)]])] }), undefined);
  deepStrictEqual(await storage.get("a"), { deep: [1, new Map([["x", new Date(5)]])] });
  await storage.put("", "the empty key");
  strictEqual(await storage.get(""), "the empty key");
});

// Answers that are there at once become promises in JavaScript, which a script's changes to the language
// must not reach.
export const eachAnswerIsAPromiseOfItsOwn = inBoth(async (storage) => {
  strictEqual(`${storage.get.name} ${storage.get.length}`, "get 1");
  strictEqual(`${storage.put.name} ${storage.put.length}`, "put 0");
  strictEqual(`${storage.delete.name} ${storage.delete.length}`, "delete 1");
  await storage.put("a", { then: "not a function" });
  const { resolve } = Promise;
  const { call } = Function.prototype;
  Promise.resolve = Function.prototype.call = () => ok(false, "called");
  try {
    const answers = [() => storage.put("b", 1), () => storage.get("a"), () => storage.delete("missing")];
    for (const answer of answers) {
      const [first, second] = [answer(), answer()];
      strictEqual(Object.getPrototypeOf(first), Promise.prototype);
      ok(first !== second);
    }
  } finally {
    Promise.resolve = resolve;
    Function.prototype.call = call;
  }
  deepStrictEqual(await storage.get("a"), { then: "not a function" });
  // Mistakes reject the promise; those of delete() are thrown.
  const { put, get } = storage;
  await rejects(storage.put("a"), TypeError);
  await rejects(storage.get(), TypeError);
  throws(() => storage.delete(), TypeError);
  throws(() => put.call({}, "a", 1), TypeError);
  throws(() => get.call(undefined, "a"), TypeError);
});

export const valuesAreCopiedAtTheCall = inBoth(async (storage) => {
  const value = { n: 1 };
  const put = storage.put("a", value);
  value.n = 2;
  await put;
  const got = await storage.get("a");
  deepStrictEqual(got, { n: 1 });
  got.n = 3;
  deepStrictEqual(await storage.get("a"), { n: 1 });
});

export const valuesOfEveryKindComeBackFromTheDisk = aroundBoth(async (object) => {
  const cyclic = { name: "cyclic" };
  cyclic.self = cyclic;
  const values = {
    null: null,
    booleans: [true, false, new Boolean(true)],
    numbers: [0, -0, NaN, Infinity, 2 ** 53, -1.5, 1n, -(2n ** 100n)],
    texts: ["", "ä\u{10000}\0", "x".repeat(10_000), "\ud800"],
    dates: [new Date(5), new Date(NaN)],
    patterns: [/a(b)?/gi],
    collections: [new Map([[{ a: 1 }, new Set([1, "2"])]]), new Set()],
    bytes: [new Uint8Array([1, 2]).buffer, new Uint8Array([3]), new Float64Array([0.5])],
    view: new DataView(new Uint8Array([1, 2, 3]).buffer, 1, 1),
    errors: [new RangeError("r"), Object.assign(new Error("e"), { cause: "c", code: 1 })],
    holes: [1, , 3],
    undefined: { inside: undefined },
  };
  await object.run((storage) => storage.put({ ...values, cyclic }));
  await rejects(object.run((storage, ctx) => ctx.abort("forgotten")));
  await object.run(async (storage) => {
    for (const [key, value] of Object.entries(values)) {
      deepStrictEqual(await storage.get(key), value, key);
    }
    const back = await storage.get("cyclic");
    strictEqual(back.self, back);
    ok(!(1 in (await storage.get("holes"))));
    ok((await storage.get("errors"))[0] instanceof RangeError);
  });
});

export const getsManyAsASortedMap = inBoth(async (storage) => {
  await storage.put({ b: 2, a: 1, c: undefined, "\u{10000}": 4, "\uffff": 3 });
  const all = await storage.get(["c", "b", "\u{10000}", "\uffff", "a", "missing"]);
  ok(all instanceof Map);
  deepStrictEqual([...all], [["a", 1], ["b", 2], ["\uffff", 3], ["\u{10000}", 4]]);
});

export const deletesTellWhatWasThere = inBoth(async (storage) => {
  await storage.put({ a: 1, b: 2, c: 3 });
  strictEqual(await storage.delete("a"), true);
  strictEqual(await storage.delete("a"), false);
  strictEqual(await storage.delete(["a", "b", "c", "d"]), 2);
  strictEqual((await storage.list()).size, 0);
  strictEqual(await storage.delete("never"), false);
});

export const listsRanges = inBoth(async (storage) => {
  for (const key of ["a", "aa", "ab", "b", "ba", "c"]) await storage.put(key, key.length);
  const keys = async (options) => [...(await storage.list(options)).keys()].join();
  for (const [options, expected] of [
    [undefined, "a,aa,ab,b,ba,c"],
    [{}, "a,aa,ab,b,ba,c"],
    [{ start: "ab" }, "ab,b,ba,c"],
    [{ startAfter: "ab" }, "b,ba,c"],
    [{ end: "b" }, "a,aa,ab"],
    [{ prefix: "a" }, "a,aa,ab"],
    [{ prefix: "b", start: "ba" }, "ba"],
    [{ prefix: "b", end: "ba" }, "b"],
    [{ limit: 2 }, "a,aa"],
    [{ reverse: true }, "c,ba,b,ab,aa,a"],
    [{ reverse: true, limit: 2 }, "c,ba"],
    [{ reverse: true, start: "aa", end: "ba" }, "b,ab,aa"],
    [{ start: "x", end: "b" }, ""],
    [{ start: "b", end: "b" }, ""],
    [{ prefix: "zz" }, ""],
  ]) {
    strictEqual(await keys(options), expected, JSON.stringify(options));
  }
  await rejects(storage.list({ start: "a", startAfter: "b" }), {
    name: "TypeError",
    message: "list() cannot be called with both start and startAfter values.",
  });
  for (const limit of [0, -1]) {
    await rejects(storage.list({ limit }), {
      name: "TypeError",
      message: "List limit must be positive.",
    });
  }
});

export const refusesWhatCannotBeStored = inBoth(async (storage) => {
  await rejects(storage.put("a", undefined), {
    name: "TypeError",
    message: "put() called with undefined value.",
  });
  await rejects(storage.put("a"), { message: "put() called with undefined value." });
  await rejects(storage.put({ a: 1 }, "no options"), { name: "TypeError" });
  await rejects(storage.put("a", () => {}), { name: "DataCloneError" });
  await rejects(storage.put("a", new URL("http://x/")), { name: "DataCloneError" });
  await rejects(storage.put("a", new SharedArrayBuffer(1)), { name: "DataCloneError" });
  await rejects(storage.put(Symbol(), 1), { name: "TypeError" });
  const long = "k".repeat(2049);
  for (const call of [() => storage.get(long), () => storage.put(long, 1)]) {
    await rejects(call(), {
      name: "RangeError",
      message: "Keys cannot be larger than 2048 bytes. A key of size 2049 was provided.",
    });
  }
  throws(() => storage.delete(long), { name: "RangeError" });
  await storage.put("k".repeat(2048), "longest");
  strictEqual(await storage.get("k".repeat(2048)), "longest");
});

export const theCachedModelHasSmallerLimits = inOne("CACHED", async (storage) => {
  await rejects(storage.put("a", new Uint8Array(131073 + 34)), {
    name: "RangeError",
    message: /^Values cannot be larger than 131072 bytes\. A value of size \d+ was provided\.$/,
  });
  await storage.put("a", new Uint8Array(131072));
  await rejects(storage.get(Array.from({ length: 129 }, (_, i) => `${i}`)), {
    name: "RangeError",
    message: "Maximum number of key value pairs is 128. 129 pairs were provided.",
  });
  throws(() => storage.kv, /only available for SQLite-backed Durable Objects/);
  throws(() => storage.sql, /SQL is not enabled for this Durable Object class/);
  throws(() => storage.transactionSync(() => {}), /Durable Object is not backed by SQL/);
});

export const theSynchronousModelTakesTwoMegabytes = inOne("SYNC", async (storage) => {
  await storage.put("a", new Uint8Array(2_000_000));
  strictEqual((await storage.get("a")).length, 2_000_000);
  await rejects(storage.put("a", new Uint8Array(2_200_000)), { name: "RangeError" });
  throws(() => storage.sql.exec, /not implemented in lathe: ctx\.storage\.sql/);
});

export const deleteAllLeavesNothing = inBoth(async (storage) => {
  await storage.put({ a: 1, b: 2 });
  await storage.sync();
  await storage.put("c", 3);
  const all = storage.deleteAll();
  strictEqual(await storage.get("a"), undefined);
  await storage.put("d", 4);
  strictEqual(await all, undefined);
  deepStrictEqual([...(await storage.list())], [["d", 4]]);
});

export const transactionsCommitAndRollBack = inBoth(async (storage) => {
  await storage.put({ a: 1, b: 1 });
  const result = await storage.transaction(async (txn) => {
    strictEqual(await txn.get("a"), 1);
    await txn.put("a", 2);
    await txn.delete("b");
    await scheduler.wait(1);
    deepStrictEqual([...(await txn.list())], [["a", 2]]);
    return "done";
  });
  strictEqual(result, "done");
  deepStrictEqual([...(await storage.list())], [["a", 2]]);

  await rejects(
    storage.transaction(async (txn) => {
      await txn.put("a", 3);
      throw new RangeError("no");
    }),
    { name: "RangeError", message: "no" },
  );
  strictEqual(await storage.get("a"), 2);

  let kept;
  strictEqual(
    await storage.transaction(async (txn) => {
      kept = txn;
      await txn.put("a", 4);
      txn.rollback();
      txn.rollback();
      await rejects(txn.get("a"), { message: "Cannot get() on rolled back transaction" });
      return 5;
    }),
    5,
  );
  strictEqual(await storage.get("a"), 2);
  await storage.transaction(async (txn) => {
    kept = txn;
    await rejects(txn.deleteAll(), { message: "Cannot call deleteAll() within a transaction" });
  });
  await rejects(kept.put("a", 1), {
    message:
      "Cannot call put() on transaction that has already committed: did you move `txn` outside of the closure?",
  });
});

export const directCallsJoinTheTransactionOfTheSynchronousModel = inOne("SYNC", async (storage) => {
  await storage.put("a", 1);
  await rejects(
    storage.transaction(async () => {
      await storage.put("a", 2);
      storage.kv.put("b", 3);
      await storage.transaction(async () => {
        await storage.put("c", 4);
      });
      strictEqual(await storage.get("c"), 4);
      throw new Error("back");
    }),
    /back/,
  );
  deepStrictEqual([...(await storage.list())], [["a", 1]]);
});

export const directCallsBypassTheTransactionOfTheCachedModel = inOne("CACHED", async (storage) => {
  await rejects(
    storage.transaction(async (txn) => {
      await storage.put("a", 2);
      await txn.put("b", 3);
      throw new Error("back");
    }),
    /back/,
  );
  deepStrictEqual([...(await storage.list())], [["a", 2]]);
});

export const synchronousTransactions = inOne("SYNC", async (storage) => {
  const { kv } = storage;
  strictEqual(storage.transactionSync(() => (kv.put("a", 1), 7)), 7);
  throws(
    () =>
      storage.transactionSync(() => {
        kv.put("a", 2);
        storage.transactionSync(() => kv.put("b", 3));
        throw new RangeError("back");
      }),
    { name: "RangeError", message: "back" },
  );
  deepStrictEqual([...kv.list()], [["a", 1]]);
  storage.transactionSync(() => {
    kv.put("a", 2);
    throws(() => storage.transactionSync(() => (kv.put("a", 3), JSON.parse("{"))), SyntaxError);
    strictEqual(kv.get("a"), 2);
  });
  strictEqual(kv.get("a"), 2);
});

export const synchronousKeysAndValues = inOne("SYNC", async (storage) => {
  const { kv } = storage;
  strictEqual(kv, storage.kv);
  strictEqual(kv.get("a"), undefined);
  kv.put("a", { n: 1 });
  kv.put("b", 2);
  deepStrictEqual(await storage.get("a"), { n: 1 });
  strictEqual(kv.delete("b"), true);
  strictEqual(kv.delete("b"), false);
  kv.put("c", 3);
  const first = kv.list();
  deepStrictEqual(first.next(), { done: false, value: ["a", { n: 1 }] });
  deepStrictEqual([...kv.list({ reverse: true, limit: 1 })], [["c", 3]]);
  throws(() => first.next(), /kv\.list\(\) iterator was invalidated/);
  throws(() => kv.put("a", undefined), TypeError);
});

export const alarmsAreRememberedAndForgotten = inBoth(async (storage) => {
  strictEqual(await storage.getAlarm(), null);
  const time = Date.now() + 100_000;
  await storage.setAlarm(time);
  strictEqual(await storage.getAlarm(), time);
  await storage.setAlarm(new Date(time + 1));
  strictEqual(await storage.getAlarm(), time + 1);
  await storage.deleteAlarm();
  strictEqual(await storage.getAlarm(), null);
  for (const bad of [0, -1, NaN]) {
    await rejects(storage.setAlarm(bad), {
      name: "TypeError",
      message: "setAlarm() cannot be called with an alarm time <= 0",
    });
  }
});

// 1000 concurrent read-modify-writes.
export const theInputGateKeepsReadModifyWriteWhole = aroundBoth(async (object) => {
  const increment = async (storage) => {
    const count = (await storage.get("count")) ?? 0;
    await storage.put("count", count + 1);
  };
  await Promise.all(Array.from({ length: 1000 }, () => object.run(increment)));
  deepStrictEqual(await object.entries(), [["count", 1000]]);
});

export const storageIsTheObjectsOwn = aroundBoth(async (one) => {
  const two = new Handle(one.namespace);
  await one.run((storage) => storage.put("a", 1));
  deepStrictEqual(await two.entries(), []);
  deepStrictEqual(await one.entries(), [["a", 1]]);
});
