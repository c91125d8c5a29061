import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";

import add from "./parts/add.wasm";
import { count, counter, increment, words as wordsAgain } from "./parts/again.js";
import bytes from "./parts/bytes.bin";
import { specifier } from "./parts/counter.js";
import { both as bothFromA } from "./parts/cycle-a.js";
import { both as bothFromB } from "./parts/cycle-b.js";
import note from "./parts/note.txt";
import page from "./parts/page.html";
import query from "./parts/query.sql";
import { value } from "./parts/slow.js";
import words from "./parts/words.json";

export const textModulesAreStrings = {
  test() {
    strictEqual(note, "Text with ü\n");
    strictEqual(page, "<p>page</p>\n");
    strictEqual(query, "SELECT 1;\n");
  },
};

export const dataModulesAreArrayBuffers = {
  test() {
    ok(bytes instanceof ArrayBuffer);
    deepStrictEqual([...new Uint8Array(bytes)], [0, 1, 254, 255]);
  },
};

export const jsonModulesAreTheirValue = {
  test() {
    deepStrictEqual(words, { list: ["one", "two"], ü: null });
    strictEqual(wordsAgain, words);
  },
};

export const wasmModulesAreCompiled = {
  test() {
    ok(add instanceof WebAssembly.Module);
    strictEqual(new WebAssembly.Instance(add).exports.add(2, 3), 5);
  },
};

export const bindingsAreLive = {
  test() {
    const before = count;
    strictEqual(increment(), before + 1);
    strictEqual(count, before + 1);
    strictEqual(counter.count, before + 1);
  },
};

export const importedBindingsCannotBeAssigned = {
  test() {
    throws(() => {
      counter.count = 7;
    }, TypeError);
  },
};

export const cyclesLink = {
  test() {
    strictEqual(bothFromA(), "ab");
    strictEqual(bothFromB(), "ba");
  },
};

export const topLevelAwaitIsWaitedFor = {
  test() {
    strictEqual(value, "awaited");
  },
};

export const importMetaUrlNamesTheModule = {
  test() {
    ok(specifier.endsWith("parts/counter.js"), specifier);
    ok(import.meta.url.endsWith("modules-test.js"), import.meta.url);
  },
};

export const dynamicImportGivesTheSameModule = {
  async test() {
    const again = await import("./parts/counter.js");
    strictEqual(again.increment, increment);
    strictEqual((await import("./parts/words.json")).default, words);
  },
};

export const dynamicImportTakesAComputedName = {
  async test() {
    const name = ["slow", "js"].join(".");
    strictEqual((await import(`./parts/${name}`)).value, "awaited");
  },
};

export const aMissingModuleRejects = {
  async test() {
    await rejects(import("./parts/absent.js"), /absent\.js/);
    await rejects(import("no-such-package"), /no-such-package/);
  },
};

export const aThrowingModuleRejectsWithItsError = {
  async test() {
    await rejects(import("./parts/throwing.js"), {
      name: "RangeError",
      message: "thrown by a module",
    });
    await rejects(import("./parts/throwing.js"), {
      name: "RangeError",
      message: "thrown by a module",
    });
  },
};

export const namespacesLookAsTheStandardSays = {
  async test() {
    const namespace = await import("./parts/counter.js");
    strictEqual(Object.prototype.toString.call(namespace), "[object Module]");
    deepStrictEqual(Object.keys(namespace), ["count", "increment", "specifier"]);
    strictEqual(Object.getPrototypeOf(namespace), null);
  },
};

export const modulesAreStrict = {
  test() {
    strictEqual(
      (function () {
        return this;
      })(),
      undefined,
    );
  },
};

export const cloudflareWorkersIsBuiltIn = {
  async test(controller, env) {
    const workers = await import("cloudflare:workers");
    strictEqual(typeof workers.WorkerEntrypoint, "function");
    strictEqual(typeof workers.DurableObject, "function");
    strictEqual(typeof workers.waitUntil, "function");
    deepStrictEqual({ ...workers.env }, { ...env });
  },
};

export const aMissingModuleIsCalledByItsName = {
  async test() {
    await rejects(import("./absent.js"), {
      name: "Error",
      message: 'No such module "./absent.js".',
    });
  },
};

export const aMissingPackageIsCalledOne = {
  async test() {
    for (const name of ["absent", "@scope/absent", "absent/file.js"]) {
      await rejects(import(name), (error) => {
        strictEqual(error.message.startsWith(`No such module "${name}". It is a package`), true);
        return true;
      });
    }
  },
};
