import { deepStrictEqual, strictEqual, throws } from "node:assert";

export const everyKindOfInitIsRead = {
  test() {
    for (const [init, want] of [
      [undefined, ""],
      ["", ""],
      ["?a=1&b=2", "a=1&b=2"],
      ["??a=1", "%3Fa=1"],
      ["a&b=&=c&&", "a=&b=&=c"],
      ["a=1+2%203", "a=1+2+3"],
      ["a=%zz", "a=%25zz"],
      ["a=b=c", "a=b%3Dc"],
      [{ a: "1", b: "ü" }, "a=1&b=%C3%BC"],
      [
        [
          ["a", "1"],
          ["a", "2"],
        ],
        "a=1&a=2",
      ],
      [new Map([["a", "1"]]), "a=1"],
      [new URLSearchParams("a=1"), "a=1"],
    ]) {
      strictEqual(new URLSearchParams(init).toString(), want);
    }
  },
};

export const pairsMustBePairs = {
  test() {
    for (const init of [[["a"]], [["a", "b", "c"]], [[]], [1]]) {
      throws(() => new URLSearchParams(init), TypeError);
    }
  },
};

export const getTakesTheFirstGetAllTakesAll = {
  test() {
    const params = new URLSearchParams("a=1&b=2&a=3");
    strictEqual(params.get("a"), "1");
    deepStrictEqual(params.getAll("a"), ["1", "3"]);
    strictEqual(params.get("c"), null);
    deepStrictEqual(params.getAll("c"), []);
    strictEqual(params.size, 3);
  },
};

export const hasAndDeleteTakeAValue = {
  test() {
    const params = new URLSearchParams("a=1&a=2&b=1");
    strictEqual(params.has("a", "2"), true);
    strictEqual(params.has("a", "3"), false);
    strictEqual(params.has("a", undefined), true);
    params.delete("a", "1");
    strictEqual(params.toString(), "a=2&b=1");
    params.delete("a");
    strictEqual(params.toString(), "b=1");
  },
};

export const setKeepsThePlaceOfTheFirst = {
  test() {
    const params = new URLSearchParams("a=1&b=2&a=3");
    params.set("a", "4");
    params.set("c", "5");
    strictEqual(params.toString(), "a=4&b=2&c=5");
  },
};

export const sortIsByCodeUnitAndStable = {
  test() {
    const params = new URLSearchParams("z=1&ﬃ=2&🌈=3&z=0&a=4");
    params.sort();
    deepStrictEqual(
      [...params],
      [
        ["a", "4"],
        ["z", "1"],
        ["z", "0"],
        ["🌈", "3"],
        ["ﬃ", "2"],
      ],
    );
  },
};

export const iterationSeesChangesMadeMeanwhile = {
  test() {
    const params = new URLSearchParams("a=1&b=2&c=3");
    const seen = [];
    for (const [name] of params) {
      seen.push(name);
      params.delete("b");
    }
    deepStrictEqual(seen, ["a", "c"]);
  },
};

export const iteratorsAndForEachAgree = {
  test() {
    const params = new URLSearchParams("a=1&b=2");
    deepStrictEqual([...params.keys()], ["a", "b"]);
    deepStrictEqual([...params.values()], ["1", "2"]);
    deepStrictEqual([...params.entries()], [...params]);
    const seen = [];
    params.forEach((value, name, whole) => seen.push([name, value, whole === params]));
    deepStrictEqual(seen, [
      ["a", "1", true],
      ["b", "2", true],
    ]);
  },
};

export const loneSurrogatesAreReplaced = {
  test() {
    strictEqual(new URLSearchParams([["a", "\ud800"]]).toString(), "a=%EF%BF%BD");
  },
};

export const missingArgumentsAreTypeErrors = {
  test() {
    const params = new URLSearchParams();
    throws(() => params.append("a"), TypeError);
    throws(() => params.get(), TypeError);
    throws(() => params.set("a"), TypeError);
  },
};
