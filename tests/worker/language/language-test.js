// The language of 2026, as V8 14.6 has it: one small example of each part that is younger than V8 10.2.

import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";

import data from "./parts/data.json" with { type: "json" };

// ---- Resources ----

export const usingDisposesInReverse = {
  test() {
    const log = [];
    const resource = (name) => ({ [Symbol.dispose]: () => log.push(name) });
    {
      using first = resource("first");
      using second = resource("second");
      using none = null;
      log.push("body");
      ok(first && second && none === null);
    }
    deepStrictEqual(log, ["body", "second", "first"]);
  },
};

export const usingKeepsBothErrors = {
  test() {
    try {
      using resource = { [Symbol.dispose]() { throw new Error("disposal"); } };
      ok(resource);
      throw new Error("body");
    } catch (error) {
      ok(error instanceof SuppressedError);
      strictEqual(error.error.message, "disposal");
      strictEqual(error.suppressed.message, "body");
    }
  },
};

export const awaitUsingWaitsForTheDisposal = {
  async test() {
    const log = [];
    {
      await using resource = {
        async [Symbol.asyncDispose]() {
          await new Promise((done) => setTimeout(done, 1));
          log.push("disposed");
        },
      };
      ok(resource);
    }
    log.push("after");
    deepStrictEqual(log, ["disposed", "after"]);
  },
};

export const disposableStacksHoldResources = {
  async test() {
    const log = [];
    using stack = new DisposableStack();
    stack.defer(() => log.push("deferred"));
    stack.adopt("value", (value) => log.push(value));
    stack.move().dispose();
    deepStrictEqual(log, ["value", "deferred"]);
    ok(stack.disposed);

    const later = new AsyncDisposableStack();
    later.use({ [Symbol.asyncDispose]: async () => log.push("later") });
    await later.disposeAsync();
    strictEqual(log.at(-1), "later");
    strictEqual(Object.prototype.toString.call(stack), "[object DisposableStack]");
    strictEqual(Object.prototype.toString.call(later), "[object AsyncDisposableStack]");
  },
};

// ---- Modules ----

export const importAttributesNameJson = {
  async test() {
    deepStrictEqual(data, { list: [1, 2] });
    const { default: again } = await import("./parts/data.json", { with: { type: "json" } });
    strictEqual(again, data);
    const { default: plain } = await import("./parts/data.json");
    strictEqual(plain, data);
  },
};

export const otherImportAttributesAreRefused = {
  async test() {
    await rejects(import("./parts/data.json", { with: { type: "css" } }), TypeError);
    await rejects(import("./parts/data.json", { with: { kind: "json" } }), TypeError);
    await rejects(import("./parts/data.json", { with: 1 }), TypeError);
    await rejects(import("./parts/text.txt", { with: { type: "json" } }), {
      name: "TypeError",
      message: /text\.txt.*json/,
    });
  },
};

// ---- Numbers and bytes ----

export const float16Arrays = {
  test() {
    deepStrictEqual([...new Float16Array([1.337, 65504, 65520, 2 ** -25])], [1.3369140625, 65504, Infinity, 0]);
    strictEqual(Math.f16round(1.337), 1.3369140625);
    const view = new DataView(new ArrayBuffer(2));
    view.setFloat16(0, 1.5, true);
    deepStrictEqual([view.getUint8(0), view.getUint8(1), view.getFloat16(0, true)], [0x00, 0x3e, 1.5]);
  },
};

export const sumPreciseLosesNothing = {
  test() {
    strictEqual(Math.sumPrecise([1e20, 0.1, -1e20]), 0.1);
    ok(Object.is(Math.sumPrecise([]), -0));
    throws(() => Math.sumPrecise([1n]), TypeError);
  },
};

export const resizableBuffersGrowInPlace = {
  test() {
    const buffer = new ArrayBuffer(4, { maxByteLength: 16 });
    const bytes = new Uint8Array(buffer);
    ok(buffer.resizable);
    buffer.resize(12);
    strictEqual(bytes.length, 12);
    buffer.resize(2);
    strictEqual(bytes.length, 2);
    throws(() => buffer.resize(17), RangeError);
    throws(() => new ArrayBuffer(2, { maxByteLength: 1 }), RangeError);

    const shared = new SharedArrayBuffer(4, { maxByteLength: 8 });
    shared.grow(8);
    strictEqual(shared.byteLength, 8);
  },
};

export const buffersAreTransferred = {
  test() {
    const source = new Uint8Array([1, 2, 3]).buffer;
    const longer = source.transfer(4);
    ok(source.detached && !longer.detached);
    deepStrictEqual([...new Uint8Array(longer)], [1, 2, 3, 0]);
    const fixed = new ArrayBuffer(1, { maxByteLength: 2 }).transferToFixedLength();
    ok(!fixed.resizable);
  },
};

