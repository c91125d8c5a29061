import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";

export const abortHappensOnce = {
  test() {
    const controller = new AbortController();
    const { signal } = controller;
    let events = 0;
    signal.addEventListener("abort", () => ++events);
    signal.onabort = () => ++events;
    strictEqual(signal.aborted, false);
    strictEqual(signal.reason, undefined);
    controller.abort();
    controller.abort("again");
    strictEqual(signal.aborted, true);
    strictEqual(events, 2);
    strictEqual(signal.reason.name, "AbortError");
    ok(signal.reason instanceof DOMException);
  },
};

export const theReasonIsKept = {
  test() {
    const controller = new AbortController();
    controller.abort("because");
    strictEqual(controller.signal.reason, "because");
    throws(
      () => controller.signal.throwIfAborted(),
      (error) => error === "because",
    );
  },
};

export const throwIfAbortedIsQuietBefore = {
  test() {
    strictEqual(new AbortController().signal.throwIfAborted(), undefined);
  },
};

export const staticAbortIsAbortedAlready = {
  test() {
    strictEqual(AbortSignal.abort().reason.name, "AbortError");
    strictEqual(AbortSignal.abort(7).reason, 7);
  },
};

export const timeoutAbortsWithTimeoutError = {
  async test() {
    const signal = AbortSignal.timeout(5);
    strictEqual(signal.aborted, false);
    await new Promise((done) => signal.addEventListener("abort", done));
    strictEqual(signal.reason.name, "TimeoutError");
  },
};

export const timeoutRefusesWhatIsNoDuration = {
  test() {
    throws(() => AbortSignal.timeout(-1), TypeError);
    throws(() => AbortSignal.timeout(), TypeError);
  },
};

export const anyFollowsTheFirst = {
  test() {
    const first = new AbortController();
    const second = new AbortController();
    const signal = AbortSignal.any([first.signal, second.signal]);
    strictEqual(signal.aborted, false);
    second.abort("second");
    first.abort("first");
    strictEqual(signal.reason, "second");
    strictEqual(AbortSignal.any([]).aborted, false);
    strictEqual(AbortSignal.any([first.signal, second.signal]).reason, "first");
    throws(() => AbortSignal.any([{}]), TypeError);
  },
};

export const listenersOfTheSourceRunBeforeThoseOfAny = {
  test() {
    const controller = new AbortController();
    const order = [];
    AbortSignal.any([controller.signal]).addEventListener("abort", () => order.push("any"));
    controller.signal.addEventListener("abort", () => order.push("source"));
    controller.abort();
    deepStrictEqual(order, ["source", "any"]);
  },
};

export const signalsAreNotConstructed = {
  test() {
    throws(() => new AbortSignal(), TypeError);
    strictEqual(new AbortController().signal instanceof EventTarget, true);
  },
};

export const schedulerWaitStopsWhenAborted = {
  async test() {
    const controller = new AbortController();
    const waiting = scheduler.wait(60_000, { signal: controller.signal });
    controller.abort();
    await rejects(waiting, { name: "AbortError" });
  },
};
