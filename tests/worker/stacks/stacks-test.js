// The stacks that a script sees: its own frames with their places, and none of the built-in JavaScript.
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";

const thrown = (action) => {
  try {
    action();
  } catch (error) {
    return error.stack;
  }
  throw new Error("nothing was thrown");
};
const stack = () => new Error("here").stack;

// Ways on which the script's code is called by the platform's, and errors that the platform throws.
const ways = {
  "a listener": () => {
    let seen;
    const target = new EventTarget();
    target.addEventListener("x", () => (seen = stack()));
    target.dispatchEvent(new Event("x"));
    return seen;
  },
  "a listener of a signal": () => {
    let seen;
    const controller = new AbortController();
    controller.signal.addEventListener("abort", () => (seen = stack()));
    controller.abort();
    return seen;
  },
  "an onabort handler": () => {
    let seen;
    const controller = new AbortController();
    controller.signal.onabort = () => (seen = stack());
    controller.abort();
    return seen;
  },
  "the reason of an abort": () => AbortSignal.abort().reason.stack,
  "queueMicrotask()": () => new Promise((done) => queueMicrotask(() => done(stack()))),
  "setTimeout()": () => new Promise((done) => setTimeout(() => done(stack()), 1)),
  "a WebSocket's listener": () =>
    new Promise((done) => {
      const [one, two] = Object.values(new WebSocketPair());
      one.accept();
      two.accept();
      two.addEventListener("message", () => done(stack()));
      one.send("x");
    }),
  "inspection": () => {
    let seen;
    console.debug({ [Symbol.for("nodejs.util.inspect.custom")]: () => (seen = stack(), "") });
    return seen ?? stack();
  },
  "an error of EventTarget": () => thrown(() => new EventTarget().addEventListener()),
  "an error of queueMicrotask()": () => thrown(() => queueMicrotask()),
  "an error of crypto": () => thrown(() => crypto.getRandomValues(new Float64Array(1))),
  "an error of structuredClone()": () => thrown(() => structuredClone(() => {})),
  "an error of Headers": () => thrown(() => new Headers().get()),
  "an error of URL": () => thrown(() => new URL("nowhere")),
  "an illegal invocation": () => thrown(() => Reflect.get(Event.prototype, "type", {})),
  "an error of AbortSignal": () => thrown(() => AbortSignal.abort().throwIfAborted()),
  "Error.captureStackTrace()": () => {
    let seen;
    const target = new EventTarget();
    target.addEventListener("x", () => {
      const object = {};
      Error.captureStackTrace(object);
      seen = object.stack;
    });
    target.dispatchEvent(new Event("x"));
    return seen;
  },
};

export const stacksShowTheFramesOfScriptsAlone = {
  async test() {
    for (const [name, way] of Object.entries(ways)) {
      const text = await way();
      match(text, /\n {4}at (.* \()?stacks-test\.js:\d+:\d+\)?/, name);
      ok(!text.includes("lathe:"), `${name}: ${text}`);
    }
  },
};

export const aScriptsOwnWayToWriteStacksSeesItsOwnFrames = {
  test() {
    const before = Error.prepareStackTrace;
    try {
      Error.prepareStackTrace = (error, sites) => [error.message, ...sites.map((site) => site.getFileName())];
      const seen = [];
      const target = new EventTarget();
      target.addEventListener("x", () => seen.push(...stack()));
      target.dispatchEvent(new Event("x"));
      strictEqual(seen.shift(), "here");
      ok(seen.length >= 2);
      for (const file of seen) strictEqual(file, "stacks-test.js");
      Error.prepareStackTrace = () => {
        throw new RangeError("mine");
      };
      throws(stack, { name: "RangeError", message: "mine" });
    } finally {
      Error.prepareStackTrace = before;
    }
    // What is no function is passed over.
    Error.prepareStackTrace = "text";
    match(stack(), /^Error: here\n/);
    delete Error.prepareStackTrace;
  },
};

export const theFramesOfAnOverflowHaveTheirPlaces = {
  test() {
    function deep() {
      deep();
    }
    const [head, ...frames] = thrown(deep).split("\n");
    strictEqual(head, "RangeError: Maximum call stack size exceeded");
    strictEqual(frames.length, 10);
    for (const frame of frames) {
      match(frame, /at deep \(stacks-test\.js:\d+:\d+\)/);
      ok(!frame.includes(":1:1)"), frame);
    }
    const text = thrown(() => {
      const overflow = () => structuredClone({ get a() { return overflow(); } });
      overflow();
    });
    ok(!text.includes("lathe:") && !text.includes(":1:1)"), text);
  },
};

export const theHeadOfAStackIsTheErrorsOwn = {
  test() {
    class Named extends Error {
      get name() {
        return "Named";
      }
    }
    const heads = [
      new TypeError("m"),
      new Error(),
      new Named("m"),
      Object.assign(new Error("m"), { name: "Odd" }),
      Object.assign(new Error(), { name: "" }),
      new DOMException("m", "AbortError"),
    ].map((error) => error.stack.split("\n")[0]);
    deepStrictEqual(heads, ["TypeError: m", "Error", "Named: m", "Odd: m", "", "AbortError: m"]);
    const broken = new Error("m");
    Object.defineProperty(broken, "name", {
      get() {
        throw new Error("inner");
      },
    });
    match(broken.stack, /^<error>\n/);
  },
};
