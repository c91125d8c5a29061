import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";

const after = (ms) => new Promise((done) => setTimeout(done, ms));

export const timeoutsRunByDueTimeThenAge = {
  async test() {
    const order = [];
    setTimeout(() => order.push("20"), 20);
    setTimeout(() => order.push("first 0"), 0);
    setTimeout(() => order.push("second 0"), 0);
    setTimeout(() => order.push("5"), 5);
    await after(40);
    deepStrictEqual(order, ["first 0", "second 0", "5", "20"]);
  },
};

export const argumentsArePassedOn = {
  async test() {
    const got = await new Promise((done) => setTimeout((...values) => done(values), 0, 1, "two"));
    deepStrictEqual(got, [1, "two"]);
  },
};

export const clearedTimersDoNotRun = {
  async test() {
    let runs = 0;
    clearTimeout(setTimeout(() => ++runs, 1));
    clearInterval(setInterval(() => ++runs, 1));
    clearTimeout(setInterval(() => ++runs, 1));
    await after(10);
    strictEqual(runs, 0);
  },
};

export const clearingWhatIsUnknownIsQuiet = {
  test() {
    for (const id of [undefined, null, 12345678, -1, NaN]) clearTimeout(id);
    clearInterval();
  },
};

export const intervalsRepeatUntilCleared = {
  async test() {
    let runs = 0;
    await new Promise((done) => {
      const id = setInterval(() => {
        if (++runs === 3) {
          clearInterval(id);
          done();
        }
      }, 1);
    });
    await after(10);
    strictEqual(runs, 3);
  },
};

export const strangeDelaysMeanAtOnce = {
  async test() {
    for (const delay of [-5, NaN, undefined, "0", null, -Infinity]) {
      await new Promise((done) => setTimeout(done, delay));
    }
  },
};

export const delaysAre32BitsUnless64HoldNone = {
  async test() {
    const order = [];
    const never = [2 ** 63, 1e300].map((delay) => setTimeout(() => order.push(delay), delay));
    await new Promise((done) => setTimeout(done, 2 ** 32));
    await new Promise((done) => setTimeout(done, -(2 ** 63)));
    await scheduler.wait(5);
    never.forEach(clearTimeout);
    deepStrictEqual(order, []);
  },
};

export const timeoutsNeedAFunction = {
  test() {
    for (const callback of [undefined, null, 1, {}])
      throws(() => setTimeout(callback, 0), TypeError);
    throws(() => queueMicrotask("code"), TypeError);
    throws(() => setTimeout(), TypeError);
  },
};

export const microtasksRunBeforeTimers = {
  async test() {
    const order = [];
    const timer = new Promise((done) => setTimeout(() => done(order.push("timer")), 0));
    queueMicrotask(() => order.push("microtask"));
    Promise.resolve().then(() => order.push("promise"));
    order.push("now");
    await timer;
    deepStrictEqual(order, ["now", "microtask", "promise", "timer"]);
  },
};

export const microtasksDrainBetweenTimers = {
  async test() {
    const order = [];
    setTimeout(() => {
      order.push("first");
      queueMicrotask(() => order.push("microtask of the first"));
    }, 0);
    await new Promise((done) => setTimeout(() => done(order.push("second")), 0));
    deepStrictEqual(order, ["first", "microtask of the first", "second"]);
  },
};

export const immediatesRunAndCanBeCleared = {
  async test() {
    const order = [];
    clearImmediate(setImmediate(() => order.push("never")));
    await new Promise((done) => setImmediate((value) => done(order.push(value)), "once"));
    deepStrictEqual(order, ["once"]);
  },
};

export const schedulerWaitWaits = {
  async test() {
    const start = Date.now();
    strictEqual(await scheduler.wait(10), undefined);
    strictEqual(Date.now() - start >= 9, true);
    await rejects(scheduler.wait(10, { signal: AbortSignal.abort() }), { name: "AbortError" });
  },
};

export const tenThousandTimersAreTheMost = {
  test() {
    const ids = [];
    throws(
      () => {
        for (let i = 0; i < 10_001; ++i) ids.push(setTimeout(() => {}, 60_000));
      },
      {
        name: "QuotaExceededError",
        message: /max active timeouts: 10000, current active timeouts: 10000/,
      },
    );
    strictEqual(ids.length, 10_000);
    ids.forEach(clearTimeout);
    clearTimeout(setTimeout(() => {}, 1));
  },
};
