// What a worker believes to be called: `dev.host`, the first of the routes, `dev.upstream_protocol`.
import assert from "node:assert/strict";
import { test } from "node:test";

import { serveFiles, worker } from "./lathe.mjs";

const script = `
  export default {
    fetch(request) {
      const { url, headers } = request;
      const seen = { url, host: headers.get("host"), origin: headers.get("origin"), x: headers.get("x") };
      return new Response(JSON.stringify(seen), { headers: {
        "location": new URL("/next", url).href,
        "link": "<" + new URL("/a", url).href + ">, <https://elsewhere.example/>",
        "set-cookie": "a=b; Domain=" + new URL(url).hostname + "; Path=/",
      } });
    },
  };`;

const cases = [
  { config: { dev: { host: "shop.example" } }, origin: "http://shop.example" },
  { config: { routes: ["shop.example/*", "other.example/*"] }, origin: "http://shop.example" },
  { config: { dev: { host: "shop.example", upstream_protocol: "https" } }, origin: "https://shop.example" },
  { config: {}, args: ["--host", "shop.example"], origin: "http://shop.example" },
  { config: { dev: { host: "a.example" } }, args: ["--route", "b.example/*"], origin: "http://b.example" },
];

for (const { config, args = [], origin } of cases) {
  test(`${JSON.stringify(config)} ${args.join(" ")}`, async (t) => {
    const server = await serveFiles(t, worker(script, config), args);
    const own = new URL(server.url).origin;
    const response = await server.fetch("/here?a=b", { headers: { origin: own, x: own } });
    const seen = await response.json();
    assert.equal(seen.url, `${origin}/here?a=b`);
    assert.equal(seen.host, new URL(origin).host);
    assert.equal(seen.origin, origin);
    assert.equal(seen.x, own);
    assert.equal(response.headers.get("location"), `${own}/next`);
    assert.equal(response.headers.get("link"), `<${own}/a>, <https://elsewhere.example/>`);
    assert.equal(response.headers.get("set-cookie"), `a=b; Domain=${new URL(own).hostname}; Path=/`);
  });
}

test("without any of them it is what the client calls it", async (t) => {
  const server = await serveFiles(t, worker(script));
  const { url } = await (await server.fetch("/")).json();
  assert.equal(url, `${new URL(server.url).origin}/`);
});
