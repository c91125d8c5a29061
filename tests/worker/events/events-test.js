import { deepStrictEqual, strictEqual, throws } from "node:assert";

export const eventAttributesComeFromTheInit = {
  test() {
    const event = new Event("hello", { bubbles: true, cancelable: true, composed: true });
    strictEqual(event.type, "hello");
    strictEqual(event.bubbles, true);
    strictEqual(event.cancelable, true);
    strictEqual(event.composed, true);
    strictEqual(event.defaultPrevented, false);
    strictEqual(event.eventPhase, Event.NONE);
    strictEqual(event.target, null);
    strictEqual(typeof event.timeStamp, "number");
    throws(() => new Event(), TypeError);
  },
};

export const listenersRunInTheOrderTheyWereAdded = {
  test() {
    const target = new EventTarget();
    const seen = [];
    target.addEventListener("x", () => seen.push(1));
    target.addEventListener("x", { handleEvent: () => seen.push(2) });
    target.addEventListener("y", () => seen.push("never"));
    target.addEventListener("x", () => seen.push(3));
    strictEqual(target.dispatchEvent(new Event("x")), true);
    deepStrictEqual(seen, [1, 2, 3]);
  },
};

export const aListenerIsAddedOnce = {
  test() {
    const target = new EventTarget();
    let count = 0;
    const listener = () => ++count;
    target.addEventListener("x", listener);
    target.addEventListener("x", listener);
    target.dispatchEvent(new Event("x"));
    strictEqual(count, 1);
    target.removeEventListener("x", listener);
    target.dispatchEvent(new Event("x"));
    strictEqual(count, 1);
  },
};

export const onceListenersGoAfterTheFirstEvent = {
  test() {
    const target = new EventTarget();
    let count = 0;
    target.addEventListener("x", () => ++count, { once: true });
    target.dispatchEvent(new Event("x"));
    target.dispatchEvent(new Event("x"));
    strictEqual(count, 1);
  },
};

export const aSignalRemovesTheListener = {
  test() {
    const target = new EventTarget();
    const controller = new AbortController();
    let count = 0;
    target.addEventListener("x", () => ++count, { signal: controller.signal });
    target.dispatchEvent(new Event("x"));
    controller.abort();
    target.dispatchEvent(new Event("x"));
    strictEqual(count, 1);
  },
};

export const listenersSeeTargetAndPhase = {
  test() {
    const target = new EventTarget();
    target.addEventListener("x", function (event) {
      strictEqual(this, target);
      strictEqual(event.target, target);
      strictEqual(event.currentTarget, target);
      strictEqual(event.eventPhase, Event.AT_TARGET);
      deepStrictEqual(event.composedPath(), [target]);
    });
    const event = new Event("x");
    target.dispatchEvent(event);
    strictEqual(event.currentTarget, null);
    strictEqual(event.eventPhase, Event.NONE);
    deepStrictEqual(event.composedPath(), []);
  },
};

export const preventDefaultWorksOnCancelableEventsOnly = {
  test() {
    for (const cancelable of [true, false]) {
      const target = new EventTarget();
      target.addEventListener("x", (event) => event.preventDefault());
      const event = new Event("x", { cancelable });
      strictEqual(target.dispatchEvent(event), !cancelable);
      strictEqual(event.defaultPrevented, cancelable);
    }
  },
};

export const passiveListenersCannotPreventDefault = {
  test() {
    const target = new EventTarget();
    target.addEventListener("x", (event) => event.preventDefault(), { passive: true });
    strictEqual(target.dispatchEvent(new Event("x", { cancelable: true })), true);
  },
};

export const stopImmediatePropagationEndsTheRound = {
  test() {
    const target = new EventTarget();
    const seen = [];
    target.addEventListener("x", (event) => {
      seen.push(1);
      event.stopImmediatePropagation();
    });
    target.addEventListener("x", () => seen.push(2));
    target.dispatchEvent(new Event("x"));
    deepStrictEqual(seen, [1]);
  },
};

export const dispatchingTwiceAtOnceIsAnError = {
  test() {
    const target = new EventTarget();
    const event = new Event("x");
    let error;
    target.addEventListener("x", () => {
      try {
        target.dispatchEvent(event);
      } catch (thrown) {
        error = thrown;
      }
    });
    target.dispatchEvent(event);
    strictEqual(error.name, "InvalidStateError");
  },
};

export const customEventCarriesItsDetail = {
  test() {
    const detail = { a: 1 };
    strictEqual(new CustomEvent("x", { detail }).detail, detail);
    strictEqual(new CustomEvent("x").detail, null);
    strictEqual(new CustomEvent("x") instanceof Event, true);
  },
};

export const errorEventCarriesItsError = {
  test() {
    const error = new Error("broken");
    const event = new ErrorEvent("error", {
      error,
      message: "m",
      filename: "f",
      lineno: 3,
      colno: 4,
    });
    strictEqual(event.error, error);
    deepStrictEqual([event.message, event.filename, event.lineno, event.colno], ["m", "f", 3, 4]);
  },
};

export const classesExtendEventTarget = {
  test() {
    class Bell extends EventTarget {
      ring() {
        return this.dispatchEvent(new Event("ring"));
      }
    }
    const bell = new Bell();
    let heard = 0;
    bell.addEventListener("ring", () => ++heard);
    bell.ring();
    strictEqual(heard, 1);
  },
};

export const theGlobalIsAnEventTarget = {
  test() {
    let count = 0;
    const listener = () => ++count;
    addEventListener("mine", listener);
    dispatchEvent(new Event("mine"));
    removeEventListener("mine", listener);
    dispatchEvent(new Event("mine"));
    strictEqual(count, 1);
  },
};

export const reportErrorReachesErrorListeners = {
  test() {
    const seen = [];
    const listener = (event) => {
      seen.push(event.error.message);
      event.preventDefault();
    };
    addEventListener("error", listener);
    reportError(new Error("told"));
    removeEventListener("error", listener);
    deepStrictEqual(seen, ["told"]);
    throws(() => reportError(), TypeError);
  },
};
