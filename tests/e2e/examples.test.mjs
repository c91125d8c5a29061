import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { pause, project, root, run, serve } from "./lathe.mjs";

const example = (name) => join(root, "examples", name, "wrangler.jsonc");
const json = (value) => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

// What each example answers: [path, init, status, what the body must be or match], in this order.
const answers = {
  "chat-room": [
    ["/", {}, 200, /<title>Chat room<\/title>/],
    ["/rooms/lobby?name=Ada", {}, 426, "A room is reached with a WebSocket\n"],
    ["/rooms/", {}, 404, "Nothing is here\n"],
  ],
  counter: [
    ["/", {}, 200, '{"count":0}'],
    ["/increment?name=tea", {}, 200, '{"count":1}'],
    ["/increment?name=tea", { method: "POST" }, 200, '{"count":2}'],
    ["/decrement?name=tea", {}, 200, '{"count":1}'],
    ["/?name=tea", {}, 200, '{"count":1}'],
    ["/decrement?name=%C3%89mile", {}, 200, '{"count":-1}'],
    ["/increment?name=", {}, 200, '{"count":1}'],
    ["/", {}, 200, '{"count":0}'],
    ["/reset", {}, 404, '{"error":"Nothing is at /reset"}'],
    ["/toString", {}, 404, '{"error":"Nothing is at /toString"}'],
  ],
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
  rooms: [
    ["/", {}, 200, /<title>Rooms<\/title>/],
    ["/rooms/lobby", {}, 200, '{"members":[],"messages":[]}'],
    ["/rooms/lobby/members/Ada", { method: "PUT" }, 204, ""],
    ["/rooms/lobby/messages", json({ from: "Bob", text: "Hello" }), 201, /^\{"id":\d{13}\}$/],
    ["/rooms/lobby/messages", json({ from: "Ada", text: "Grüße" }), 201, /^\{"id":\d{13}\}$/],
    [
      "/rooms/lobby",
      {},
      200,
      /^\{"members":\["Ada","Bob"\],"messages":\[\{"id":\d+,"from":"Bob","text":"Hello"\},.*\]\}$/,
    ],
    ["/rooms/lobby?after=9", {}, 200, /"Hello".*"Grüße"/],
    ["/rooms/lobby?after=9999999999999", {}, 200, '{"members":["Ada","Bob"],"messages":[]}'],
    ["/rooms/attic?as=Eve", {}, 200, '{"members":["Eve"],"messages":[]}'],
    ["/rooms/lobby/members/Ada", { method: "DELETE" }, 204, ""],
    ["/rooms/lobby/members/Ada", { method: "DELETE" }, 404, '{"error":"There is no such member"}'],
    ["/rooms/lobby?after=9999999999999", {}, 200, '{"members":["Bob"],"messages":[]}'],
    ["/rooms/lobby?after=noon", {}, 400, '{"error":"`after` must be a message\'s id"}'],
    ["/rooms/%ff", {}, 400, '{"error":"%ff is not escaped as URLs are"}'],
    ["/rooms/lobby/messages", { ...json(0), body: "{" }, 400, '{"error":"The body is not JSON"}'],
    [
      "/rooms/lobby/messages",
      json({ from: "Bob", text: "" }),
      400,
      '{"error":"`text` must be a text of 1 to 500 characters"}',
    ],
    [
      "/rooms/lobby/messages",
      json(null),
      400,
      '{"error":"`from` must be a text of 1 to 40 characters"}',
    ],
    [`/rooms/${"x".repeat(41)}`, {}, 400, '{"error":"`room` must be a text of 1 to 40 characters"}'],
    ["/rooms", {}, 404, '{"error":"Nothing is at GET /rooms"}'],
  ],
  "static-modules": [
    ["/", {}, 200, /<title>Static modules<\/title>[^]*<h1>Grüße from a module<\/h1>/],
    ["/notes", {}, 200, /^This text is a module\./],
    ["/fibonacci/30", {}, 200, "832040\n"],
    ["/fibonacci/0", {}, 200, "0\n"],
    ["/fibonacci/many", {}, 404, "Not found\n"],
  ],
};

