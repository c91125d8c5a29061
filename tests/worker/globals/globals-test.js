import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";

export const selfIsTheGlobal = {
  test() {
    strictEqual(self, globalThis);
    strictEqual(typeof window, "undefined");
    strictEqual(typeof document, "undefined");
  },
};

export const interfacesAreNotEnumerable = {
  test() {
    for (const name of [
      "Headers",
      "Request",
      "Response",
      "URL",
      "TextDecoder",
      "EventTarget",
      "Blob",
      "DOMException",
    ]) {
      const { enumerable, writable, configurable } = Object.getOwnPropertyDescriptor(
        globalThis,
        name,
      );
      deepStrictEqual([enumerable, writable, configurable], [false, true, true], name);
      strictEqual(globalThis[name].name, name);
    }
  },
};

// A prototype is no instance of its own interface, and neither is what inherits from it.
export const methodsWantAnInstance = {
  test() {
    for (const { prototype } of [Headers, Request, Response, URL, URLSearchParams, TextEncoder, Blob]) {
      const members = Object.values(Object.getOwnPropertyDescriptors(prototype));
      const natives = members.flatMap(({ get, value }) => get ?? value ?? []).filter(
        (member) => typeof member === "function" && member !== prototype.constructor,
      );
      ok(natives.length > 0);
      for (const native of natives) {
        for (const receiver of [prototype, Object.create(prototype), {}, undefined, new Proxy({}, {})]) {
          throws(() => native.call(receiver, "a", "b"), TypeError, `${native.name} of ${prototype.constructor.name}`);
        }
      }
    }
  },
};

export const navigatorNamesTheRuntime = {
  test() {
    strictEqual(navigator.userAgent, "Cloudflare-Workers");
    deepStrictEqual([navigator.language, ...navigator.languages], ["en", "en"]);
  },
};

export const performanceMeasures = {
  async test() {
    const start = performance.now();
    await scheduler.wait(5);
    ok(performance.now() >= start);
    strictEqual(typeof performance.timeOrigin, "number");
  },
};

export const domExceptionsAreErrors = {
  test() {
    const error = new DOMException("went wrong", "NotFoundError");
    ok(error instanceof Error);
    deepStrictEqual([error.name, error.message, error.code], ["NotFoundError", "went wrong", 8]);
    deepStrictEqual([new DOMException().name, new DOMException().code], ["Error", 0]);
    strictEqual(new DOMException("m", "Unheard").code, 0);
    strictEqual(DOMException.QUOTA_EXCEEDED_ERR, 22);
    strictEqual(String(error), "NotFoundError: went wrong");
    match(error.stack, /globals-test\.js/);
    throws(() => DOMException("m"), TypeError);
  },
};

export const newerLanguageFeaturesAreThere = {
  async test() {
    const { promise, resolve } = Promise.withResolvers();
    resolve(1);
    strictEqual(await promise, 1);
    deepStrictEqual([3, 1, 2].toSorted(), [1, 2, 3]);
    deepStrictEqual([1, 2, 3].with(0, 9), [9, 2, 3]);
    deepStrictEqual(
      { ...Object.groupBy([1, 2, 3], (n) => (n % 2 ? "odd" : "even")) },
      { odd: [1, 3], even: [2] },
    );
    deepStrictEqual([...new Set([1, 2]).union(new Set([3]))], [1, 2, 3]);
    deepStrictEqual(
      [1, 2, 3]
        .values()
        .map((n) => n * 2)
        .toArray(),
      [2, 4, 6],
    );
    deepStrictEqual(await Array.fromAsync([Promise.resolve(1), 2]), [1, 2]);
    strictEqual(new ArrayBuffer(2).transfer(4).byteLength, 4);
    strictEqual(new Uint8Array([255]).toHex(), "ff");
    deepStrictEqual(Uint8Array.fromBase64("AQI="), new Uint8Array([1, 2]));
    strictEqual(
      [1, 2, 3].findLast((n) => n < 3),
      2,
    );
    strictEqual("a\ud800".isWellFormed(), false);
  },
};

export const intlAndRegularExpressionsWork = {
  test() {
    strictEqual(new Intl.NumberFormat("de-DE").format(1234567.5), "1.234.567,5");
    strictEqual(
      "2026-08-01".replace(/(?<y>\d+)-(?<m>\d+)-(?<d>\d+)/u, "$<d>.$<m>.$<y>"),
      "01.08.2026",
    );
    strictEqual(/\p{Lu}/u.test("É"), true);
  },
};
