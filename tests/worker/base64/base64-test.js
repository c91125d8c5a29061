import { strictEqual, throws } from "node:assert";

export const btoaEncodes = {
  test() {
    for (const [text, want] of [
      ["", ""],
      ["a", "YQ=="],
      ["ab", "YWI="],
      ["abc", "YWJj"],
      ["\xff\xfe", "//4="],
    ]) {
      strictEqual(btoa(text), want);
      strictEqual(atob(want), text);
    }
    strictEqual(btoa(undefined), btoa("undefined"));
    strictEqual(btoa(12), "MTI=");
  },
};

export const atobForgivesSpaceAndMissingPadding = {
  test() {
    for (const [text, want] of [
      [" Y W\tJ\nj ", "abc"],
      ["YQ", "a"],
      ["YWI", "ab"],
      ["", ""],
      ["YR==", "a"],
    ]) {
      strictEqual(atob(text), want, JSON.stringify(text));
    }
  },
};

export const atobRefusesTheRest = {
  test() {
    for (const text of ["a", "=", "YQ=", "YQ===", "YWJj=", "Y-J_", "é", "ab\0c"]) {
      throws(() => atob(text), { name: "InvalidCharacterError", code: 5 }, JSON.stringify(text));
    }
    throws(() => atob(), TypeError);
  },
};

export const btoaTakesLatin1Only = {
  test() {
    throws(() => btoa("€"), { name: "InvalidCharacterError" });
    throws(() => btoa("€"), DOMException);
    throws(() => btoa(), TypeError);
  },
};
