// The alarms of Durable Objects (Durable Objects §9). No test looks at a clock to tell whether an alarm was
// late: only too early, and how often.
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { DurableObject } from "cloudflare:workers";

import { Handle, aroundBoth, inBoth } from "../storage/in-object.js";

export { Cached, Sync } from "../storage/in-object.js";

// A class without alarm().
export class Silent extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    if (ctx.id.name === "sets one when made") ctx.storage.setAlarm(Date.now() + 5);
  }
  async setAlarm() {
    await this.ctx.storage.setAlarm(Date.now() + 1000);
  }
  getAlarm() {
    return this.ctx.storage.getAlarm();
  }
}

const later = 1e6;

// Sets an alarm in `object` for which `handler(info, object)` runs, and all that follow it; answers
// what they returned once `count` have ended.
function ring(storage, object, handler, { count = 1, time = Date.now() + 10 } = {}) {
  return new Promise((resolve) => {
    const results = [];
    object.onAlarm = async (info) => {
      try {
        results.push(await handler(info, object));
      } catch (error) {
        results.push(error);
        throw error;
      } finally {
        if (results.length === count) resolve(results);
      }
    };
    storage.setAlarm(time);
  });
}

export { al01 as "AL-01: an alarm runs once, and there is none in it and after it" };
const al01 = inBoth(async (storage, ctx, object) => {
  const time = Date.now() + 20;
  const early = (info) => Date.now() < info.scheduledTime;
  const handler = async (info) => [await storage.getAlarm(), early(info)];
  deepStrictEqual(await ring(storage, object, handler, { time }), [[null, false]]);
  await scheduler.wait(30);
  deepStrictEqual(object.alarms, [{ scheduledTime: time, retryCount: 0, isRetry: false }]);
  strictEqual(await storage.getAlarm(), null);
});

export { al02 as "AL-02: an alarm that is deleted does not run" };
const al02 = inBoth(async (storage, ctx, object) => {
  await storage.setAlarm(Date.now() + 15);
  await storage.deleteAlarm();
  await scheduler.wait(40);
  deepStrictEqual(object.alarms, []);
  await storage.deleteAlarm();
});

export { al03 as "AL-03: an alarm that deletes the alarm runs once" };
const al03 = inBoth(async (storage, ctx, object) => {
  await ring(storage, object, () => storage.deleteAlarm());
  await scheduler.wait(30);
  strictEqual(object.alarms.length, 1);
  strictEqual(await storage.getAlarm(), null);
});

export { al04 as "AL-04: an alarm that sets another and deletes it runs once" };
const al04 = inBoth(async (storage, ctx, object) => {
  await ring(storage, object, async () => {
    await storage.setAlarm(Date.now() + 5);
    await storage.deleteAlarm();
  });
  await scheduler.wait(30);
  strictEqual(object.alarms.length, 1);
  strictEqual(await storage.getAlarm(), null);
});

export { chain as "an alarm may set the next one" };
const chain = inBoth(async (storage, ctx, object) => {
  const next = async () => {
    if (object.alarms.length < 5) await storage.setAlarm(Date.now() + 5);
  };
  await ring(storage, object, next, { count: 5 });
  deepStrictEqual(object.alarms.map((info) => info.retryCount), [0, 0, 0, 0, 0]);
});

export { noOverlap as "the next alarm waits for the end of the one that runs" };
const noOverlap = inBoth(async (storage, ctx, object) => {
  const order = [];
  const handler = async () => {
    order.push("in");
    if (order.length === 1) await storage.setAlarm(Date.now());
    await scheduler.wait(30);
    order.push("out");
  };
  await ring(storage, object, handler, { count: 2 });
  deepStrictEqual(order, ["in", "out", "in", "out"]);
});

