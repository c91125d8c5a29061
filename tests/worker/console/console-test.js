import { deepStrictEqual, strictEqual } from "node:assert";

const methods = [
  "assert",
  "clear",
  "count",
  "countReset",
  "debug",
  "dir",
  "dirxml",
  "error",
  "group",
  "groupCollapsed",
  "groupEnd",
  "info",
  "log",
  "table",
  "time",
  "timeEnd",
  "timeLog",
  "trace",
  "warn",
];

export const everyMethodIsThere = {
  test() {
    for (const method of methods) strictEqual(typeof console[method], "function", method);
  },
};

export const everyMethodReturnsNothing = {
  test() {
    for (const method of methods) strictEqual(console[method](), undefined, method);
  },
};

export const methodsNeedNoReceiver = {
  test() {
    const { log } = console;
    log("said without a receiver");
  },
};

export const whatIsLoggedCannotBreakTheCaller = {
  test() {
    const cycle = { name: "cycle" };
    cycle.self = cycle;
    const hostile = {
      get broken() {
        throw new Error("never seen");
      },
    };
    const proxy = new Proxy(
      {},
      {
        get: () => {
          throw new Error("trap");
        },
      },
    );
    console.log(cycle, hostile, proxy, Symbol("s"), 1n, null, undefined, () => {}, class A {});
    console.log("%s %d %i %f %j %o %O %c %%", "s", 1, 2.5, "3.5", cycle, {}, [], "css");
    console.log("%s", Symbol("s"));
  },
};

export const theNamespaceLooksAsTheStandardSays = {
  test() {
    strictEqual(Object.prototype.toString.call(console), "[object console]");
    const { configurable, enumerable, writable } = Object.getOwnPropertyDescriptor(
      globalThis,
      "console",
    );
    deepStrictEqual(
      { configurable, enumerable, writable },
      {
        configurable: true,
        enumerable: false,
        writable: true,
      },
    );
  },
};

export const labelsAreConvertedToStrings = {
  test() {
    let converted = 0;
    const label = { toString: () => `label ${++converted}` };
    console.count(label);
    console.countReset(label);
    strictEqual(converted, 2);
  },
};
