import { strictEqual } from "node:assert";

import { isAsInWorkerd, makesNoCode, noTemporal, waitsForNobody } from "./surface.js";

export const theLanguageIsThatOfWorkerd = { test: () => isAsInWorkerd() };
export const temporalIsHidden = { test: noTemporal };
export const textMakesNoCode = { test: makesNoCode };
export const atomicsDoNotBlock = { test: waitsForNobody };

export const theLocaleAndTheTimeZoneAreNobodys = {
  test() {
    strictEqual(new Intl.NumberFormat().resolvedOptions().locale, "en-US");
    strictEqual(new Intl.DateTimeFormat().resolvedOptions().timeZone, "UTC");
    strictEqual(new Date().getTimezoneOffset(), 0);
  },
};
