import { deepStrictEqual, strictEqual } from "node:assert";

const attempts = {
  setTimeout: () => setTimeout(() => {}, 0),
  setInterval: () => setInterval(() => {}, 0),
  setImmediate: () => setImmediate(() => {}),
  clearTimeout: () => clearTimeout(1),
  getRandomValues: () => crypto.getRandomValues(new Uint8Array(1)),
  randomUUID: () => crypto.randomUUID(),
};

const refusals = Object.fromEntries(
  Object.entries(attempts).map(([name, attempt]) => {
    try {
      attempt();
      return [name, "allowed"];
    } catch (error) {
      return [name, `${error.constructor.name}: ${error.message}`];
    }
  }),
);

const startedAt = [Date.now(), new Date().getTime()];

let evaluated;
try {
  evaluated = new Function("return 1 + 1")();
} catch (error) {
  evaluated = error.name;
}

let microtaskRan = false;
queueMicrotask(() => {
  microtaskRan = true;
});

export const inputAndOutputAreRefusedAtStartUp = {
  test() {
    const text =
      "Error: Disallowed operation called within global scope. Asynchronous I/O (ex: fetch() or connect()), " +
      "setting a timeout, and generating random values are not allowed within global scope. To fix this error, " +
      "perform this operation within a handler. https://developers.cloudflare.com/workers/runtime-apis/handlers/";
    deepStrictEqual(
      refusals,
      Object.fromEntries(Object.keys(attempts).map((name) => [name, text])),
    );
  },
};

export const theyAreAllowedInAHandler = {
  test() {
    for (const [name, attempt] of Object.entries(attempts)) {
      const made = attempt();
      if (name === "setInterval") clearInterval(made);
    }
  },
};

export const theClockStandsAtZero = {
  test() {
    deepStrictEqual(startedAt, [0, 0]);
    strictEqual(Date.now() > 1e12, true);
  },
};

export const codeFromStringsIsForStartUpOnly = {
  test() {
    strictEqual(evaluated, 2);
    for (const attempt of [() => new Function("return 1")(), () => (0, eval)("1")]) {
      let name = "allowed";
      try {
        attempt();
      } catch (error) {
        name = error.name;
      }
      strictEqual(name, "EvalError");
    }
  },
};

export const webAssemblyFromBytesIsRefusedInAHandler = {
  test() {
    const bytes = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    let name = "allowed";
    try {
      new WebAssembly.Module(bytes);
    } catch (error) {
      name = error.name;
    }
    strictEqual(name, "CompileError");
  },
};

export const microtasksOfStartUpHaveRun = {
  test() {
    strictEqual(microtaskRan, true);
  },
};
