import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { root, run, serve } from "./lathe.mjs";

const example = (name) => join(root, "examples", name, "wrangler.jsonc");
const json = (value) => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

// What each example answers: [path, init, status, what the body must be or match].
const answers = {
  hello: [
    ["/", {}, 200, "Hello, world!\n"],
    ["/Ada", {}, 200, "Hello, Ada!\n"],
    ["/%C3%89mile", {}, 200, "Hello, Émile!\n"],
  ],
  "json-api": [
    ["/", {}, 200, '{"shop":"Corner shop","currency":"EUR","products":3}'],
    ["/products/tea", {}, 200, '{"id":"tea","price":"4.50 EUR","tags":["drink","dry"]}'],
    ["/products?under=200", {}, 200, '[{"id":"milk","price":"1.20 EUR","tags":["drink","cold"]}]'],
    [
      "/products?tag=drink&tag=dry",
      {},
      200,
      '[{"id":"tea","price":"4.50 EUR","tags":["drink","dry"]}]',
    ],
    ["/products?under=200&tag=dry", {}, 200, "[]"],
    [
      "/quote",
      json({ items: [{ id: "tea", count: 2 }, { id: "bread" }] }),
      201,
      '{"total":"12.10 EUR"}',
    ],
    ["/products?under=cheap", {}, 400, '{"error":"`under` must be a number"}'],
    ["/products/gold", {}, 404, '{"error":"There is no product \\"gold\\""}'],
    ["/nowhere", {}, 404, '{"error":"Nothing is at /nowhere"}'],
    ["/quote", {}, 405, '{"error":"GET is not allowed here"}'],
    ["/quote", { method: "POST", body: "{}" }, 415, '{"error":"Send application/json"}'],
    ["/quote", json({ items: 3 }), 422, '{"error":"`items` must be a list"}'],
    ["/quote", { ...json(0), body: "{" }, 400, '{"error":"The body is not JSON"}'],
  ],
  "static-modules": [
    ["/", {}, 200, /<title>Static modules<\/title>[^]*<h1>Grüße from a module<\/h1>/],
    ["/notes", {}, 200, /^This text is a module\./],
    ["/fibonacci/30", {}, 200, "832040\n"],
    ["/fibonacci/0", {}, 200, "0\n"],
    ["/fibonacci/many", {}, 404, "Not found\n"],
  ],
};

test("every example is in the table", () => {
  assert.deepEqual(readdirSync(join(root, "examples")).sort(), Object.keys(answers).sort());
});

for (const [name, rows] of Object.entries(answers)) {
  describe(`examples/${name}`, () => {
    test("loads without a complaint", async () => {
      const { code, stderr } = await run(["check", example(name)]);
      assert.equal(code, 0, stderr);
    });

    test("answers as served", async (t) => {
      const server = await serve(t, [example(name)]);
      for (const [path, init, status, want] of rows) {
        const response = await server.fetch(path, init);
        expect({ status: response.status, body: await response.text() }, status, want, path);
      }
    });

    test("answers as fetched from the command line", async () => {
      for (const [path, { method, headers = {}, body }, status, want] of rows) {
        const options = [];
        if (method) options.push("-X", method);
        for (const header of Object.entries(headers)) options.push("-H", header.join(": "));
        if (body && headers["content-type"]) options.push("-d", body);
        else if (body) options.push("-H", "content-type: text/plain", "-d", body);

        const { code, stdout, stderr } = await run(["fetch", example(name), path, ...options]);
        assert.equal(code, status >= 400 ? 22 : 0, `${path}: ${stderr}`);
        expect({ status, body: stdout }, status, want, path);
      }
    });
  });
}

function expect(got, status, want, path) {
  const where = `${path} answered ${got.status}: ${got.body}`;
  assert.equal(got.status, status, where);
  if (want instanceof RegExp) assert.match(got.body, want, where);
  else assert.equal(got.body, want, where);
}