export const bytesFromAndToText = {
  test() {
    deepStrictEqual([...Uint8Array.fromBase64("AQID_w", { alphabet: "base64url" })], [1, 2, 3, 255]);
    strictEqual(new Uint8Array([1, 2, 255]).toBase64(), "AQL/");
    deepStrictEqual([...Uint8Array.fromHex("00ff")], [0, 255]);
    strictEqual(new Uint8Array([0, 255]).toHex(), "00ff");
    deepStrictEqual(new Uint8Array(2).setFromHex("010203"), { read: 4, written: 2 });
    throws(() => Uint8Array.fromBase64("?"), SyntaxError);
  },
};

export const atomicsPauseAndDoNotWait = {
  test() {
    strictEqual(Atomics.pause(), undefined);
    strictEqual(Atomics.pause(10), undefined);
    throws(() => Atomics.pause("10"), TypeError);
    const words = new Int32Array(new SharedArrayBuffer(4));
    strictEqual(Atomics.add(words, 0, 2), 0);
    deepStrictEqual(Atomics.waitAsync(words, 0, 1), { async: false, value: "not-equal" });
  },
};

// ---- Collections ----

export const iteratorHelpersAreLazy = {
  test() {
    function* naturals() {
      for (let n = 0; ; ++n) yield n;
    }
    const squares = naturals().filter((n) => n % 2).map((n) => n * n).drop(1).take(3);
    deepStrictEqual(squares.toArray(), [9, 25, 49]);
    deepStrictEqual([..."ab"].values().flatMap((letter) => [letter, letter]).toArray(), ["a", "a", "b", "b"]);
    strictEqual(naturals().take(5).reduce((sum, n) => sum + n), 10);
    ok(naturals().some((n) => n > 3) && naturals().take(3).every((n) => n < 3));
    strictEqual(naturals().find((n) => n > 6), 7);
    deepStrictEqual(Iterator.from({ next: () => ({ done: true }) }).toArray(), []);
    deepStrictEqual(Iterator.concat([1], new Set([2])).toArray(), [1, 2]);
  },
};

export const arrayFromAsyncTakesWhatAwaits = {
  async test() {
    async function* words() {
      yield "a";
      yield Promise.resolve("b");
    }
    deepStrictEqual(await Array.fromAsync(words()), ["a", "b"]);
    deepStrictEqual(await Array.fromAsync([Promise.resolve(1), 2], (n) => n * 2), [2, 4]);
    await rejects(Array.fromAsync([Promise.reject(new Error("no"))]), /no/);
  },
};

export const arraysChangeByCopy = {
  test() {
    const numbers = [3, 1, 2];
    deepStrictEqual(numbers.toSorted(), [1, 2, 3]);
    deepStrictEqual(numbers.toReversed(), [2, 1, 3]);
    deepStrictEqual(numbers.toSpliced(0, 1), [1, 2]);
    deepStrictEqual(numbers.with(0, 4), [4, 1, 2]);
    deepStrictEqual(numbers, [3, 1, 2]);
    strictEqual(numbers.findLast((n) => n > 1), 2);
  },
};

export const setsCombine = {
  test() {
    const [low, high] = [new Set([1, 2, 3]), new Set([3, 4])];
    const list = (set) => [...set];
    deepStrictEqual(list(low.union(high)), [1, 2, 3, 4]);
    deepStrictEqual(list(low.intersection(high)), [3]);
    deepStrictEqual(list(low.difference(high)), [1, 2]);
    deepStrictEqual(list(low.symmetricDifference(high)), [1, 2, 4]);
    ok(new Set([1]).isSubsetOf(low) && low.isSupersetOf(new Map([[2, ""]])) && !low.isDisjointFrom(high));
  },
};

export const mapsGroupAndInsert = {
  test() {
    const groups = Map.groupBy([1, 2, 3], (n) => n % 2);
    deepStrictEqual(groups.get(1), [1, 3]);
    deepStrictEqual({ ...Object.groupBy("aba", (letter) => letter) }, { a: ["a", "a"], b: ["b"] });
    strictEqual(groups.getOrInsert(2, "new"), "new");
    strictEqual(new WeakMap().getOrInsertComputed({}, () => 5), 5);
  },
};

// ---- Regular expressions and strings ----

export const regExpsKnowSetsOfCharacters = {
  test() {
    ok(/^[\p{L}--[a-z]]$/v.test("Ä") && !/^[\p{L}--[a-z]]$/v.test("a"));
    ok(/^\p{RGI_Emoji}$/v.test("👨‍👩‍👧"));
    ok(/^[[0-9]&&[5-9]]$/v.test("7"));
    throws(() => new RegExp("[a&&&]", "v"), SyntaxError);
  },
};

