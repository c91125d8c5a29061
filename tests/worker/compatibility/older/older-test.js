import { strictEqual } from "node:assert";

export const aNamedFlagBeatsTheDate = {
  test() {
    strictEqual(Cloudflare.compatibilityFlags.global_navigator, false);
    strictEqual(typeof navigator, "undefined");
  },
};
