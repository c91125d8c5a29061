// How Durable Objects are named, made and broken (Durable Objects §7).
import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { DurableObject } from "cloudflare:workers";

import { Handle, aroundBoth } from "../storage/in-object.js";

export { Cached, Sync } from "../storage/in-object.js";

// Writes down what happens to it, and does in its constructor what `constructors` has under its name.
const log = [];
const constructors = {};
export class Made extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    log.push(`${ctx.id.name} made`);
    constructors[ctx.id.name]?.(this, ctx, env);
  }
  event(what) {
    log.push(`${this.ctx.id.name} ${what}`);
    return what;
  }
  // What its constructor has left.
  left(name) {
    return this[name];
  }
}

function made(name, constructor) {
  return {
    async test(controller, env) {
      log.length = 0;
      await constructor(env.MADE.getByName(name), env, name);
    },
  };
}

// ---- Ids ----

export { ids as "ids are equal by what they are, whatever their names" };
const ids = aroundBoth(({ namespace }) => {
  const named = namespace.idFromName("a");
  const same = namespace.idFromName("a");
  const bare = namespace.idFromString(String(named));
  ok(named.equals(same) && named.equals(bare) && bare.equals(named));
  ok(!named.equals(namespace.idFromName("b")) && !named.equals(namespace.newUniqueId()));
  deepStrictEqual([named.name, bare.name], ["a", undefined]);
  strictEqual(String(named).length, 64);
  strictEqual(String(namespace.idFromString(String(named).toUpperCase())), String(named));
  const many = new Set(Array.from({ length: 1000 }, () => String(namespace.newUniqueId())));
  strictEqual(many.size, 1000);
});

export { foreign as "an id of another namespace is refused" };
const foreign = aroundBoth(({ namespace }, env) => {
  const other = namespace === env.SYNC ? env.CACHED : env.SYNC;
  const error = {
    name: "TypeError",
    message: "Durable Object ID is not valid for this namespace.",
  };
  for (const id of [other.newUniqueId(), other.idFromName("a")]) {
    throws(() => namespace.get(id), error);
    throws(() => namespace.idFromString(String(id)), error);
    strictEqual(namespace.idFromName("a").equals(id), false);
  }
});

const noId = {
  name: "TypeError",
  message: "Invalid Durable Object ID: must be 64 hex digits",
};
const foreignId = {
  name: "TypeError",
  message: "Durable Object ID is not valid for this namespace.",
};

export { badIds as "texts that are no ids are refused" };
const badIds = aroundBoth(({ namespace }) => {
  const good = String(namespace.newUniqueId());
  const flipped = (at) =>
    good.slice(0, at) + (good[at] === "0" ? "1" : "0") + good.slice(at + 1);
  for (const [text, error] of [
    ["", noId],
    ["name", noId],
    [undefined, noId],
    [null, noId],
    [5, noId],
    [{}, noId],
    [good.slice(1), noId],
    [good + "0", noId],
    [` ${good}`, noId],
    [`${good}\n`, noId],
    [`0x${good.slice(2)}`, noId],
    ["g".repeat(64), noId],
    ["ä".repeat(32), noId],
    ["0".repeat(64), foreignId],
    [flipped(0), foreignId],
    [flipped(31), foreignId],
    [flipped(32), foreignId],
    [flipped(63), foreignId],
    [good.slice(32) + good.slice(0, 32), foreignId],
    [Symbol(), { name: "TypeError", message: "Cannot convert a Symbol value to a string" }],
  ]) {
    throws(() => namespace.idFromString(text), error, typeof text);
  }
  for (const what of ["get", "idFromName", "idFromString", "getByName"]) {
    throws(() => namespace[what](), {
      name: "TypeError",
      message:
        `Failed to execute '${what}' on 'DurableObjectNamespace': 1 argument required, but only ` +
        "0 present.",
    });
  }
  for (const id of [undefined, null, 1, "a", good, {}, { id: good }]) {
    const message = "is not of type 'DurableObjectId'.";
    throws(() => namespace.get(id), {
      name: "TypeError",
      message: `Failed to execute 'get' on 'DurableObjectNamespace': parameter 1 ${message}`,
    });
    throws(() => namespace.newUniqueId().equals(id), {
      name: "TypeError",
      message: `Failed to execute 'equals' on 'DurableObjectId': parameter 1 ${message}`,
    });
  }
});

