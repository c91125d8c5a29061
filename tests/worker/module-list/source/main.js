import { deepStrictEqual, ok, strictEqual } from "node:assert";

import add from "add";
import plain from "folder/plain";
import old from "old";
import older from "older";
import raw from "raw";
import settings from "settings";

export const namesAreTakenVerbatim = {
  test() {
    deepStrictEqual(settings, { depth: 3 });
    strictEqual(plain, '{ "depth": 3 }\n');
    strictEqual(new TextDecoder().decode(raw), plain);
    ok(add instanceof WebAssembly.Module);
  },
};

export const commonJsExportsAreTheDefault = {
  test() {
    strictEqual(old.name, "old");
    strictEqual(old.file, "object");
    deepStrictEqual(old.here, ["old", ""]);
    strictEqual(older(), "older");
  },
};

export const requireGivesTheSameModule = {
  test() {
    strictEqual(old.older, older);
    strictEqual(older.loads, 1);
  },
};
