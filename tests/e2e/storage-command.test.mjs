import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { configText, project, run, serve } from "./lathe.mjs";

const script = `
import { DurableObject } from "cloudflare:workers";

export class Counter extends DurableObject {
  async fetch(request) {
    const { storage } = this.ctx;
    const [, action, key] = new URL(request.url).pathname.split("/");
    if (action === "fill") {
      await storage.put({ visits: 41, "a b": "text", when: new Date(0), map: new Map([[1, 2]]) });
    }
    if (action === "many") {
      for (let i = 0; i < 300; ++i) storage.put("key-" + String(i).padStart(3, "0"), i);
    }
    if (action === "alarm") await storage.setAlarm(Date.UTC(2100, 0, 1));
    if (action === "hang") await scheduler.wait(60_000);
    if (action === "get") return Response.json((await storage.get(key)) ?? null);
    return new Response("done");
  }
  alarm() {}
}

export default {
  async fetch(request, env) {
    const name = new URL(request.url).searchParams.get("name") ?? "alice";
    return env.COUNTER.getByName(name).fetch(request);
  },
};
`;

const config = configText({
  durable_objects: { bindings: [{ name: "COUNTER", class_name: "Counter" }] },
  migrations: [{ tag: "v1", new_sqlite_classes: ["Counter"] }],
});

const files = { "worker.js": script, "wrangler.json": config };

// A project whose server has answered `paths` and gone.
async function filled(t, paths = ["/fill"]) {
  const cwd = project(t, files);
  const server = await serve(t, [], { cwd });
  for (const path of paths) assert.equal(await server.text(path), "done");
  await server.stop();
  return cwd;
}

async function storage(cwd, ...args) {
  const result = await run(["storage", ...args], { cwd });
  assert.equal(result.code, 0, result.stderr);
  return result.stdout;
}

async function refused(cwd, code, pattern, ...args) {
  const result = await run(["storage", ...args], { cwd });
  assert.match(result.stderr, pattern);
  assert.equal(result.code, code);
}

