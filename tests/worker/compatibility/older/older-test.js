import { strictEqual, throws } from "node:assert";

export const aNamedFlagBeatsTheDate = {
  test() {
    strictEqual(Cloudflare.compatibilityFlags.global_navigator, false);
    strictEqual(typeof navigator, "undefined");
  },
};

export const onlyTheMethodsOfTheStandardAreUpperCased = {
  test() {
    throws(() => new Request("https://x/", { method: "patch" }), TypeError);
    strictEqual(new Request("https://x/", { method: "PATCH" }).method, "PATCH");
    strictEqual(new Request("https://x/", { method: "post" }).method, "POST");
  },
};
