import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";

let events = [];
for (const type of ["unhandledrejection", "rejectionhandled"]) {
  addEventListener(type, (event) => {
    event.preventDefault();
    events.push([event.type, event.reason, event.promise, event.cancelable]);
  });
}

export const aRejectionThatNobodyHandlesIsAnEvent = {
  async test() {
    events = [];
    const promise = Promise.reject("nobody");
    await scheduler.wait(1);
    deepStrictEqual(events, [["unhandledrejection", "nobody", promise, true]]);
  },
};

export const handlingItInTheSameTurnIsEarlyEnough = {
  async test() {
    events = [];
    const promise = Promise.reject("early");
    queueMicrotask(() => promise.catch(() => {}));
    await scheduler.wait(1);
    deepStrictEqual(events, []);
  },
};

export const handlingItLaterIsAnotherEvent = {
  async test() {
    const promise = Promise.reject("late");
    await scheduler.wait(1);
    events = [];
    promise.catch(() => {});
    await scheduler.wait(1);
    deepStrictEqual(events, [["rejectionhandled", "late", promise, false]]);
  },
};

export const aListenerMayBringWhatTheEventWaitsFor = {
  async test() {
    const { promise, resolve } = Promise.withResolvers();
    addEventListener("unhandledrejection", ({ reason }) => resolve(reason), { once: true });
    Promise.reject("found");
    strictEqual(await promise, "found");
  },
};

export const aListenerMayHandleIt = {
  async test() {
    const { promise, resolve } = Promise.withResolvers();
    addEventListener("unhandledrejection", (event) => event.promise.catch(() => {}), { once: true });
    addEventListener("rejectionhandled", ({ reason }) => resolve(reason), { once: true });
    Promise.reject("in time");
    strictEqual(await promise, "in time");
  },
};

export const theEventIsAnInterface = {
  test() {
    const promise = Promise.resolve();
    const event = new PromiseRejectionEvent("x", { promise, reason: 1 });
    ok(event instanceof Event);
    strictEqual(event.promise, promise);
    strictEqual(event.reason, 1);
    throws(() => new PromiseRejectionEvent("x"), TypeError);
    throws(() => new PromiseRejectionEvent("x", {}), TypeError);
  },
};
