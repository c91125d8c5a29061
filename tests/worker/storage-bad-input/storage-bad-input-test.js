// What a script can do wrong with ctx.storage, and what it is told (Durable Objects §6.4 to §6.8). After
// every refusal the object is as it was.
import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";

import { inBoth, inOne } from "../storage/in-object.js";

export { Cached, Sync } from "../storage/in-object.js";

const putForms =
  "put() may only be called with a single key-value pair and optional options as " +
  "put(key, value, options) or with multiple key-value pairs and optional options as " +
  "put(entries, options)";
const noSymbol = { name: "TypeError", message: "Cannot convert a Symbol value to a string" };
const cloneError = (message) => ({ name: "DataCloneError", message });
const typeError = (message) => ({ name: "TypeError", message });
const rangeError = (message) => ({ name: "RangeError", message });
const tooLong = (size) =>
  rangeError(`Keys cannot be larger than 2048 bytes. A key of size ${size} was provided.`);
const thrower = {
  toString() {
    throw new RangeError("of its own");
  },
};
const ofItsOwn = rangeError("of its own");

// Thrown at once or later, it is the same error.
const refuses = (call, error, what) => rejects(async () => call(), error, what);

export { badKeys as "keys that are none are refused by every operation" };
const badKeys = inBoth(async (storage) => {
  for (const [what, key, error] of [
    ["a symbol", Symbol("x"), noSymbol],
    ["2049 bytes", "k".repeat(2049), tooLong(2049)],
    ["2048 characters of two bytes", "ä".repeat(2048), tooLong(4096)],
    ["513 characters of four bytes", "\u{10000}".repeat(513), tooLong(2052)],
    ["a megabyte", "k".repeat(1 << 20), tooLong(1 << 20)],
  ]) {
    await refuses(() => storage.get(key), error, `get ${what}`);
    await refuses(() => storage.get(["a", key]), error, `get many, ${what}`);
    await refuses(() => storage.put(key, 1), error, `put ${what}`);
    await refuses(() => storage.delete(key), error, `delete ${what}`);
    await refuses(() => storage.delete(["a", key]), error, `delete many, ${what}`);
    if (typeof key === "string") {
      await refuses(() => storage.put({ a: 1, [key]: 2 }), error, `put many, ${what}`);
    }
    await storage.transaction(async (txn) => {
      await refuses(() => txn.get(key), error, `get ${what} in a transaction`);
      await refuses(() => txn.put(key, 1), error, `put ${what} in a transaction`);
      await refuses(() => txn.delete(key), error, `delete ${what} in a transaction`);
    });
  }
  for (const call of ["get", "delete"]) {
    await refuses(() => storage[call](thrower), ofItsOwn);
    await refuses(() => storage[call](["a", thrower]), ofItsOwn);
    await refuses(
      () => storage[call](),
      typeError(
        `Failed to execute '${call}' on 'DurableObjectStorage': 1 argument required, ` +
          "but only 0 present.",
      ),
    );
  }
  strictEqual((await storage.list()).size, 0);
});

export { goodKeys as "keys that are not text become text" };
const goodKeys = inBoth(async (storage) => {
  for (const [key, text] of [
    ["", ""],
    ["a\0b", "a\0b"],
    ["\0", "\0"],
    ["\ud800", "\ufffd"],
    ["k".repeat(2048), "k".repeat(2048)],
    ["ä".repeat(1024), "ä".repeat(1024)],
    [1, "1"],
    [-0, "0"],
    [1n, "1"],
    [true, "true"],
    [null, "null"],
    [undefined, "undefined"],
  ]) {
    await storage.put(key, "value");
    deepStrictEqual([...(await storage.list()).keys()], [text]);
    strictEqual(await storage.get(key), "value");
    strictEqual(await storage.get(text), "value");
    deepStrictEqual([...(await storage.get([key])).keys()], [text]);
    strictEqual(await storage.delete(key), true);
  }
});

