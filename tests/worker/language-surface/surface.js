// What a script finds of the language, beside what it finds in workerd.

import { deepStrictEqual, strictEqual, throws, rejects } from "node:assert";

// Each name of the language's globals with the names of its own properties and of its prototype's, in workerd of
// 2026-11-17 with a compatibility date of 2026-11-01.
import workerd from "./workerd.json";

// What the V8 of that workerd has, and ours does not yet.
const kNewer = [
  "Iterator prototype includes",
  "Iterator prototype join",
  "Iterator own zip",
  "Iterator own zipKeyed",
];

function propertiesOf(object) {
  return object ? Reflect.ownKeys(object).map(String) : [];
}

// Compares all that is there; `without` and `extra` are the globals that are absent at this date, or added by a flag.
export function isAsInWorkerd({ without = [], extra = [] } = {}) {
  const [missing, added] = [[], []];
  for (const [name, recorded] of Object.entries(workerd)) {
    if (without.includes(name)) {
      strictEqual(name in globalThis, false, name);
      continue;
    }
    const found = { own: propertiesOf(globalThis[name]), prototype: propertiesOf(globalThis[name].prototype) };
    for (const part of ["own", "prototype"]) {
      const wanted = (recorded[part] ?? "").split(" ").filter((key) => key !== "");
      for (const key of wanted) if (!found[part].includes(key)) missing.push(`${name} ${part} ${key}`);
      for (const key of found[part]) if (!wanted.includes(key)) added.push(`${name} ${part} ${key}`);
    }
  }
  deepStrictEqual(missing.toSorted(), kNewer.toSorted());
  deepStrictEqual(added.toSorted(), extra.toSorted());
}

export async function makesNoCode() {
  const generator = function* () {}.constructor;
  const asynchronous = (async () => {}).constructor;
  for (const make of [() => (0, eval)("1"), () => new Function("return 1"), () => generator("yield 1"),
    () => asynchronous("return 1")]) {
    throws(make, { name: "EvalError" });
  }
  const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  strictEqual(WebAssembly.validate(empty), true);
  throws(() => new WebAssembly.Module(empty), { name: "CompileError" });
  await rejects(WebAssembly.compile(empty), { name: "CompileError" });
  await rejects(WebAssembly.instantiate(empty), { name: "CompileError" });
}

export function waitsForNobody() {
  const words = new Int32Array(new SharedArrayBuffer(4));
  throws(() => Atomics.wait(words, 0, 0, 1), TypeError);
}

export const noTemporal = () =>
  deepStrictEqual(
    ["Temporal" in globalThis, "toTemporalInstant" in Date.prototype, "ShadowRealm" in globalThis],
    [false, false, false],
  );