export const regExpsKnowModifiersAndNames = {
  test() {
    ok(/^a(?i:b)c$/.test("aBc") && !/^a(?i:b)c$/.test("ABc"));
    ok(/^(?s-i:.b)$/i.test("\nb") && !/^(?s-i:.b)$/i.test("\nB"));
    const { groups } = /(?<day>\d\d)-(?<year>\d{4})|(?<year>\d{4})/.exec("2026");
    strictEqual(groups.year, "2026");
    strictEqual(RegExp.escape("1+1"), String.raw`\x31\+1`);
    deepStrictEqual(/b(c)/d.exec("abc").indices, Object.assign([[1, 3], [2, 3]], { groups: undefined }));
  },
};

export const stringsAreWellFormed = {
  test() {
    ok(!"\ud800".isWellFormed());
    strictEqual("\ud800".toWellFormed(), "\ufffd");
    strictEqual("abc".at(-1), "c");
  },
};

// ---- Promises, errors, classes ----

export const promisesTryAndResolveFromOutside = {
  async test() {
    strictEqual(await Promise.try((a, b) => a + b, 1, 2), 3);
    await rejects(Promise.try(() => { throw new TypeError("thrown"); }), /thrown/);
    const { promise, resolve } = Promise.withResolvers();
    resolve("late");
    strictEqual(await promise, "late");
  },
};

export const errorsAreTold = {
  test() {
    ok(Error.isError(new RangeError("x")));
    ok(Error.isError(new AggregateError([])));
    ok(Error.isError(new DOMException("x")));
    ok(!Error.isError({ __proto__: Error.prototype, message: "x" }));
    ok(!Error.isError(Object.create(new DOMException("x"))));
    ok(!Error.isError(Error.prototype) && !Error.isError(DOMException.prototype) && !Error.isError());
    strictEqual(new Error("x", { cause: 5 }).cause, 5);
  },
};

export const classesHavePrivateParts = {
  test() {
    class Counter {
      #count = 0;
      static #made = 0;
      static { this.#made = 10; }
      static get made() { return this.#made; }
      #add(n) { this.#count += n; }
      add(n) { this.#add(n); return this.#count; }
      static isOne(value) { return #count in value; }
    }
    strictEqual(new Counter().add(3), 3);
    strictEqual(Counter.made, 10);
    ok(Counter.isOne(new Counter()) && !Counter.isOne({}));
  },
};

// ---- Intl ----

export const intlSpeaksFiveLanguages = {
  test() {
    const day = new Date(Date.UTC(2026, 10, 28, 15, 4));
    const long = { dateStyle: "long", timeZone: "UTC" };
    const spaces = (text) => text.replaceAll(/\s/g, " ");
    for (const [locale, number, date, plural] of [
      ["en", "1,234,567.5", "November 28, 2026", "other"],
      ["de", "1.234.567,5", "28. November 2026", "other"],
      ["pl", "1 234 567,5", "28 listopada 2026", "few"],
      ["ja", "1,234,567.5", "2026年11月28日", "other"],
      ["hi", "12,34,567.5", "28 नवंबर 2026", "other"],
      ["ar-EG", "١٬٢٣٤٬٥٦٧٫٥", "٢٨ نوفمبر ٢٠٢٦", "few"],
    ]) {
      strictEqual(spaces(new Intl.NumberFormat(locale).format(1234567.5)), number, locale);
      strictEqual(spaces(new Intl.DateTimeFormat(locale, long).format(day)), date, locale);
      strictEqual(new Intl.PluralRules(locale).select(3), plural, locale);
    }
  },
};

export const intlSortsSegmentsAndNames = {
  test() {
    deepStrictEqual(["z", "ä", "a"].toSorted(new Intl.Collator("de").compare), ["a", "ä", "z"]);
    deepStrictEqual(["z", "ä", "a"].toSorted(new Intl.Collator("sv").compare), ["a", "z", "ä"]);
    const words = new Intl.Segmenter("ja", { granularity: "word" }).segment("猫が好き");
    deepStrictEqual([...words].map(({ segment }) => segment), ["猫", "が", "好き"]);
    strictEqual(new Intl.ListFormat("fr").format(["un", "deux", "trois"]), "un, deux et trois");
    strictEqual(new Intl.RelativeTimeFormat("es").format(-2, "day"), "hace 2 días");
    strictEqual(new Intl.DisplayNames("it", { type: "region" }).of("DE"), "Germania");
    strictEqual(new Intl.DurationFormat("en", { style: "short" }).format({ hours: 1, minutes: 5 }), "1 hr, 5 min");
    strictEqual("I".toLocaleLowerCase("tr"), "ı");
  },
};