export { options as "what an id and a stub can be asked for" };
const options = aroundBoth(({ namespace }) => {
  for (const nothing of [undefined, null, {}, { jurisdiction: undefined }, { jurisdiction: null }]) {
    strictEqual(String(namespace.newUniqueId(nothing)).length, 64);
  }
  for (const text of ["eu", "fedramp", "mars", "", 5]) {
    const error = {
      name: "Error",
      message: "Jurisdiction restrictions are not implemented in workerd.",
    };
    throws(() => namespace.newUniqueId({ jurisdiction: text }), error);
    throws(() => namespace.jurisdiction(text), error);
  }
  strictEqual(
    String(namespace.jurisdiction(undefined).idFromName("a")),
    String(namespace.idFromName("a")),
  );
  for (const allowed of [
    undefined,
    null,
    {},
    { locationHint: "weur" },
    { locationHint: "mars" },
    { routingMode: "primary-only" },
  ]) {
    strictEqual(namespace.getByName("a", allowed).name, "a");
    strictEqual(namespace.get(namespace.idFromName("a"), allowed).name, "a");
  }
  throws(() => namespace.getByName("a", { routingMode: "nearest" }), {
    name: "RangeError",
    message: "unknown routingMode: nearest",
  });
  throws(() => new namespace.constructor(), { message: "Illegal constructor" });
});

export { names as "an object knows its name when that has at most 1024 bytes" };
const names = aroundBoth(async ({ namespace, model }) => {
  for (const [name, known] of [
    ["a", true],
    ["", true],
    ["ä\u{10000}\0", true],
    ["x".repeat(1024), true],
    ["x".repeat(1025), false],
    ["ä".repeat(513), false],
  ]) {
    const id = namespace.idFromName(name);
    strictEqual(id.name, name);
    await new Handle(namespace, model, id).run((storage, ctx) => {
      strictEqual(ctx.id.name, known ? name : undefined, `${name.length} characters`);
      ok(ctx.id.equals(id));
    });
  }
  await new Handle(namespace, model).run((storage, ctx) => strictEqual(ctx.id.name, undefined));
});

// ---- How an object is made ----

export { once as "an object is made once, before the first of the events that come together" };
const once = made("once", async (stub, env, name) => {
  strictEqual(log.length, 0);
  const other = env.MADE.getByName(name);
  const events = [stub.event(1), other.event(2), stub.event(3), other.event(4)];
  deepStrictEqual(await Promise.all(events), [1, 2, 3, 4]);
  deepStrictEqual(log, ["once made", "once 1", "once 2", "once 3", "once 4"]);
});

export { unasked as "a stub that is not used makes nothing" };
const unasked = made("unasked", async (stub) => {
  strictEqual(stub.name, "unasked");
  await scheduler.wait(5);
  deepStrictEqual(log, []);
});

export { blocked as "events wait for what the constructor blocks for, and for nothing else of it" };
const blocked = made("blocked", async (stub, env, name) => {
  constructors[name] = (self, ctx) => {
    scheduler.wait(60).then(() => log.push("late"));
    ctx.blockConcurrencyWhile(async () => {
      await ctx.storage.get("a");
      await scheduler.wait(5);
      log.push("blocked ready");
    });
  };
  await stub.event(1);
  deepStrictEqual(log, ["blocked made", "blocked ready", "blocked 1"]);
  await scheduler.wait(80);
});

export { arguments_ as "the constructor gets its state, and env" };
const arguments_ = made("arguments", async (stub, env, name) => {
  constructors[name] = (self, ctx, given) => {
    self.right =
      ctx === self.ctx &&
      given === self.env &&
      "MADE" in given &&
      ctx.id.equals(given.MADE.idFromName(name)) &&
      ctx.storage === ctx.storage &&
      typeof ctx.props === "object";
  };
  strictEqual(await stub.left("right"), true);
});

export { cannotBeMade as "everybody who waits for an object that cannot be made is told why" };
const cannotBeMade = made("cannot", async (stub, env, name) => {
  let attempts = 0;
  constructors[name] = () => {
    if (++attempts < 3) throw new RangeError(`attempt ${attempts}`);
  };
  const error = { name: "RangeError", durableObjectReset: true };
  const events = await Promise.allSettled([stub.event(1), stub.event(1)]);
  deepStrictEqual(
    events.map(({ reason }) => [reason.message, reason.durableObjectReset]),
    [["attempt 1", true], ["attempt 1", true]],
  );
  await rejects(async () => env.MADE.getByName(name).event(2), { ...error, message: "attempt 2" });
  strictEqual(await env.MADE.getByName(name).event(3), 3);
  await rejects(async () => stub.event(4), { ...error, message: "attempt 1" });
});

export { asyncConstructor as "an object whose constructor's section fails is broken" };
const asyncConstructor = made("section", async (stub, env, name) => {
  let attempts = 0;
  constructors[name] = (self, ctx) => {
    ctx.blockConcurrencyWhile(async () => {
      await scheduler.wait(2);
      if (++attempts === 1) throw new RangeError("in the section");
    });
  };
  await rejects(async () => stub.event(1), {
    name: "RangeError",
    message: "in the section",
    durableObjectReset: true,
  });
  strictEqual(await env.MADE.getByName(name).event(2), 2);
});

