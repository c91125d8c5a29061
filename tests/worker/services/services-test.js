import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";

export default {
  async fetch(request, { SIGNPOST }) {
    if (request.headers.has("pass")) {
      const { status } = await SIGNPOST.fetch(request.clone());
      return new Response(null, { status, headers: { "x-redirect": request.redirect } });
    }
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

const leadTo = (to, by = 302) => `https://shop.example/?by=${by}&to=${encodeURIComponent(to)}`;

export const redirectsAreFollowed = {
  async test(controller, { SIGNPOST }) {
    for (const [to, end] of [
      [" /there\t#part", "https://shop.example/there"],
      ["other?x", "https://shop.example/other?x"],
      ["http://elsewhere.example:8080/a", "http://elsewhere.example:8080/a"],
      [leadTo(leadTo("/end", 308), 307), "https://shop.example/end"],
    ]) {
      const response = await SIGNPOST.fetch(leadTo(to));
      deepStrictEqual([response.status, response.url, response.redirected], [200, end, true], to);
      strictEqual((await response.json()).url, to.includes("#") ? `${end}#part` : end);
    }
    const direct = await SIGNPOST.fetch("https://shop.example/#x");
    deepStrictEqual([direct.url, direct.redirected], ["https://shop.example/", false]);
  },
};

export const aRedirectMayChangeTheMethod = {
  async test(controller, { SIGNPOST }) {
    for (const [by, method, then] of [
      [301, "POST", "GET"], [302, "POST", "GET"], [303, "POST", "GET"], [307, "POST", "POST"], [308, "POST", "POST"],
      [301, "PUT", "PUT"], [303, "PUT", "GET"], [303, "HEAD", "HEAD"], [302, "DELETE", "DELETE"],
    ]) {
      const body = method === "HEAD" ? undefined : "hello";
      const headers = { "content-language": "en", "x-kept": "yes" };
      const response = await SIGNPOST.fetch(leadTo("/x", by), { method, body, headers });
      const got = await response.json();
      const kept = then !== "GET";
      deepStrictEqual(
        [got.method, got.body, got.headers["content-language"], got.headers["content-type"], got.headers["x-kept"]],
        [then, kept && body ? body : "", kept ? "en" : undefined, kept && body ? "text/plain;charset=UTF-8" : undefined, "yes"],
        `${by} ${method}`,
      );
    }
  },
};

export const anAuthorizationStaysWithItsOrigin = {
  async test(controller, { SIGNPOST }) {
    const headers = { authorization: "Bearer x" };
    const asked = async (to) => (await (await SIGNPOST.fetch(leadTo(to), { headers })).json()).headers.authorization;
    strictEqual(await asked("/x"), "Bearer x");
    strictEqual(await asked("https://shop.example:444/x"), undefined);
  },
};

export const whatCannotBeFollowedIsAnError = {
  async test(controller, { SIGNPOST }) {
    const invalid = { name: "TypeError", message: "Invalid Location header; unable to follow redirect." };
    for (const to of ["http://[", "ftp://x/", "data:,x"]) await rejects(SIGNPOST.fetch(leadTo(to)), invalid, to);
    await rejects(SIGNPOST.fetch(leadTo("")), { name: "TypeError", message: "Too many redirects." });
  },
};

export const redirectsAreForTheOneWhoAskedForThem = {
  async test(controller, { SIGNPOST, SELF }) {
    const response = await SIGNPOST.fetch(leadTo("/x"), { redirect: "manual" });
    deepStrictEqual([response.status, response.headers.get("location")], [302, "/x"]);
    // One that is passed on has been asked for by somebody else.
    const passed = await SELF.fetch(leadTo("/end"), { headers: { pass: "on" }, redirect: "manual" });
    deepStrictEqual([passed.status, passed.headers.get("x-redirect")], [302, "manual"]);
  },
};
