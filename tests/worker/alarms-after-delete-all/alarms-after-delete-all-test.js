// Before 2026-02-24, storage.deleteAll() leaves the alarm alone.
import { deepStrictEqual, rejects, strictEqual } from "node:assert";

import { aroundBoth, inBoth } from "../storage/in-object.js";

export { Cached, Sync } from "../storage/in-object.js";

const later = 1e6;

export { al13 as "AL-13: deleteAll() keeps the alarm, before 2026-02-24" };
const al13 = aroundBoth(async (object) => {
  const time = Date.now() + later;
  await object.run(async (storage) => {
    await storage.put("a", 1);
    await storage.setAlarm(time);
    await storage.sync();
    await storage.deleteAll();
    strictEqual(await storage.getAlarm(), time);
  });
  await rejects(object.run((storage, ctx) => ctx.abort("gone")));
  await object.run(async (storage) => {
    strictEqual(await storage.getAlarm(), time);
    strictEqual(await storage.get("a"), undefined);
  });
});

export { sy14 as "SY-14: deleteAll() right after setAlarm() keeps the alarm" };
const sy14 = aroundBoth(async (object) => {
  const time = Date.now() + later;
  await object.run(async (storage) => {
    storage.put("a", 1);
    storage.setAlarm(time);
    storage.deleteAll();
    strictEqual(await storage.getAlarm(), time);
  });
  await rejects(object.run((storage, ctx) => ctx.abort("gone")));
  await object.run(async (storage) => strictEqual(await storage.getAlarm(), time));
  deepStrictEqual(await object.entries(), []);
});

export { runs as "the alarm that is kept runs" };
const runs = inBoth(async (storage, ctx, object) => {
  const ran = new Promise((resolve) => (object.onAlarm = resolve));
  const time = Date.now() + 20;
  await storage.setAlarm(time);
  await storage.deleteAll();
  strictEqual((await ran).scheduledTime, time);
});
