import { notDeepStrictEqual, notStrictEqual, match, strictEqual, throws } from "node:assert";

export const everyIntegerArrayIsFilledInPlace = {
  test() {
    const classes = [
      Int8Array,
      Uint8Array,
      Uint8ClampedArray,
      Int16Array,
      Uint16Array,
      Int32Array,
      Uint32Array,
      BigInt64Array,
      BigUint64Array,
    ];
    for (const Class of classes) {
      const array = new Class(64);
      strictEqual(crypto.getRandomValues(array), array);
      notDeepStrictEqual(array, new Class(64));
    }
  },
};

export const onlyTheViewIsFilled = {
  test() {
    const whole = new Uint8Array(96);
    crypto.getRandomValues(whole.subarray(32, 64));
    strictEqual(whole.subarray(0, 32).some(Boolean), false);
    strictEqual(whole.subarray(64).some(Boolean), false);
    strictEqual(whole.subarray(32, 64).some(Boolean), true);
  },
};

export const otherArraysAreTypeMismatches = {
  test() {
    for (const value of [
      new Float32Array(1),
      new Float64Array(1),
      new DataView(new ArrayBuffer(1)),
    ]) {
      throws(() => crypto.getRandomValues(value), { name: "TypeMismatchError" });
    }
    for (const value of [undefined, [], {}, 1]) throws(() => crypto.getRandomValues(value));
  },
};

export const moreThan65536BytesIsQuotaExceeded = {
  test() {
    crypto.getRandomValues(new Uint8Array(65536));
    throws(() => crypto.getRandomValues(new Uint8Array(65537)), { name: "QuotaExceededError" });
    throws(() => crypto.getRandomValues(new Uint16Array(32769)), { name: "QuotaExceededError" });
  },
};

export const uuidsAreVersionFourAndDiffer = {
  test() {
    const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    const seen = new Set(Array.from({ length: 200 }, () => crypto.randomUUID()));
    strictEqual(seen.size, 200);
    for (const uuid of seen) match(uuid, pattern);
  },
};

export const mathRandomIsSeeded = {
  test() {
    notStrictEqual(Math.random(), Math.random());
  },
};
