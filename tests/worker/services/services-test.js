import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";

export default {
  fetch(request) {
    return new Response(`myself at ${new URL(request.url).pathname}`);
  },
};

export const aServiceGetsTheWholeRequest = {
  async test(controller, { SHOP }) {
    const response = await SHOP.fetch("https://shop.example/a?b", {
      method: "PUT",
      headers: { "X-Asked": "yes" },
      body: "grüße",
    });
    deepStrictEqual(await response.json(), {
      name: "Corner shop",
      method: "PUT",
      url: "https://shop.example/a?b",
      header: "yes",
      body: "grüße",
    });
  },
};

export const aServiceTakesARequestObject = {
  async test(controller, { SHOP }) {
    const request = new Request("https://shop.example/", { method: "POST", body: "x" });
    strictEqual((await (await SHOP.fetch(request)).json()).body, "x");
    strictEqual(request.bodyUsed, true);
  },
};

export const anEntrypointIsMadeForEveryEvent = {
  async test(controller, { ADMIN }) {
    for (let i = 0; i < 2; ++i) {
      strictEqual(await (await ADMIN.fetch("https://x/")).text(), "Corner shop, function, call 1");
    }
  },
};

export const anEntrypointMayBeAPlainObject = {
  async test(controller, { PLAIN }) {
    const response = await PLAIN.fetch("https://x/");
    strictEqual(response.status, 203);
    strictEqual(response.headers.get("x-plain"), "yes");
    strictEqual(await response.text(), "plain of Corner shop");
  },
};

export const aWorkerMayAskItself = {
  async test(controller, { SELF }) {
    strictEqual(await (await SELF.fetch("https://x/here")).text(), "myself at /here");
  },
};

export const questionsRunSideBySide = {
  async test(controller, { SHOP, ADMIN }) {
    const responses = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? SHOP : ADMIN).fetch(`https://x/${i}`)),
    );
    deepStrictEqual(
      responses.map((response) => response.status),
      Array(20).fill(200),
    );
  },
};

export const errorsReachTheCallerWithTheirClass = {
  async test(controller, { BROKEN }) {
    await rejects(BROKEN.fetch("https://x/throw"), { name: "RangeError", message: "too far" });
    await rejects(BROKEN.fetch("https://x/reject"), {
      name: "TypeError",
      message: "not that type",
    });
  },
};

export const whatIsNoResponseIsATypeError = {
  async test(controller, { BROKEN }) {
    for (const path of ["/nothing", "/string"]) {
      await rejects(BROKEN.fetch(`https://x${path}`), {
        name: "TypeError",
        message: "Incorrect type for Promise: the Promise did not resolve to 'Response'.",
      });
    }
  },
};

export const aRelativeUrlIsRefused = {
  async test(controller, { SHOP }) {
    await rejects(async () => SHOP.fetch("/relative"), TypeError);
  },
};
