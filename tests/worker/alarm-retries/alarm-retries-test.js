// Alarms whose handlers fail (Durable Objects §9.5 to §9.7). The first retry comes after two seconds at the
// earliest; what must not run again is given three.
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";

import { aroundBothAtOnce } from "../storage/in-object.js";

export { Cached, Sync } from "../storage/in-object.js";

const later = 1e6;
const retryMs = 2000;
const neverMs = 3000;

// Lets the alarm of `object` run `handler(storage, ctx, info)`, also on later instances: the first
// one as soon as can be. What it is told is added to `runs`.
async function ring(object, runs, handler) {
  await object.run(async (storage, ctx, self) => {
    self.onAlarm = (info) => {
      runs.push({ ...info, at: Date.now() });
      return handler(storage, ctx, runs.length);
    };
    await storage.setAlarm(Date.now() + 1);
  });
}

async function until(condition) {
  while (!(await condition())) await scheduler.wait(5);
}

export { al05 as "AL-05: an alarm that throws runs again, two seconds later or more" };
const al05 = aroundBothAtOnce(async (object) => {
  const runs = [];
  await ring(object, runs, async (storage, ctx, run) => {
    await storage.put(`run ${run}`, true);
    strictEqual(await storage.getAlarm(), null);
    if (run === 1) throw new Error("expected by the test");
  });
  await until(() => runs.length === 1);
  await scheduler.wait(50);
  // Between the runs, the alarm is the one that was set.
  await object.run(async (storage) => strictEqual(await storage.getAlarm(), runs[0].scheduledTime));
  await until(() => runs.length === 2);
  const [first, second] = runs;
  deepStrictEqual([first.retryCount, first.isRetry], [0, false]);
  deepStrictEqual([second.retryCount, second.isRetry], [1, true]);
  strictEqual(second.scheduledTime, first.scheduledTime);
  ok(second.at - first.at >= retryMs, `${second.at - first.at} ms`);
  await until(async () => {
    let alarm;
    await object.run(async (storage) => {
      alarm = await storage.getAlarm();
    });
    return alarm === null;
  });
  // A handler that fails has not failed to write.
  deepStrictEqual(await object.entries(), [["run 1", true], ["run 2", true]]);
});

export { aborted as "an alarm that aborts its object runs again, in another" };
const aborted = aroundBothAtOnce(async (object) => {
  const runs = [];
  await ring(object, runs, (storage, ctx) => ctx.abort("by the test"));
  await until(() => runs.length === 1);
  let alarms;
  await until(async () => {
    await object.run((storage, ctx, self) => {
      alarms = self.alarms;
    });
    return alarms.length > 0;
  });
  strictEqual(runs.length, 1);
  deepStrictEqual(
    [alarms[0].scheduledTime, alarms[0].retryCount, alarms[0].isRetry],
    [runs[0].scheduledTime, 1, true],
  );
});

export { replaced as "an alarm that is set between the retries takes the place of the one that failed" };
const replaced = aroundBothAtOnce(async (object) => {
  const runs = [];
  await ring(object, runs, (storage, ctx, run) => {
    if (run === 1) throw new Error("expected by the test");
  });
  await until(() => runs.length === 1);
  await scheduler.wait(20);
  const time = Date.now() + 20;
  await object.run((storage) => storage.setAlarm(time));
  await until(() => runs.length === 2);
  deepStrictEqual([runs[1].scheduledTime, runs[1].retryCount], [time, 0]);
});

// A date, because while a script starts there is no time.
const farAway = Date.UTC(2100, 0);

// What keeps a failed alarm from running again: what its handler does before it throws, or what is
// done to its object afterwards; and which alarm there is then.
const ends = {
  "abort() without retry": {
    handler: (storage, ctx) => ctx.abort("given up", { retryAlarm: false }),
    alarm: null,
  },
  "deleteAlarm() before it throws": {
    handler: async (storage) => {
      await storage.deleteAlarm();
      throw new Error("expected by the test");
    },
    alarm: null,
  },
  "deleteAlarm() after it has thrown": {
    handler: () => {
      throw new Error("expected by the test");
    },
    then: (storage) => storage.deleteAlarm(),
    alarm: null,
  },
  "deleteAll() after it has thrown": {
    handler: () => {
      throw new Error("expected by the test");
    },
    then: (storage) => storage.deleteAll(),
    alarm: null,
  },
  "setAlarm() before it throws": {
    handler: async (storage) => {
      await storage.setAlarm(farAway);
      throw new Error("expected by the test");
    },
    alarm: farAway,
  },
  "setAlarm() before it aborts": {
    handler: async (storage, ctx) => {
      await storage.setAlarm(farAway);
      await storage.sync();
      ctx.abort("by the test");
    },
    alarm: farAway,
  },
};

export { ended as "a failed alarm does not run again after what ends it" };
const ended = aroundBothAtOnce(async (object) => {
  const { namespace } = object;
  await Promise.all(
    Object.entries(ends).map(async ([what, { handler, then, alarm }]) => {
      const failing = new object.constructor(namespace, object.model);
      const runs = [];
      await ring(failing, runs, handler);
      await until(() => runs.length === 1);
      await scheduler.wait(50);
      if (then) await failing.run(then);
      await scheduler.wait(neverMs);
      strictEqual(runs.length, 1, what);
      await failing.run(async (storage, ctx, self) => {
        strictEqual(await storage.getAlarm(), alarm, what);
        // The instance after an abort has had none either.
        ok(self.alarms.length <= 1 && self.alarms.every((info) => info.retryCount === 0), what);
      });
    }),
  );
});

export { brokenMeanwhile as "an alarm whose object another event breaks runs again" };
const brokenMeanwhile = aroundBothAtOnce(async (object) => {
  const runs = [];
  await ring(object, runs, () => scheduler.wait(later));
  await until(() => runs.length === 1);
  await rejects(object.run((storage, ctx) => ctx.abort("by another event")));
  let alarms;
  await until(async () => {
    await object.run((storage, ctx, self) => {
      alarms = self.alarms;
    });
    return alarms.length > 0;
  });
  deepStrictEqual([alarms[0].scheduledTime, alarms[0].isRetry], [runs[0].scheduledTime, true]);
});
