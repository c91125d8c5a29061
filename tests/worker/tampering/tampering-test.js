// A script may put what it likes on the language's prototypes: the platform's own records are not caught there.
import { deepStrictEqual, strictEqual } from "node:assert";
import { AsyncLocalStorage } from "node:async_hooks";

const kElements = 12;

// What assignments to elements, and constructors of copies, would be given while `use` runs.
async function caughtDuring(use) {
  const caught = [];
  const note = (value) =>
    Object.defineProperty(caught, caught.length, { value, enumerable: true, configurable: true, writable: true });
  for (const prototype of [Array.prototype, Object.prototype]) {
    for (let i = 0; i < kElements; ++i) {
      Object.defineProperty(prototype, i, { configurable: true, get() {}, set: note });
    }
  }
  const { constructor, push, [Symbol.iterator]: iterator } = Array.prototype;
  const species = { [Symbol.species]: function (length) { note(`species of ${length}`); return new Array(length); } };
  Array.prototype.constructor = species;
  Array.prototype.push = note;
  Array.prototype[Symbol.iterator] = function () { note("iterator"); return iterator.call(this); };
  try {
    await use();
  } finally {
    for (let i = 0; i < kElements; ++i) {
      delete Array.prototype[i];
      delete Object.prototype[i];
    }
    const restore = (key, value) =>
      Object.defineProperty(Array.prototype, key, { value, enumerable: false, configurable: true, writable: true });
    restore(Symbol.iterator, iterator);
    restore("constructor", constructor);
    restore("push", push);
  }
  return caught.map(String);
}

class Shape {
  size = 1;
  get area() { return this.size; }
}

const uses = {
  eventTarget() {
    const target = new EventTarget();
    const heard = () => {};
    target.addEventListener("x", heard);
    target.addEventListener("x", () => {}, { once: true });
    target.addEventListener("x", { handleEvent() {} });
    target.dispatchEvent(new Event("x"));
    target.removeEventListener("x", heard);
    target.dispatchEvent(new CustomEvent("x", { detail: 1 }));
  },
  abortSignals() {
    const controller = new AbortController();
    const signal = AbortSignal.any(new Set().add(controller.signal).add(new AbortController().signal));
    signal.onabort = () => {};
    controller.signal.addEventListener("abort", () => {});
    controller.abort();
    strictEqual(signal.aborted, true);
  },
  console() {
    console.debug("%s %o", "text", { list: { a: 1 } }, new Map().set("k", new Set()), new Shape());
    console.debug(new Error("shown", { cause: new TypeError("why") }), Symbol("s"), () => {}, class {});
    console.group("in");
    console.table({ a: { x: 1 }, b: { y: 2 }, c: 3 });
    console.groupEnd();
    console.assert(false, "asserted", 1);
    console.count();
  },
  inspection() {
    console.debug(new Headers({ a: "b" }), new URL("https://x/?q#h"), new Request("https://x/"), new Response("x"));
    console.debug(new Event("x"), new AbortController(), new Blob(), new URLSearchParams("a=b"), new Uint8Array(3));
  },
  performance() {
    performance.mark("a");
    performance.measure("b", "a");
    strictEqual(performance.getEntriesByName("a").length, 1);
    performance.clearMarks();
    performance.clearMeasures();
  },
  messages() {
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = () => {};
    port1.postMessage({ a: 1 });
    port1.close();
  },
  sockets() {
    const pair = new WebSocketPair();
    pair["0"].accept();
    pair["1"].accept();
    pair["1"].addEventListener("message", () => {});
    pair["0"].send("x");
    pair["0"].close();
  },
  data() {
    new Headers({ a: "1", b: "2" }).forEach(() => {});
    new Headers({ a: "1" }).getSetCookie();
    new URLSearchParams({ a: "1" }).getAll("a");
    structuredClone({ list: { deep: new Map() }, error: new Error("e") });
    new TextDecoder().decode(new TextEncoder().encode("x"));
    crypto.getRandomValues(new Uint8Array(8));
  },
  async frames() {
    const storage = new AsyncLocalStorage();
    await storage.run(1, () => storage.run(2, () => scheduler.wait(1)));
  },
  async calls(env, context) {
    await context.exports.default.double(2);
    await context.exports.default.fetch("https://x/");
  },
};

export default {
  double: (number) => number * 2,
  fetch: () => new Response("x"),
};

const test = (use) => ({
  async test(controller, env, context) {
    deepStrictEqual(await caughtDuring(() => use(env, context)), []);
  },
});

export const eventTarget = test(uses.eventTarget);
export const abortSignals = test(uses.abortSignals);
export const consoleMethods = test(uses.console);
export const inspection = test(uses.inspection);
export const performanceEntries = test(uses.performance);
export const messages = test(uses.messages);
export const sockets = test(uses.sockets);
export const data = test(uses.data);
export const frames = test(uses.frames);
export const calls = test(uses.calls);
