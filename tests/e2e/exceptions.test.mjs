import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { serveFiles } from "./lathe.mjs";

const script = `
class ShopError extends Error {
  name = "ShopError";
}
const ways = {
  "/sync": () => {
    throw new ShopError("the shop <b>burns</b>", { cause: new TypeError("a match") });
  },
  "/async": async () => {
    await scheduler.wait(1);
    throw new RangeError("too far");
  },
  "/string": () => {
    throw "only text";
  },
  "/undefined": () => Promise.reject(),
  "/number": () => 42,
  "/nothing": () => undefined,
  "/promised-nothing": async () => {},
  "/error-response": () => Response.error(),
  "/unhandled": () => {
    Promise.reject(new Error("nobody listens"));
    return new Response("fine");
  },
  "/timer": async () => {
    setTimeout(() => { throw new Error("in a timer"); }, 0);
    await scheduler.wait(20);
    return new Response("fine");
  },
  "/hang": () => new Promise(() => {}),
  "/fine": () => new Response("fine"),
};
export default {
  fetch(request) {
    return ways[new URL(request.url).pathname]();
  },
};
`;

const hung =
  "The Workers runtime canceled this request because it detected that your Worker's code had hung and would never " +
  "generate a response. Refer to: https://developers.cloudflare.com/workers/observability/errors/";

describe("an uncaught exception", () => {
  const table = [
    ["/sync", /ShopError: the shop <b>burns<\/b>[^]*worker\.js:7/],
    ["/async", /RangeError: too far[^]*worker\.js:11/],
    ["/string", /only text/],
    ["/undefined", /undefined/],
    ["/number", /Response/],
    ["/nothing", /Response/],
    [
      "/promised-nothing",
      /Incorrect type for Promise: the Promise did not resolve to 'Response'\./,
    ],
    [
      "/error-response",
      /Return value from serve handler must not be an error response \(like Response\.error\(\)\)/,
    ],
    ["/hang", new RegExp(hung.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))],
  ];

  test("is a plain 500 with message and stack, and is logged", async (t) => {
    const server = await serveFiles(t, script);
    for (const [path, pattern] of table) {
      const before = server.stderr.length;
      const response = await server.fetch(path, { headers: { accept: "*/*" } });
      assert.equal(response.status, 500, path);
      assert.match(response.headers.get("content-type"), /^text\/plain/, path);
      assert.match(await response.text(), pattern, path);
      await server.waitFor("stderr", pattern, before);
      assert.equal(await server.text("/fine"), "fine", `after ${path}`);
    }
  });

  test("is a page for those who accept HTML, with the message escaped", async (t) => {
    const server = await serveFiles(t, script);
    const response = await server.fetch("/sync", { headers: { accept: "text/html,*/*;q=0.8" } });
    assert.equal(response.status, 500);
    assert.match(response.headers.get("content-type"), /^text\/html/);
    const page = await response.text();
    assert.match(page, /<!doctype html>/i);
    assert.match(page, /ShopError/);
    assert.match(page, /&lt;b>burns|&lt;b&gt;burns/);
    assert.doesNotMatch(page, /<b>burns/);
  });

  test("that has a cause tells it in the log", async (t) => {
    const server = await serveFiles(t, script);
    await server.text("/sync");
    await server.waitFor("stderr", /cause[^]*TypeError: a match/);
  });

  for (const [path, pattern] of [
    ["/unhandled", /nobody listens/],
    ["/timer", /in a timer/],
  ]) {
    test(`at ${path} is logged and leaves the response alone`, async (t) => {
      const server = await serveFiles(t, script);
      assert.equal(await server.text(path), "fine");
      await server.waitFor("stderr", pattern);
    });
  }

  test("after passThroughOnException has nowhere to pass the request to", async (t) => {
    const server = await serveFiles(
      t,
      `export default { fetch(request, env, ctx) { ctx.passThroughOnException(); throw new Error("mine"); } };`,
    );
    const response = await server.fetch("/");
    assert.ok(response.status >= 500, String(response.status));
  });
});
