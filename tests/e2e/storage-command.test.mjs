import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { configText, project, serve } from "./lathe.mjs";
import { files, filled, refused, storage } from "./storage-project.mjs";

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
    const alarm = "(alarm at 2100-01-01T00:00:00.000Z)\n";
    const listed = await storage(cwd, "ls", "Counter", "alice", "--prefix", "vis");
    assert.equal(listed, "visits = 41\n" + alarm);
    const none = await storage(cwd, "ls", "Counter", "alice", "--prefix", "x");
    assert.equal(none, "The object has no such keys.\n" + alarm);
    assert.equal(
      await storage(cwd, "ls", "Counter", "--prefix", "x"),
      "The class Counter has no such objects.\n",
    );
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

  test("shows and dumps objects of the platform", async (t) => {
    const cwd = await filled(t, ["/platform"]);
    const get = (key) => storage(cwd, "get", "Counter", "alice", key);
    assert.match(await get("blob"), /^Blob \{ size: 1, type: 'x\/y' \}/);
    assert.match(await get("error"), /^RangeError: far\n[^]*code: 7[^]*'a' => 'b'/);
    assert.match(await get("exception"), /AbortError\]?: m/);
    assert.match(await get("request"), /url: 'http:\/\/a\/'[^]*'x' => 'y'/);
    assert.match(await get("response"), /status: 204/);
    const dumped = await storage(cwd, "dump");
    const other = await filled(t, ["/many?name=bob"]);
    writeFileSync(join(other, "backup.jsonl"), dumped);
    assert.equal(await storage(other, "import", "backup.jsonl"), "Imported 5 records.\n");
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

describe("lathe storage import", () => {
  test("names the line that is wrong, and stores those before it", async (t) => {
    const cwd = await filled(t);
    const good = (await storage(cwd, "dump")).trim().split("\n").map((line) => JSON.parse(line));
    const wrong = [
      [{ ...good[1], value: "*" }, /line 2: "value" is not base64/],
      [{ ...good[1], value: "" }, /line 2: "value" is not the stored form/],
      [{ ...good[1], value: "AAAA" }, /line 2: "value" is not the stored form/],
      [{ ...good[1], class: "Countr" }, /line 2: there is no class "Countr"; did you mean/],
      [{ ...good[1], id: "0".repeat(64), name: undefined }, /line 2: the id 0+ is none of/],
      [{ ...good[1], id: undefined }, /line 2 is none that .*'id' not found/],
      [{ ...good[1], key: 5 }, /line 2 is none that/],
      [{ ...good[1], alarm: "soon" }, /line 2 is none that/],
      [[1], /line 2 is none that/],
      ["", /line 2 is none that/],
      [{ ...good[1], key: "k".repeat(2049) }, /near line 3: .*2048/],
    ];
    for (const [line, pattern] of wrong) {
      await t.test(String(pattern), async () => {
        const first = { ...good[0], name: "first" };
        const last = { ...good[0], name: undefined };
        const lines = [first, line, last].map((each) => JSON.stringify(each) + "\n");
        writeFileSync(join(cwd, "wrong.jsonl"), lines.join(""));
        await refused(cwd, 1, pattern, "import", "wrong.jsonl");
        await storage(cwd, "delete", "Counter", "first");
      });
    }
  });

  test("keeps the order of what one object is given, however often", async (t) => {
    const cwd = await filled(t);
    const { value, ...head } = JSON.parse(await storage(cwd, "dump", "--prefix", "visits"));
    let text = "";
    // The stored forms of 0 to 63, in turns for two objects.
    for (let n = 0; n < 64; ++n) {
      for (const name of ["alice", "bob"]) {
        const bytes = Buffer.from([0xff, 0x0f, 0x49, 2 * n]);
        text += JSON.stringify({ ...head, name, value: bytes.toString("base64") }) + "\n";
      }
    }
    writeFileSync(join(cwd, "turns.jsonl"), text);
    for (const served of [false, true]) {
      const server = served && (await serve(t, [], { cwd }));
      assert.equal(await storage(cwd, "import", "turns.jsonl"), "Imported 128 records.\n");
      for (const name of ["alice", "bob"]) {
        assert.equal(await storage(cwd, "get", "Counter", name, "visits"), "63\n");
      }
      if (server) await server.stop();
    }
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
    [["ls", "Counter", "--limit", "0"], 2, /--limit: Value 0 not in range/],
    [["ls", "Counter", "--limit", "-1"], 2, /--limit: Value -1 not in range/],
    [["ls", "Counter", "--limit", "few"], 2, /--limit/],
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
