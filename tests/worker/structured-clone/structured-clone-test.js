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