export { sameTime as "an alarm set to the time of the one that runs is another one" };
const sameTime = inBoth(async (storage, ctx, object) => {
  const handler = async ({ scheduledTime }) => {
    if (object.alarms.length > 1) return;
    await storage.setAlarm(scheduledTime);
    ok((await storage.getAlarm()) >= scheduledTime);
  };
  await ring(storage, object, handler, { count: 2 });
  deepStrictEqual(object.alarms.map((info) => info.retryCount), [0, 0]);
});

export { al08 as "AL-08: an alarm that a failing one has set takes its place" };
const al08 = inBoth(async (storage, ctx, object) => {
  const handler = async () => {
    if (object.alarms.length === 2) return;
    await storage.setAlarm(Date.now() + 5);
    throw new Error("expected by the test");
  };
  await ring(storage, object, handler, { count: 2 });
  deepStrictEqual(object.alarms.map((info) => info.retryCount), [0, 0]);
});

export { al10 as "AL-10: an alarm makes the object that it is for, and tells it its name" };
const al10 = aroundBoth(async ({ namespace, model }) => {
  const object = new Handle(namespace, model, namespace.idFromName("woken"));
  let before;
  let after;
  await object.run(async (storage, ctx, self) => {
    before = self;
    await storage.setAlarm(Date.now() + 20);
  });
  await rejects(object.run((storage, ctx) => ctx.abort("gone")), { message: "gone" });
  await scheduler.wait(30); // so that it is the alarm that makes the next one
  do {
    await object.run((storage, ctx, self) => {
      after = self;
    });
  } while (after.alarms.length === 0);
  ok(after !== before);
  strictEqual(after.ctx.id.name, "woken");
  deepStrictEqual(before.alarms, []);
});

export { al11 as "AL-11: an alarm in the past is one for now" };
const al11 = inBoth(async (storage, ctx, object) => {
  const before = Date.now();
  await storage.setAlarm(1);
  const set = await storage.getAlarm();
  ok(set >= before && set <= Date.now(), `${set}`);
  await storage.deleteAlarm();
  const start = Date.now();
  const [info] = await ring(storage, object, (its) => its, { time: new Date(5) });
  ok(info.scheduledTime >= start);
});

export { al12 as "AL-12: an alarm that was set by one that is given up stays" };
const al12 = aroundBoth(async (object) => {
  let rang = false;
  await object.run(async (storage, ctx, self) => {
    self.onAlarm = async () => {
      await storage.setAlarm(Date.now() + later);
      await storage.put("a", 1);
      await storage.sync();
      rang = true;
      ctx.abort("given up", { retryAlarm: false });
    };
    await storage.setAlarm(Date.now() + 5);
  });
  while (!rang) await scheduler.wait(1);
  await object.run(async (storage) => {
    ok((await storage.getAlarm()) > Date.now() + later / 2);
    strictEqual(await storage.get("a"), 1);
  });
});

export { al13 as "AL-13: deleteAll() deletes the alarm, as of 2026-02-24" };
const al13 = aroundBoth(async (object) => {
  await object.run(async (storage) => {
    await storage.setAlarm(Date.now() + later);
    await storage.put("a", 1);
    const all = storage.deleteAll();
    strictEqual(await storage.getAlarm(), null);
    await all;
    strictEqual(await storage.getAlarm(), null);
    const time = Date.now() + later;
    const again = storage.deleteAll();
    await storage.setAlarm(time);
    await again;
    strictEqual(await storage.getAlarm(), time);
    await storage.deleteAll();
    await storage.sync();
  });
  await rejects(object.run((storage, ctx) => ctx.abort("gone")));
  await object.run(async (storage) => strictEqual(await storage.getAlarm(), null));
});

export { sy17 as "SY-17: what the handler of an alarm has written is there when the alarm is gone" };
const sy17 = aroundBoth(async (object) => {
  await object.run(async (storage, ctx, self) => {
    await ring(storage, self, () => storage.put("a", 1));
    await storage.sync();
  });
  await rejects(object.run((storage, ctx) => ctx.abort("gone")));
  let alarm;
  do {
    await object.run(async (storage) => {
      strictEqual(await storage.get("a"), 1);
      alarm = await storage.getAlarm();
    });
  } while (alarm !== null);
});