export { badValues as "values that cannot be cloned are refused" };
const badValues = inBoth(async (storage, ctx) => {
  const noType = (name) =>
    cloneError(
      `Could not serialize object of type "${name}". This type does not support serialization.`,
    );
  const detached = new ArrayBuffer(8);
  structuredClone(detached, { transfer: [detached] });
  for (const [value, error] of [
    [undefined, typeError("put() called with undefined value.")],
    [() => {}, cloneError(/could not be cloned/)],
    [class A {}, cloneError(/could not be cloned/)],
    [Symbol("s"), cloneError(/could not be cloned/)],
    [Promise.resolve(), cloneError(/could not be cloned/)],
    [new WeakMap(), cloneError(/could not be cloned/)],
    [new WeakRef({}), cloneError(/could not be cloned/)],
    [new Proxy({}, {}), cloneError(/could not be cloned/)],
    [(function* () {})(), cloneError(/could not be cloned/)],
    [globalThis, cloneError(/could not be cloned/)],
    [new SharedArrayBuffer(4), cloneError(/SharedArrayBuffer/)],
    [detached, cloneError(/detached/)],
    [{ deep: [new Map([["x", () => {}]])] }, cloneError(/could not be cloned/)],
    [new Set([Symbol()]), cloneError(/could not be cloned/)],
    [new Request("https://x/", { method: "POST", body: "x" }), cloneError(/ReadableStream/)],
    [new Response("x"), cloneError(/ReadableStream/)],
    [AbortSignal.abort(), noType("AbortSignal")],
    [new MessageChannel().port1, noType("MessagePort")],
    [crypto, cloneError(/Crypto/)],
    [new URL("https://x/"), noType("URL")],
    [new TextEncoder(), noType("TextEncoder")],
    [ctx, noType("DurableObjectState")],
    [storage, noType("DurableObjectStorage")],
    [ctx.id, noType("DurableObjectId")],
    [
      {
        get x() {
          throw new RangeError("of its own");
        },
      },
      ofItsOwn,
    ],
  ]) {
    const what = Object.prototype.toString.call(value);
    await refuses(() => storage.put("a", value), error, what);
    await refuses(() => storage.put("a", value, { allowUnconfirmed: true }), error, what);
    await storage.transaction((txn) => refuses(() => txn.put("a", value), error, what));
    if (value === undefined) continue; // in entries it is passed over
    await refuses(() => storage.put({ b: 1, a: value, c: 3 }), error, what);
  }
  strictEqual((await storage.list()).size, 0);
});

export { largeCached as "the cached model refuses values of more than 128 KiB" };
const largeCached = inOne("CACHED", async (storage) => {
  const error = (size) =>
    rangeError(`Values cannot be larger than 131072 bytes. A value of size ${size} was provided.`);
  // Two bytes of head, one of the kind, three of the length.
  await storage.put("largest", "x".repeat(131072 + 34 - 6));
  await refuses(() => storage.put("a", "x".repeat(131072 + 34 - 5)), error(131072 + 34 + 1));
  await refuses(() => storage.put({ a: 1, b: "x".repeat(200_000) }), error(200_006));
  await refuses(() => storage.put("a", "x".repeat(10_000_000)), /Values cannot be larger/);
  deepStrictEqual([...(await storage.list()).keys()], ["largest"]);
});

export { largeSync as "the synchronous model refuses values of more than two megabytes" };
const largeSync = inOne("SYNC", async (storage) => {
  const max = 2 << 20;
  const error = (size) =>
    rangeError(`Values cannot be larger than ${max} bytes. A value of size ${size} was provided.`);
  await storage.put("largest", "x".repeat(max - 6));
  await refuses(() => storage.put("a", "x".repeat(max - 5)), error(max + 1));
  throws(() => storage.kv.put("a", "x".repeat(max)), error(max + 7));
  await refuses(() => storage.put({ b: 1, a: "x".repeat(max) }), error(max + 7));
  deepStrictEqual([...(await storage.list()).keys()], ["largest"]);
});

export { manyKeys as "the cached model refuses to get more than 128 keys at once" };
const manyKeys = inBoth(async (storage, ctx, object) => {
  const keys = (count) => Array.from({ length: count }, (_, i) => `key ${i}`);
  const entries = (count) => Object.fromEntries(keys(count).map((key) => [key, 1]));
  await storage.put(entries(1000));
  strictEqual((await storage.get(keys(128))).size, 128);
  if (object.constructor.name === "Cached") {
    for (const count of [129, 1000]) {
      await refuses(
        () => storage.get(keys(count)),
        rangeError(`Maximum number of key value pairs is 128. ${count} pairs were provided.`),
      );
    }
  } else {
    strictEqual((await storage.get(keys(1000))).size, 1000);
  }
  strictEqual(await storage.delete(keys(1000)), 1000);
});

