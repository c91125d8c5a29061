import { strictEqual } from "node:assert";

import { isAsInWorkerd, makesNoCode, noTemporal, waitsForNobody } from "../surface.js";

export const theLanguageIsTheSameWithoutWeakReferences = {
  test: () => isAsInWorkerd({ without: ["WeakRef", "FinalizationRegistry"] }),
};
export const temporalIsHidden = { test: noTemporal };
export const textMakesNoCode = { test: makesNoCode };
export const atomicsDoNotBlock = { test: waitsForNobody };

// Interfaces of the platform had no tag then; those of the language have theirs.
export const theLanguageKeepsItsTags = {
  test() {
    for (const [value, tag] of [
      [new Map(), "Map"],
      [new DisposableStack(), "DisposableStack"],
      [new AsyncDisposableStack(), "AsyncDisposableStack"],
      [new Float16Array(), "Float16Array"],
      [new SharedArrayBuffer(1), "SharedArrayBuffer"],
      [Iterator.prototype, "Iterator"],
    ]) {
      strictEqual(Object.prototype.toString.call(value), `[object ${tag}]`);
    }
  },
};