describe("lathe storage, while no server runs", () => {
  test("says that nothing is stored yet, and leaves no trace", async (t) => {
    const cwd = project(t, files);
    await refused(cwd, 1, /nothing is stored yet/, "ls");
    assert.ok(!existsSync(join(cwd, ".lathe")));
  });

  test("lists classes, objects and keys", async (t) => {
    const cwd = await filled(t, ["/fill", "/alarm"]);
    assert.equal(await storage(cwd, "ls"), "worker  Counter  1 object\n");
    assert.equal(await storage(cwd, "ls", "Counter"), "alice\n");
    assert.equal(
      await storage(cwd, "ls", "worker/Counter", "alice"),
      `"a b" = 'text'\nmap = Map(1) { 1 => 2 }\nvisits = 41\n` +
        "when = 1970-01-01T00:00:00.000Z\n(alarm at 2100-01-01T00:00:00.000Z)\n",
    );
    assert.equal(await storage(cwd, "ls", "Counter", "alice", "--prefix", "vis"), "visits = 41\n" +
      "(alarm at 2100-01-01T00:00:00.000Z)\n");
  });

  test("lists as JSON, with the stored form of what JSON cannot hold", async (t) => {
    const cwd = await filled(t, ["/fill", "/alarm"]);
    assert.deepEqual(JSON.parse(await storage(cwd, "ls", "--json")), [
      { worker: "worker", class: "Counter", sqlite: true, objects: 1 },
    ]);
    const listed = JSON.parse(await storage(cwd, "ls", "Counter", "alice", "--json"));
    assert.equal(listed.alarm, "2100-01-01T00:00:00.000Z");
    const byKey = Object.fromEntries(listed.records.map((record) => [record.key, record]));
    assert.deepEqual(byKey.visits, { key: "visits", value: 41, shown: "41" });
    assert.ok(!("value" in byKey.map) && byKey.map.base64.length > 0);
    const [object] = JSON.parse(await storage(cwd, "ls", "Counter", "--json"));
    assert.equal(object.id, listed.id);
    assert.equal(await storage(cwd, "get", "Counter", object.id, "visits"), "41\n");
  });

  test("lists all keys of an object that has more than are read at a time", async (t) => {
    const cwd = await filled(t, ["/many"]);
    const lines = (await storage(cwd, "ls", "Counter", "alice")).trim().split("\n");
    assert.equal(lines.length, 300);
    assert.equal(lines.at(-1), "key-299 = 299");
    const limited = await storage(cwd, "ls", "Counter", "alice", "--limit", "2");
    assert.equal(limited, "key-000 = 0\nkey-001 = 1\n");
  });

  test("puts what the worker reads afterwards", async (t) => {
    const cwd = await filled(t);
    await storage(cwd, "put", "Counter", "alice", "visits", '{"deep": [1, "two", null]}');
    await storage(cwd, "put", "Counter", "new", "low", "--", "-5");
    const server = await serve(t, [], { cwd });
    assert.deepEqual(await (await server.fetch("/get/visits")).json(), { deep: [1, "two", null] });
    assert.equal(await server.text("/get/low?name=new"), "-5");
    await server.stop();
    assert.deepEqual((await storage(cwd, "ls", "Counter")).trim().split("\n").sort().at(-1), "new");
  });

  test("deletes a key, an object, and everything when it is told --yes", async (t) => {
    const cwd = await filled(t, ["/fill", "/fill?name=bob"]);
    await storage(cwd, "delete", "Counter", "alice", "visits");
    await refused(cwd, 1, /no key "visits"/, "get", "Counter", "alice", "visits");
    await storage(cwd, "delete", "Counter", "alice");
    await refused(cwd, 1, /has no object "alice"/, "ls", "Counter", "alice");
    await refused(cwd, 2, /1 object of Counter for good; say --yes/, "clear");
    assert.equal(await storage(cwd, "clear", "--yes"), "Deleted 1 object.\n");
    assert.equal(await storage(cwd, "ls"), "worker  Counter  0 objects\n");
  });

  test("dumps what another project imports, byte for byte", async (t) => {
    const cwd = await filled(t, ["/fill", "/alarm"]);
    const dumped = await storage(cwd, "dump");
    assert.equal(dumped.trim().split("\n").length, 5);
    const other = await filled(t, ["/many?name=bob"]);
    writeFileSync(join(other, "backup.jsonl"), dumped);
    assert.equal(await storage(other, "import", "backup.jsonl"), "Imported 4 records.\n");
    assert.equal(await storage(other, "dump", "Counter", "alice"), dumped);
  });

  test("clears what a deleted class has left", async (t) => {
    const cwd = await filled(t);
    const migrations = [
      { tag: "v1", new_sqlite_classes: ["Counter"] },
      { tag: "v2", deleted_classes: ["Counter"], new_sqlite_classes: ["Other"] },
    ];
    writeFileSync(join(cwd, "wrangler.json"), configText({ migrations }));
    await (await serve(t, [], { cwd })).stop();
    assert.match(await storage(cwd, "ls"), /Counter +1 object, set aside by the migration "v2"/);
    await refused(cwd, 1, /no class "Counter"/, "ls", "Counter");
    await storage(cwd, "clear", "--deleted", "--yes");
    assert.doesNotMatch(await storage(cwd, "ls"), /Counter/);
  });
});

describe("lathe storage refuses, with what was probably meant", () => {
  const wrong = [
    [["ls", "Countr"], 1, /no class "Countr"; did you mean "Counter"\?/],
    [["ls", "Counter", "alicia"], 1, /no object "alicia"/],
    [["ls", "Counter", "0".repeat(64)], 1, /none of the class Counter/],
    [["get", "Counter", "alice", "visit"], 1, /no key "visit"; did you mean "visits"\?/],
    [["put", "Counter", "alice", "k", "hello"], 2, /not JSON/],
    [["put", "Counter", "alice", "k".repeat(2049), "1"], 1, /2048/],
    [["get", "Counter", "alice"], 2, /KEY/],
    [["lss"], 2, /no command "storage lss"; did you mean "ls"\?/],
    [[], 2, /say what to do: ls, get, put/],
    [["clear", "Counter", "--deleted"], 2, /excludes/],
    [["ls", "--limt", "3"], 2, /did you mean "--limit"/],
    [["import", "missing.jsonl"], 1, /missing\.jsonl cannot be read/],
    [["import", "worker.js"], 1, /line 2 is none that/],
    [["ls", "--config", "missing.json"], 1, /missing\.json/],
    [["ls", "--persist-to", "elsewhere"], 1, /nothing is stored yet/],
  ];
  test("whatever is not there", async (t) => {
    const cwd = await filled(t);
    for (const [args, code, pattern] of wrong) {
      await t.test(args.join(" ").slice(0, 60), () => refused(cwd, code, pattern, ...args));
    }
  });
});