export { badPuts as "put() with what is no pair, no entries or no options" };
const badPuts = inBoth(async (storage) => {
  for (const options of [1, "text", true, Symbol(), 1n]) {
    await refuses(() => storage.put({ a: 1 }, options), typeError(putForms), typeof options);
    await refuses(() => storage.put(["a"], options), typeError(putForms), typeof options);
    await refuses(() => storage.put("a", 1, options), typeError(putForms), typeof options);
  }
  await refuses(() => storage.put(), typeError("put() called with undefined value."));
  await refuses(() => storage.put("a"), typeError("put() called with undefined value."));
  for (const options of [undefined, null, {}, [], { other: 1 }]) {
    await storage.put({ b: 2, c: undefined }, options);
    await storage.put("d", 4, options);
  }
  await storage.put({});
  await storage.put(new Map([["x", 1]])); // which has no properties of its own
  deepStrictEqual([...(await storage.list())], [["b", 2], ["d", 4]]);
});

export { badOptions as "options that are no object, or whose getters throw" };
const badOptions = inBoth(async (storage) => {
  const noObject = (method, position) =>
    typeError(
      `Failed to execute '${method}' on 'DurableObjectStorage': parameter ${position} is not ` +
        "of type 'object'.",
    );
  const throwing = {
    get allowConcurrency() {
      throw new RangeError("of its own");
    },
  };
  for (const options of [1, "text", true, Symbol(), 1n]) {
    await refuses(() => storage.get("a", options), noObject("get", 2));
    await refuses(() => storage.delete("a", options), noObject("delete", 2));
    await refuses(() => storage.list(options), noObject("list", 1));
    await refuses(() => storage.deleteAll(options), noObject("deleteAll", 1));
    await refuses(() => storage.getAlarm(options), noObject("getAlarm", 1));
    await refuses(() => storage.setAlarm(1, options), noObject("setAlarm", 2));
    await refuses(() => storage.deleteAlarm(options), noObject("deleteAlarm", 1));
  }
  await refuses(() => storage.get("a", throwing), ofItsOwn);
  await refuses(() => storage.put("a", 1, throwing), ofItsOwn);
  await refuses(() => storage.list(throwing), ofItsOwn);
  strictEqual(await storage.get("a", { allowConcurrency: "yes", noCache: 1 }), undefined);
});

export { badLists as "ranges that cannot be listed" };
const badLists = inBoth(async (storage, ctx, object) => {
  await storage.put({ a: 1, b: 2, null: 3 });
  const positive = typeError("List limit must be positive.");
  const lists = [(options) => storage.list(options)];
  if (object.constructor.name === "Sync") lists.push((options) => [...storage.kv.list(options)]);
  for (const list of lists) {
    for (const [options, error] of [
      [{ limit: 0 }, positive],
      [{ limit: -0 }, positive],
      [{ limit: -1 }, positive],
      [{ limit: 0.5 }, positive],
      [{ limit: NaN }, positive],
      [{ limit: "x" }, positive],
      [{ limit: null }, positive],
      [{ limit: -Infinity }, positive],
      [{ limit: 1n }, typeError(/BigInt/)],
      [{ limit: Symbol() }, typeError(/Symbol/)],
      [{ start: Symbol() }, noSymbol],
      [{ prefix: Symbol() }, noSymbol],
      [{ end: thrower }, ofItsOwn],
      [
        { start: "a", startAfter: "a" },
        typeError("list() cannot be called with both start and startAfter values."),
      ],
      [
        { start: "", startAfter: "" },
        typeError("list() cannot be called with both start and startAfter values."),
      ],
    ]) {
      await refuses(() => list(options), error, JSON.stringify(Object.keys(options)));
    }
    for (const [options, expected] of [
      [null, "a,b,null"],
      [{ limit: 1.9 }, "a"],
      [{ limit: "2" }, "a,b"],
      [{ limit: Infinity }, "a,b,null"],
      [{ limit: 2 ** 40 }, "a,b,null"],
      [{ start: null }, "null"],
      [{ prefix: null }, "null"],
      [{ prefix: undefined, start: undefined, limit: undefined, end: undefined }, "a,b,null"],
      [{ end: "" }, ""],
      [{ start: "k".repeat(5000) }, "null"],
      [{ prefix: "k".repeat(5000) }, ""],
      [{ end: "b".repeat(5000) }, "a,b"],
    ]) {
      strictEqual([...(await list(options))].map(([key]) => key).join(), expected);
    }
  }
});

