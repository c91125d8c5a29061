// What TypeScript and JSX mean, and what only a bundler can import.

import { deepStrictEqual, ok, rejects, strictEqual, throws } from "assertions";

import only from "@only";
import { classic, fragment } from "@lib/classic";
import { logged, Sums } from "@lib/standard/decorators";
import { type Side, unit } from "./lib/types";
import type { Shape } from "./lib/types.js";
import { shim } from "shim";
import add from "./parts/add.wasm?module";
import bytes from "./parts/bytes.bin";
import data from "./parts/data.json";
import dataAgain from "./parts/data.json" with { type: "json" };
import note from "./parts/note.txt";
import old from "./lib/old.cjs";
import equals = require("./lib/equals");

declare const MODE: string;
declare const LIMITS: { most: number };

// ---- The language ----

enum Plain { Zero, One, Ten = 10, Eleven }
enum Texts { A = "a", B = `${"b"}` }
const enum Folded { Two = 1 << 1, Length = "four".length }
declare enum Nowhere { A }

namespace Counter {
  export let count = 0;
  export function up() { return ++count; }
  export namespace Deep { export const value = count + 1; }
}
namespace Counter { export const more = () => count; }

abstract class Base<in out T = unknown> implements Shape {
  declare declared?: string;
  static readonly kind: string = "base";
  protected constructor(readonly side: number, private secret = "s", public override?: T) {}
  abstract area(): number;
  reveal(this: this) { return this.secret; }
}
class Square extends Base<string> {
  constructor(side: Side) { super(side); }
  override area(): number { return this.side ** 2; }
}

function over(a: string): string;
function over(a: number): number;
function over(a: unknown): unknown { return a; }

const seen: string[] = [];
function mark(target: unknown, key?: string | symbol, place?: unknown) {
  seen.push(`${typeof target}:${String(key)}:${typeof place}`);
}
@mark
class Marked {
  @mark field = 1;
  @mark method(@mark _given: number) {}
}

class Resource implements Disposable {
  static open = 0;
  constructor() { Resource.open++; }
  [Symbol.dispose]() { Resource.open--; }
}

const table: Record<string, [unknown, unknown]> = {
  "enums count, and name their values": [
    [Plain.Eleven, Plain[1], Texts.A + Texts.B, Object.keys(Plain).length], [11, "One", "ab", 8],
  ],
  "const enums are folded": [[Folded.Two, Folded.Length], [2, 4]],
  "declared enums are not there": [typeof Nowhere, "undefined"],
  "namespaces share their variables": [
    [Counter.up(), Counter.up(), Counter.count, Counter.more(), Counter.Deep.value], [1, 2, 2, 2, 1],
  ],
  "parameter properties, abstract classes and declared fields": [
    [new Square(3).area(), new Square(2).reveal(), "declared" in new Square(1), Base.kind], [9, "s", false, "base"],
  ],
  "overloads are one function": [[over("x"), over(1)], ["x", 1]],
  "satisfies, as, ! and <> vanish": [
    [({ a: 1 } satisfies { a: number }).a, (1 as unknown as string), [1]![0]!, ((x: number) => x)<number>(5 as any)],
    [1, 1, 1, 5],
  ],
  "decorators of TypeScript's own kind": [
    seen, ["object:field:undefined", "object:method:object", "object:method:number", "function:undefined:undefined"]
      .toSorted(),
  ],
  "decorators and accessors of the language": [
    [new Sums().add(1, 2), logged, Object.keys(new Sums())], [2 * 3 + 3, ["Sums"], []],
  ],
  "import = and export =": [equals.answer, 42],
  "import type and type modifiers": [unit, 1],
  "optional chaining over generics": [(undefined as { a?: { b: number } } | undefined)?.a?.b ?? "none", "none"],
  "names are kept": [[Square.name, (() => {}).name, over.name], ["Square", "", "over"]],
};

const sorted = (value: unknown) => (value === seen ? [...seen].sort() : value);

export const theLanguage = {
  test() {
    for (const [what, [is, shouldBe]] of Object.entries(table)) deepStrictEqual(sorted(is), shouldBe, what);
    ok(Marked);
  },
};

export const resourcesAreDisposedOf = {
  test() {
    {
      using a = new Resource();
      using b = new Resource();
      ok(a && b);
      strictEqual(Resource.open, 2);
    }
    strictEqual(Resource.open, 0);
  },
};

// ---- JSX ----

