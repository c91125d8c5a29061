// An application of npm's hono, bundled as its authors bundle it, answers as it does on workerd.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { build } from "esbuild";

import { project, root, serve } from "./lathe.mjs";

const endings = [];
let server;

before(async () => {
  const suite = { after: (end) => endings.unshift(end) };
  const folder = project(suite, {
    "wrangler.jsonc": JSON.stringify({
      name: "shop",
      main: "app.js",
      compatibility_date: "2026-08-01",
      vars: { GREETING: "Welcome" },
    }),
  });
  await build({
    entryPoints: [join(root, "tests/e2e/hono/app.js")],
    outfile: join(folder, "app.js"),
    bundle: true,
    format: "esm",
  });
  server = await serve(suite, [], { cwd: folder });
});
after(async () => {
  for (const end of endings) await end();
});

const json = (value) => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

// [path, init, status, body, headers]
const cases = [
  ["/", {}, 200, "<h1>Shop</h1>", { "content-type": "text/html; charset=UTF-8", "x-powered-by": "Hono" }],
  ["/products", { headers: { origin: "https://shop.example" } }, 200,
    '[{"id":"tea","price":450},{"id":"milk","price":120}]',
    { "content-type": "application/json", "access-control-allow-origin": "https://shop.example" }],
  ["/products?under=200", {}, 200, '[{"id":"milk","price":120}]', {}],
  ["/products/tea", {}, 200, '{"id":"tea","price":450}', {}],
  ["/products/tea", { method: "HEAD" }, 200, "", { "content-type": "application/json" }],
  ["/products/salt", {}, 404, "no such product", {}],
  ["/products/42", {}, 404, '{"error":"nothing here","path":"/products/42"}', {}],
  ["/products", json({ id: "salt", price: "80" }), 201, '{"id":"salt","price":80}',
    { location: "/products/salt" }],
  ["/products", json({ price: 1 }), 400, '{"error":"id is missing"}', {}],
  ["/products", { ...json(0), body: "{" }, 400, "Malformed JSON in request body", {}],
  ["/products", { method: "OPTIONS", headers: { origin: "https://shop.example" } }, 204, "",
    { "access-control-allow-methods": "GET,POST" }],
  ["/products/", {}, 301, "", { location: /\/products$/ }],
  ["/secure/page", {}, 200, "secure",
    { "x-content-type-options": "nosniff", "x-frame-options": "SAMEORIGIN" }],
  ["/traced/page", { headers: { "x-request-id": "abc-1" } }, 200, "abc-1", { "x-request-id": "abc-1" }],
  ["/order", {}, 200, "ordered", { "x-steps": "outer, inner, handler, inner again, outer again" }],
  ["/stamped", {}, 200, "stamped", { "x-stamp": "late" }],
  ["/old", {}, 301, "", { location: "/products" }],
  ["/greeting", { headers: { "x-name": "Ada" } }, 200, "Welcome, Ada", {}],
  ["/empty", {}, 204, "", {}],
  ["/files/a%20b/c", {}, 200, "/files/a b/c", {}],
  ["/form", { method: "POST", body: new URLSearchParams({ a: "1", b: "ä" }) }, 200, '{"a":"1","b":"ä"}', {}],
  ["/broken", {}, 500, '{"error":"the till is stuck"}', {}],
  ["/nowhere", {}, 404, '{"error":"nothing here","path":"/nowhere"}', {}],
  ["/nowhere", { method: "DELETE" }, 404, '{"error":"nothing here","path":"/nowhere"}', {}],
];

for (const [path, init, status, body, headers] of cases) {
  const said = init.body === undefined ? "" : ` with ${init.body}`;
  test(`${init.method ?? "GET"} ${path}${said} is ${status}`, async () => {
    const response = await server.fetch(path, init);
    assert.equal(await response.text(), body);
    assert.equal(response.status, status);
    for (const [name, value] of Object.entries(headers)) {
      if (value instanceof RegExp) assert.match(response.headers.get(name), value);
      else assert.equal(response.headers.get(name), value, name);
    }
  });
}

test("work after the answer goes on", async () => {
  assert.equal(await server.text("/later"), "soon");
  await server.waitFor("stderr", /tidied up after the answer/);
});
