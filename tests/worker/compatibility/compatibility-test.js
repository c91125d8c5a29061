import { strictEqual } from "node:assert";

export const flagsOfTheDateAreOn = {
  test() {
    strictEqual(Cloudflare.compatibilityFlags.global_navigator, true);
    strictEqual(typeof navigator, "object");
  },
};

export const flagsNamedInTheConfigAreOn = {
  test() {
    strictEqual(Cloudflare.compatibilityFlags.nodejs_compat, true);
  },
};

export const flagsWithoutADateAreOff = {
  test() {
    strictEqual(Cloudflare.compatibilityFlags.enable_request_signal, false);
  },
};

export const oppositesAreNotListed = {
  test() {
    strictEqual("no_global_navigator" in Cloudflare.compatibilityFlags, false);
  },
};

export const everyMethodIsUpperCased = {
  test() {
    strictEqual(new Request("https://x/", { method: "patch" }).method, "PATCH");
  },
};