const List = ({ items, children }: { items: string[]; children?: unknown }) => (
  <ul class="list">{items.map((item) => <li>{item}</li>)}{children}</ul>
);

export const automaticJsx = {
  test() {
    const page: unknown = <><List items={["a", "b"]}><li>{unit}</li></List>{"&"}</>;
    strictEqual(page, '<ul class="list"><li>a</li><li>b</li><li>1</li></ul>&');
  },
};

export const classicJsx = {
  test() {
    deepStrictEqual(classic, ["a", { href: "/x" }, 1, ["b", null]]);
    deepStrictEqual(fragment, ["fragment", null, ["i", null]]);
  },
};

// ---- What is imported ----

export const pathsOfTsconfig = {
  test() {
    strictEqual(only, "by its path alone");
  },
};

export const aliasesLeadToFilesAndModules = {
  test() {
    strictEqual(shim, "shimmed");
    strictEqual(typeof ok, "function");
  },
};

export const definesReplaceText = {
  test() {
    strictEqual(MODE, "test");
    strictEqual(process.env.STAGE, "local");
    strictEqual(process.env.NODE_ENV, "development");
    strictEqual(LIMITS.most, 3);
    strictEqual("MODE" in globalThis, false);
    strictEqual(((MODE: string) => MODE)("own"), "own");
  },
};

export const filesThatAreModules = {
  test() {
    strictEqual(note, "a note");
    deepStrictEqual([...new Uint8Array(bytes)], [0, 1, 255]);
    strictEqual(new WebAssembly.Instance(add, {}).exports.add(2, 3), 5);
    deepStrictEqual(data, { list: [1, 2] });
    deepStrictEqual(data, dataAgain);
  },
};

export const commonJs = {
  test() {
    strictEqual(old.name, "old");
    strictEqual(typeof old.assert.deepStrictEqual, "function");
    strictEqual(old.text, "a note");
    strictEqual(require("./lib/old.cjs"), old);
  },
};

export const importingLater = {
  async test() {
    strictEqual((await import("./parts/late")).late, "late");
    const words = [];
    for (const word of ["one", "two"]) words.push((await import(`./parts/words/${word}.ts`)).default);
    deepStrictEqual(words, ["one", "two"]);
    const missing = "./parts/missing.ts";
    await rejects(import(missing), /No such module/);
  },
};

export const importMeta = {
  test() {
    strictEqual(import.meta.url, "file:///typescript-test.js");
    strictEqual(import.meta.main, true);
  },
};

// ---- Places ----

export const stacksNameTheOriginalPlace = {
  test() {
    const { stack } = new TypeError("here");
    const lines = stack!.split("\n");
    strictEqual(lines[0], "TypeError: here");
    strictEqual(lines[1].replace(/:\d+:\d+\)$/, ""), "    at Object.test (typescript-test.tsx");
    const [, line, column] = /:(\d+):(\d+)\)$/.exec(lines[1])!;
    deepStrictEqual([Number(line), Number(column)], [206, 23]);
  },
};

export const scriptsMayWriteStacksThemselves = {
  test() {
    const before = Error.prepareStackTrace;
    try {
      Error.prepareStackTrace = (error, sites) => [String(error), sites.length > 0, typeof sites[0].getLineNumber()];
      deepStrictEqual(new Error("own").stack, ["Error: own", true, "number"]);
      Error.prepareStackTrace = () => {
        throw new RangeError("of the writer");
      };
      throws(() => new Error("own").stack, RangeError);
    } finally {
      Error.prepareStackTrace = before;
    }
    ok(new Error("as before").stack!.startsWith("Error: as before\n    at "));
  },
};

export const aCloneOfAnErrorHasItsStack = {
  test() {
    const error = new RangeError("cloned", { cause: new Error("of it") });
    ok(structuredClone(error).stack!.includes("typescript-test.tsx:"));
    const own = new Error("own");
    Error.prepareStackTrace = (given) => `written for ${given.message}`;
    try {
      strictEqual(structuredClone(own).stack, "written for own");
    } finally {
      Error.prepareStackTrace = undefined;
    }
  },
};

export const aStackOfStrangeErrors = {
  test() {
    const strange = new Error("message");
    Object.defineProperty(strange, "name", { get() { throw new Error("no name"); } });
    ok(String(strange.stack).includes("typescript-test.tsx:"));
    const target: { stack?: string } = {};
    Error.captureStackTrace(target);
    ok(target.stack!.includes("typescript-test.tsx:"));
  },
};