export { sy18 as "SY-18: an alarm that was moved while it waited to run runs at its new time, once" };
const sy18 = inBoth(async (storage, ctx, object) => {
  const ran = new Promise((resolve) => (object.onAlarm = resolve));
  await storage.setAlarm(Date.now() + 5);
  await storage.sync();
  let time;
  await ctx.blockConcurrencyWhile(async () => {
    await scheduler.wait(30); // it is due, and waits
    time = Date.now() + 100;
    await storage.setAlarm(time);
    await storage.sync();
  });
  await ran;
  await scheduler.wait(20);
  deepStrictEqual(object.alarms.map((info) => info.scheduledTime), [time]);
});

export { sy18c as "SY-18: an alarm runs when the move that it waited behind is not stored yet" };
const sy18c = inBoth(async (storage, ctx, object) => {
  const time = Date.now() + 5;
  await storage.setAlarm(time);
  await storage.sync();
  let moved;
  await ctx.blockConcurrencyWhile(async () => {
    await scheduler.wait(30);
    moved = Date.now() + 20;
    await storage.setAlarm(moved);
  });
  while (object.alarms.at(-1)?.scheduledTime !== moved) await scheduler.wait(1);
  // On a very quick disk it is stored after all.
  const times = object.alarms.map((info) => info.scheduledTime);
  if (times.length > 1) deepStrictEqual(times, [time, moved]);
});

export { sy18b as "SY-18: an alarm that was moved into the past while it waited runs" };
const sy18b = inBoth(async (storage, ctx, object) => {
  const ran = new Promise((resolve) => (object.onAlarm = resolve));
  await storage.setAlarm(Date.now() + 5);
  await storage.sync();
  await ctx.blockConcurrencyWhile(async () => {
    await scheduler.wait(30);
    await storage.setAlarm(Date.now() + 1);
    await storage.sync();
    await scheduler.wait(10);
  });
  await ran;
  while ((await storage.getAlarm()) !== null) await scheduler.wait(1);
});

export { many as "of a thousand alarms each runs once" };
const many = aroundBoth(async ({ namespace, model }) => {
  const rang = new Map();
  await Promise.all(
    Array.from({ length: 1000 }, (_, i) =>
      new Handle(namespace, model).run((storage, ctx, self) =>
        ring(storage, self, () => rang.set(i, (rang.get(i) ?? 0) + 1), {
          time: Date.now() + (i % 50),
        }),
      ),
    ),
  );
  await scheduler.wait(20);
  strictEqual(rang.size, 1000);
  ok([...rang.values()].every((count) => count === 1));
});

export { gate as "an alarm waits for what blocks its object" };
const gate = inBoth(async (storage, ctx, object) => {
  const order = [];
  object.onAlarm = () => order.push("alarm");
  await storage.setAlarm(Date.now() + 5);
  await ctx.blockConcurrencyWhile(async () => {
    await scheduler.wait(30);
    order.push("section");
  });
  while (order.length < 2) await scheduler.wait(1);
  deepStrictEqual(order, ["section", "alarm"]);
});

// ---- Objects that do not listen ----

export { needHandler as "a class without alarm() cannot set one" };
const needHandler = {
  async test(controller, env) {
    await rejects(env.SILENT.getByName("x").setAlarm(), {
      name: "TypeError",
      message: "Your Durable Object class must have an alarm() handler in order to call setAlarm()",
    });
  },
};

export { noHandler as "an alarm for which nothing is exported goes away" };
const noHandler = {
  async test(controller, env) {
    const stub = env.SILENT.getByName("sets one when made");
    await stub.getAlarm();
    while ((await stub.getAlarm()) !== null) await scheduler.wait(2);
  },
};
