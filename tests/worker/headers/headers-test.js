import { deepStrictEqual, strictEqual, throws } from "node:assert";

const pairs = (headers) => [...headers];

export const namesAreLowerCasedAndSorted = {
  test() {
    const headers = new Headers({ "X-B": "2", "x-a": "1", Accept: "*/*" });
    deepStrictEqual(pairs(headers), [
      ["accept", "*/*"],
      ["x-a", "1"],
      ["x-b", "2"],
    ]);
  },
};

export const lookUpIgnoresCase = {
  test() {
    const headers = new Headers({ "Content-Type": "text/plain" });
    strictEqual(headers.get("content-TYPE"), "text/plain");
    strictEqual(headers.has("CONTENT-type"), true);
    strictEqual(headers.get("absent"), null);
  },
};

export const appendJoinsWithCommaAndSpace = {
  test() {
    const headers = new Headers();
    headers.append("accept", "a");
    headers.append("Accept", "b");
    strictEqual(headers.get("accept"), "a, b");
  },
};

export const setReplacesEveryValue = {
  test() {
    const headers = new Headers([
      ["a", "1"],
      ["a", "2"],
    ]);
    headers.set("A", "3");
    deepStrictEqual(pairs(headers), [["a", "3"]]);
  },
};

export const deleteForgetsTheName = {
  test() {
    const headers = new Headers({ a: "1", b: "2" });
    headers.delete("A");
    headers.delete("never-there");
    deepStrictEqual(pairs(headers), [["b", "2"]]);
  },
};

export const constructorTakesEveryKindOfInit = {
  test() {
    for (const [init, want] of [
      [undefined, []],
      [{}, []],
      [{ a: "1" }, [["a", "1"]]],
      [
        [
          ["a", "1"],
          ["a", "2"],
        ],
        [["a", "1, 2"]],
      ],
      [new Map([["a", "1"]]), [["a", "1"]]],
      [new Headers({ a: "1" }), [["a", "1"]]],
      [
        { a: 1, b: null },
        [
          ["a", "1"],
          ["b", "null"],
        ],
      ],
    ]) {
      deepStrictEqual(pairs(new Headers(init)), want);
    }
  },
};

export const valuesAreTrimmed = {
  test() {
    strictEqual(new Headers({ a: " \t one two \r\n" }).get("a"), "one two");
  },
};

export const invalidNamesAndValuesAreTypeErrors = {
  test() {
    const headers = new Headers();
    for (const name of ["", "a b", "a:", "é", "a\n", "(a)"]) {
      throws(() => headers.set(name, "1"), TypeError, JSON.stringify(name));
      throws(() => headers.get(name), TypeError, JSON.stringify(name));
    }
    for (const value of ["a\nb", "a\rb", "a\0b"]) {
      throws(() => headers.set("a", value), TypeError, JSON.stringify(value));
    }
  },
};

export const badInitsAreTypeErrors = {
  test() {
    for (const init of [1, "a", [["a"]], [["a", "b", "c"]], [1], { "a b": "1" }]) {
      throws(() => new Headers(init), TypeError);
    }
  },
};

export const missingArgumentsAreTypeErrors = {
  test() {
    const headers = new Headers();
    throws(() => headers.append("a"), TypeError);
    throws(() => headers.set("a"), TypeError);
    throws(() => headers.get(), TypeError);
  },
};

export const setCookieIsNeverJoined = {
  test() {
    const headers = new Headers();
    headers.append("Set-Cookie", "a=1");
    headers.append("set-cookie", "b=2, c");
    deepStrictEqual(headers.getSetCookie(), ["a=1", "b=2, c"]);
    deepStrictEqual(pairs(headers), [
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2, c"],
    ]);
  },
};

export const getAllKnowsSetCookieAlone = {
  test() {
    const headers = new Headers([
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ]);
    deepStrictEqual(headers.getAll("Set-Cookie"), ["a=1", "b=2"]);
    throws(() => headers.getAll("accept"), TypeError);
  },
};

export const iteratorsAndForEachAgree = {
  test() {
    const headers = new Headers({ b: "2", a: "1" });
    deepStrictEqual([...headers.keys()], ["a", "b"]);
    deepStrictEqual([...headers.values()], ["1", "2"]);
    deepStrictEqual([...headers.entries()], pairs(headers));

    const seen = [];
    const receiver = {};
    headers.forEach(function (value, name, whole) {
      strictEqual(this, receiver);
      strictEqual(whole, headers);
      seen.push([name, value]);
    }, receiver);
    deepStrictEqual(seen, pairs(headers));
  },
};

export const theClassLooksAsWebIdlSays = {
  test() {
    strictEqual(Object.prototype.toString.call(new Headers()), "[object Headers]");
    strictEqual(Headers.prototype[Symbol.iterator], Headers.prototype.entries);
    throws(() => Headers(), TypeError);
    throws(() => Headers.prototype.get.call({}, "a"), TypeError);
  },
};

export const anIteratorOfItsOwnIsAsked = {
  test() {
    const init = new Headers({ a: "1" });
    init[Symbol.iterator] = function* () {
      yield ["b", "2"];
    };
    deepStrictEqual(pairs(new Headers(init)), [["b", "2"]]);
  },
};
