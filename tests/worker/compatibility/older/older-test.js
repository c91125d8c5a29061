import { strictEqual } from "node:assert";

export const aNamedFlagBeatsTheDate = {
  test() {
    strictEqual(Cloudflare.compatibilityFlags.global_navigator, false);
    strictEqual(typeof navigator, "undefined");
  },
};

export const onlyTheMethodsOfTheStandardAreUpperCased = {
  test() {
    strictEqual(new Request("https://x/", { method: "patch" }).method, "patch");
    strictEqual(new Request("https://x/", { method: "post" }).method, "POST");
  },
};