// Those that keep something on the disk; each test gives them an empty folder for it.
const keeping = ["chat-room", "counter", "rooms"];
const stateOptions = (t, name) => (keeping.includes(name) ? ["--persist-to", project(t, {})] : []);

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
      const server = await serve(t, [example(name), ...stateOptions(t, name)]);
      for (const [path, init, status, want] of rows) {
        const response = await server.fetch(path, init);
        expect({ status: response.status, body: await response.text() }, status, want, path);
      }
    });

    test("answers as fetched from the command line", async (t) => {
      const state = stateOptions(t, name);
      for (const [path, { method, headers = {}, body }, status, want] of rows) {
        const options = [];
        if (method) options.push("-X", method);
        for (const header of Object.entries(headers)) options.push("-H", header.join(": "));
        if (body && headers["content-type"]) options.push("-d", body);
        else if (body) options.push("-H", "content-type: text/plain", "-d", body);

        const args = ["fetch", example(name), path, ...state, ...options];
        const { code, stdout, stderr } = await run(args);
        assert.equal(code, status >= 400 ? 22 : 0, `${path}: ${stderr}`);
        expect({ status, body: stdout }, status, want, path);
      }
    });
  });
}

describe("examples/counter", () => {
  const counter = (t, state) => serve(t, [example("counter"), ...state]);

  test("counts every request of many at once, each name for itself", async (t) => {
    const server = await counter(t, stateOptions(t, "counter"));
    const names = Array.from({ length: 300 }, (_, index) => ["tea", "milk", "bread"][index % 3]);
    const seen = await Promise.all(names.map((name) => server.text(`/increment?name=${name}`)));
    for (const name of new Set(names)) {
      const counts = seen.filter((_, index) => names[index] === name).sort();
      const all = Array.from({ length: 100 }, (_, index) => `{"count":${index + 1}}`);
      assert.deepEqual(counts, all.sort());
    }
  });

  test("knows every count that it told, after kill -9", async (t) => {
    const state = stateOptions(t, "counter");
    for (let round = 0; round < 3; ++round) {
      const server = await counter(t, state);
      assert.equal(await server.text("/?name=tea"), `{"count":${2 * round}}`);
      for (const step of [1, 2]) {
        assert.equal(await server.text("/increment?name=tea"), `{"count":${2 * round + step}}`);
      }
      await server.stop("SIGKILL");
    }
  });
});

describe("examples/rooms", () => {
  // The example with another time to keep things.
  function keepingFor(t, seconds) {
    const folder = join(root, "examples/rooms");
    const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    const files = Object.fromEntries(
      entries.map(({ name }) => [name, readFileSync(join(folder, name), "utf8")]),
    );
    const config = files["wrangler.jsonc"];
    files["wrangler.jsonc"] = config.replace(/("KEEP_SECONDS": )\d+/, `$1${seconds}`);
    assert.notEqual(files["wrangler.jsonc"], config);
    return join(project(t, files), "wrangler.jsonc");
  }

  async function becomes(server, path, want) {
    for (const deadline = Date.now() + 20_000; ; await pause(100)) {
      const got = await server.text(path);
      if (got === want) return;
      if (Date.now() > deadline) assert.equal(got, want);
    }
  }

  test("an alarm sweeps out old messages and silent members, and whoever looks stays", async (t) => {
    const server = await serve(t, [keepingFor(t, 1), ...stateOptions(t, "rooms")]);
    for (const text of ["Hello", "Anybody?"]) {
      const posted = await server.fetch("/rooms/lobby/messages", json({ from: "Bob", text }));
      assert.equal(posted.status, 201);
    }
    await becomes(server, "/rooms/lobby?as=Ada", '{"members":["Ada"],"messages":[]}');
    await becomes(server, "/rooms/lobby", '{"members":[],"messages":[]}');
  });

  test("an alarm that fell due while nothing was served is made up for", async (t) => {
    const config = keepingFor(t, 2);
    const state = stateOptions(t, "rooms");
    const before = await serve(t, [config, ...state]);
    await before.text("/rooms/lobby/messages", json({ from: "Bob", text: "Hello" }));
    assert.match(await before.text("/rooms/lobby"), /Hello/);
    await before.stop();

    await pause(2500);
    const after = await serve(t, [config, ...state]);
    await becomes(after, "/rooms/lobby", '{"members":[],"messages":[]}');
  });
});

function expect(got, status, want, path) {
  const where = `${path} answered ${got.status}: ${got.body}`;
  assert.equal(got.status, status, where);
  if (want instanceof RegExp) assert.match(got.body, want, where);
  else assert.equal(got.body, want, where);
}