export { badTimes as "times at which no alarm can be" };
const badTimes = inBoth(async (storage) => {
  const notPositive = typeError("setAlarm() cannot be called with an alarm time <= 0");
  for (const [time, error] of [
    [0, notPositive],
    [-0, notPositive],
    [-1, notPositive],
    [NaN, notPositive],
    [-Infinity, notPositive],
    [null, notPositive],
    ["soon", notPositive],
    [{}, notPositive],
    [new Date(NaN), notPositive],
    [new Date(0), notPositive],
    [new Date(-1), notPositive],
    [1n, typeError(/BigInt/)],
    [Symbol(), typeError(/Symbol/)],
    [{ valueOf: thrower.toString }, ofItsOwn],
  ]) {
    await refuses(() => storage.setAlarm(time), error, typeof time);
    await storage.transaction((txn) => refuses(() => txn.setAlarm(time), error, typeof time));
  }
  await refuses(() => storage.setAlarm(), typeError(/1 argument required, but only 0 present/));
  strictEqual(await storage.getAlarm(), null);
  for (const [time, expected] of [
    [8.64e15, 8.64e15],
    [Infinity, 8.64e15],
    [1e300, 8.64e15],
    [4e12 + 0.9, 4e12],
    ["4000000000000", 4e12],
    [new Date(4e12), 4e12],
  ]) {
    await storage.setAlarm(time);
    strictEqual(await storage.getAlarm(), expected);
  }
  await storage.deleteAlarm();
});

export { badSync as "ctx.storage.kv refuses at once" };
const badSync = inOne("SYNC", async ({ kv }) => {
  for (const call of ["get", "put", "delete"]) {
    throws(() => kv[call](Symbol(), 1), noSymbol);
    throws(() => kv[call]("k".repeat(2049), 1), tooLong(2049));
    throws(() => kv[call](thrower, 1), ofItsOwn);
    throws(() => kv[call](), typeError(/argument.? required, but only 0 present/));
  }
  throws(() => kv.put("a"), typeError(/2 arguments required, but only 1 present/));
  throws(() => kv.put("a", undefined), typeError("put() called with undefined value."));
  throws(() => kv.put("a", () => {}), cloneError(/could not be cloned/));
  strictEqual([...kv.list()].length, 0);
});

export { elsewhere as "storage works only where it belongs" };
const elsewhere = inBoth(async (storage) => {
  for (const call of ["get", "put", "delete", "list", "deleteAll", "getAlarm", "sync"]) {
    for (const receiver of [undefined, {}, Object.create(storage)]) {
      await refuses(() => storage[call].call(receiver, "a", 1), typeError("Illegal invocation"));
    }
  }
  throws(() => new storage.constructor(), typeError("Illegal constructor"));
});

export { missing as "what the storage cannot do says so" };
const missing = inBoth(async (storage, ctx, object) => {
  const noRecovery = {
    name: "Error",
    message: "This Durable Object's storage back-end does not implement point-in-time recovery.",
  };
  await refuses(() => storage.getCurrentBookmark(), noRecovery);
  await refuses(() => storage.getBookmarkForTime(Date.now()), noRecovery);
  await refuses(() => storage.onNextSessionRestoreBookmark("x"), noRecovery);
  if (object.constructor.name === "Sync") {
    throws(() => storage.sql.exec, { message: "not implemented in lathe: ctx.storage.sql" });
    return;
  }
  throws(() => storage.transactionSync(() => {}), {
    name: "Error",
    message: "Durable Object is not backed by SQL.",
  });
  throws(() => storage.kv, {
    name: "Error",
    message:
      /^The storage\.kv \(synchronous KV\) API is only available for SQLite-backed Durable Objects, but this object's namespace is not declared to use SQLite\./,
  });
  throws(() => storage.sql, {
    name: "Error",
    message: /^SQL is not enabled for this Durable Object class\./,
  });
});
