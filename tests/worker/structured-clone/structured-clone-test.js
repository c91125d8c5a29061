import { deepStrictEqual, notStrictEqual, ok, strictEqual, throws } from "node:assert";

export const primitivesAreTheSame = {
  test() {
    for (const value of [undefined, null, true, 1.5, NaN, -0, 12n, "grüße"]) {
      ok(Object.is(structuredClone(value), value), String(value));
    }
  },
};

export const structuresAreCopiedDeeply = {
  test() {
    const value = {
      date: new Date(5),
      pattern: /a+/gi,
      map: new Map([[{ key: 1 }, new Set([1, [2]])]]),
      list: [1, , 3],
      boxed: Object("text"),
      bytes: new Uint8Array([1, 2]),
    };
    const copy = structuredClone(value);
    deepStrictEqual(copy, value);
    notStrictEqual(copy.map, value.map);
    strictEqual(1 in copy.list, false);
  },
};

export const cyclesAndSharingSurvive = {
  test() {
    const shared = {};
    const value = { a: shared, b: shared };
    value.self = value;
    const copy = structuredClone(value);
    strictEqual(copy.self, copy);
    strictEqual(copy.a, copy.b);
  },
};

export const errorsKeepNameMessageAndCause = {
  test() {
    const copy = structuredClone(new RangeError("far", { cause: { a: 1 } }));
    ok(copy instanceof RangeError);
    strictEqual(copy.name, "RangeError");
    strictEqual(copy.message, "far");
    deepStrictEqual(copy.cause, { a: 1 });
  },
};

export const classesBecomePlainObjects = {
  test() {
    class Point {
      x = 1;
      get y() {
        return 2;
      }
    }
    const copy = structuredClone(new Point());
    strictEqual(Object.getPrototypeOf(copy), Object.prototype);
    deepStrictEqual(copy, { x: 1 });
  },
};

export const whatCannotBeClonedIsADataCloneError = {
  test() {
    for (const value of [
      () => {},
      Symbol("s"),
      new WeakMap(),
      Promise.resolve(),
      { deep: [() => {}] },
    ]) {
      throws(() => structuredClone(value), { name: "DataCloneError", code: 25 });
    }
    throws(() => structuredClone(), TypeError);
  },
};

export const transferredBuffersAreEmptied = {
  test() {
    const buffer = new Uint8Array([1, 2, 3]).buffer;
    const copy = structuredClone({ buffer }, { transfer: [buffer] });
    strictEqual(buffer.byteLength, 0);
    deepStrictEqual(new Uint8Array(copy.buffer), new Uint8Array([1, 2, 3]));
    throws(() => structuredClone(1, { transfer: [buffer] }), { name: "DataCloneError" });
    throws(() => structuredClone(1, { transfer: [{}] }), { name: "DataCloneError" });
  },
};

export const gettersThatThrowPassTheirError = {
  test() {
    const value = {
      get broken() {
        throw new RangeError("mine");
      },
    };
    throws(() => structuredClone(value), { name: "RangeError", message: "mine" });
  },
};

export const someObjectsOfThePlatformAreCloned = {
  async test() {
    const headers = new Headers({ a: "1" });
    const { blob, file, error, copy } = structuredClone({
      copy: headers,
      blob: new Blob(["text"], { type: "a/b" }),
      file: new File(["x"], "name", { lastModified: 3 }),
      error: new DOMException("enough", "AbortError"),
    });
    strictEqual(await blob.text(), "text");
    strictEqual(blob.type, "a/b");
    ok(file instanceof File);
    deepStrictEqual([file.name, file.lastModified], ["name", 3]);
    ok(error instanceof DOMException);
    deepStrictEqual([error.name, error.message], ["AbortError", "enough"]);
    copy.append("b", "2");
    deepStrictEqual([copy instanceof Headers, ...copy, ...headers], [true, ["a", "1"], ["b", "2"], ["a", "1"]]);
  },
};

export const otherObjectsOfThePlatformAreRefused = {
  test() {
    for (const value of [
      new Request("https://example.com/", { method: "POST", body: "x" }),
      new Response("x"),
      new TextDecoder(),
      new URL("https://example.com/"),
      new URLSearchParams(),
      [{ deep: new Response("x") }],
      AbortSignal.abort(),
      new (class Mine extends EventTarget {})(),
      crypto,
    ]) {
      throws(() => structuredClone(value), { name: "DataCloneError" });
    }
  },
};

export const causesKeepTheirIdentity = {
  test() {
    const inner = new TypeError("inner", { cause: { n: 1 } });
    const copy = structuredClone([new Error("outer", { cause: inner }), inner]);
    strictEqual(copy[0].cause, copy[1]);
    strictEqual(copy[1].cause.n, 1);
    throws(() => structuredClone(new Error("x", { cause: () => {} })), { name: "DataCloneError" });
  },
};

export const sharedBuffersAreShared = {
  test() {
    const buffer = new SharedArrayBuffer(1);
    const [one, two] = structuredClone([buffer, buffer]);
    strictEqual(one, two);
    new Uint8Array(one)[0] = 9;
    strictEqual(new Uint8Array(buffer)[0], 9);
  },
};

export const aTransferListThatIsWrongChangesNothing = {
  test() {
    const buffer = new ArrayBuffer(8);
    const { buffer: memory } = new WebAssembly.Memory({ initial: 1 });
    throws(() => structuredClone(1, { transfer: [buffer, buffer] }), { name: "DataCloneError" });
    throws(() => structuredClone(() => {}, { transfer: [buffer] }), { name: "DataCloneError" });
    throws(() => structuredClone(1, { transfer: [memory] }), { name: "DataCloneError" });
    throws(() => structuredClone(1, { transfer: buffer }), TypeError);
    throws(() => structuredClone(1, { transfer: [1] }), TypeError);
    strictEqual(buffer.byteLength, 8);
  },
};