// ---- How an object breaks ----

export { aborting as "abort() ends every call, and nothing of the object runs after it" };
const aborting = aroundBoth(async (object) => {
  let after = 0;
  await object.run((storage) => storage.put("kept", true));
  const calls = [
    object.run(() => scheduler.wait(1e6)),
    object.run((storage, ctx) => ctx.blockConcurrencyWhile(() => scheduler.wait(20))),
    object.run(() => after++),
    object.run(async (storage, ctx) => {
      setTimeout(() => after++, 1);
      ctx.waitUntil(scheduler.wait(1).then(() => after++));
      storage.put("lost", true);
      try {
        ctx.abort("the reason");
      } catch {
        after++;
      } finally {
        after++;
      }
    }),
  ];
  const results = await Promise.allSettled(calls);
  // Calls that came before have ended, or are told.
  for (const [i, { reason }] of results.entries()) {
    if (i === 1 || i === 2) continue;
    deepStrictEqual([reason.message, reason.durableObjectReset], ["the reason", true]);
  }
  after = 0;
  await scheduler.wait(10);
  strictEqual(after, 0);
  deepStrictEqual(await object.entries(), [["kept", true]]);
});

export { reasons as "abort() takes any reason" };
const reasons = aroundBoth(async (object) => {
  for (const [reason, message] of [
    [undefined, "Application called abort() to reset Durable Object."],
    ["text", "text"],
    ["", ""],
    [null, "null"],
    [5, "5"],
    [new RangeError("no"), "RangeError: no"],
    [{}, "[object Object]"],
  ]) {
    await rejects(object.run((storage, ctx) => ctx.abort(reason)), { name: "Error", message });
  }
  await rejects(object.run((storage, ctx) => ctx.abort(Symbol())), { name: "TypeError" });
  await object.run(() => {});
});

export { section as "a section that fails breaks the object, and its promise never settles" };
const section = aroundBoth(async (object) => {
  let settled = false;
  const error = { name: "RangeError", message: "in the section", durableObjectReset: true };
  await object.run((storage) => storage.put("kept", true));
  const call = object.run(async (storage, ctx) => {
    const blocking = ctx.blockConcurrencyWhile(async () => {
      storage.put("lost", true);
      throw new RangeError("in the section");
    });
    blocking.finally(() => (settled = true));
    await blocking;
  });
  const waiting = object.run(() => {});
  await rejects(call, error);
  await rejects(waiting, error);
  await scheduler.wait(5);
  strictEqual(settled, false);
  deepStrictEqual(await object.entries(), [["kept", true]]);
});

export { stubs as "stubs of a broken object stay with it, others find the next one" };
const stubs = aroundBoth(async (object) => {
  const { namespace, id } = object;
  const used = namespace.get(id);
  const unused = namespace.get(id);
  const absent = { message: 'The RPC receiver does not implement the method "absent".' };
  await rejects(async () => used.absent(), absent);
  await rejects(object.run((storage, ctx) => ctx.abort("broken")));
  for (let i = 0; i < 3; ++i) {
    await rejects(async () => used.absent(), { message: "broken", durableObjectReset: true });
    await rejects(async () => used.fetch("https://x/"), { message: "broken" });
    await rejects(async () => unused.absent(), absent);
  }
});

export { reserved as "what an object does of itself cannot be called" };
const reserved = aroundBoth(async (object) => {
  for (const name of ["alarm", "webSocketMessage", "webSocketClose", "webSocketError", "connect", "dup"]) {
    await rejects(async () => object.stub[name](), {
      name: "TypeError",
      message: `'${name}' is a reserved method and cannot be called over RPC.`,
    });
  }
  await object.run((storage, ctx, self) => deepStrictEqual(self.alarms, []));
});

export { throwing as "a call that throws breaks nothing" };
const throwing = aroundBoth(async (object) => {
  class Special extends RangeError {}
  await object.run((storage, ctx, self) => {
    self.memory = 1;
  });
  for (const [thrown, expected] of [
    [new RangeError("r"), { name: "RangeError", message: "r", remote: true }],
    [new Special("s"), { name: "RangeError", message: "s" }],
    [new DOMException("d", "AbortError"), { message: /d/ }],
  ]) {
    await rejects(
      object.run(async (storage) => {
        await storage.put("written", true);
        throw thrown;
      }),
      (error) => {
        for (const [key, value] of Object.entries(expected)) {
          value instanceof RegExp ? ok(value.test(error[key])) : strictEqual(error[key], value);
        }
        strictEqual(error.durableObjectReset, undefined);
        return true;
      },
    );
  }
  await object.run((storage, ctx, self) => strictEqual(self.memory, 1));
  deepStrictEqual(await object.entries(), [["written", true]]);
});
