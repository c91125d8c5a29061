import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { configText, pause, run } from "./lathe.mjs";
import { ask, eventually, lockOf, refused, serving, storage } from "./storage-project.mjs";

describe("lathe storage, while a server runs", () => {
  test("lists and gets what is stored", async (t) => {
    const { cwd, server } = await serving(t);
    assert.equal(await storage(cwd, "ls"), "worker  Counter  1 object\n");
    assert.equal(await storage(cwd, "ls", "Counter"), "alice\n");
    assert.match(await storage(cwd, "ls", "Counter", "alice"), /visits = 41\n/);
    assert.equal(await storage(cwd, "get", "Counter", "alice", "map"), "Map(1) { 1 => 2 }\n");
    await refused(cwd, 1, /did you mean "visits"/, "get", "Counter", "alice", "visit");
    assert.equal(await server.text("/get/visits"), "41");
  });

  test("lists more keys than are read at a time", async (t) => {
    const { cwd, server } = await serving(t);
    await server.text("/many?name=bob");
    const lines = (await storage(cwd, "ls", "Counter", "bob")).trim().split("\n");
    assert.equal(lines.length, 300);
    assert.equal(lines.at(-1), "key-299 = 299");
  });

  test("puts what the worker reads next, also of an object in memory", async (t) => {
    const { cwd, server } = await serving(t);
    assert.equal(await server.text("/get/visits"), "41");
    await storage(cwd, "put", "Counter", "alice", "visits", "[1, 2]");
    assert.equal(await server.text("/get/visits"), "[1,2]");
    await storage(cwd, "put", "Counter", "new", "visits", "7");
    assert.equal(await server.text("/get/visits?name=new"), "7");
    assert.deepEqual((await storage(cwd, "ls", "Counter")).trim().split("\n").sort(), [
      "alice",
      "new",
    ]);
    await refused(cwd, 1, /2048/, "put", "Counter", "alice", "k".repeat(2049), "1");
    await server.stop();
    assert.equal(await storage(cwd, "get", "Counter", "new", "visits"), "7\n");
  });

  test("puts a value of nearly 2 MB", async (t) => {
    const { cwd, server } = await serving(t);
    const dumped = (await storage(cwd, "dump", "Counter", "alice")).trim().split("\n");
    const line = { ...JSON.parse(dumped[0]), key: "big" };
    // The stored form of a text of Latin-1 letters.
    const head = Buffer.from([0xff, 0x0f, 0x22, 0x80, 0x93, 0x6b]);
    line.value = Buffer.concat([head, Buffer.alloc(0x1ac980, "x")]).toString("base64");
    writeFileSync(join(cwd, "big.jsonl"), JSON.stringify(line) + "\n");
    assert.equal(await storage(cwd, "import", "big.jsonl"), "Imported 1 record.\n");
    assert.equal((await (await server.fetch("/get/big")).json()).length, 0x1ac980);
  });

  test("deletes a key, an object, everything", async (t) => {
    const { cwd, server } = await serving(t);
    await storage(cwd, "delete", "Counter", "alice", "visits");
    assert.equal(await server.text("/get/visits"), "null");
    assert.equal(await server.text("/fill?name=bob"), "done");
    await storage(cwd, "delete", "Counter", "alice");
    await refused(cwd, 1, /no object "alice"/, "ls", "Counter", "alice");
    assert.equal(await storage(cwd, "clear", "Counter", "--yes"), "Deleted 1 object.\n");
    assert.equal(await server.text("/get/visits?name=bob"), "null");
    // What is written after that has its name again.
    assert.equal(await server.text("/fill?name=bob"), "done");
    assert.equal(await storage(cwd, "ls", "Counter"), "bob\n");
  });

  test("dumps what it imports again", async (t) => {
    const { cwd, server } = await serving(t);
    const dumped = await storage(cwd, "dump");
    writeFileSync(join(cwd, "backup.jsonl"), dumped);
    await storage(cwd, "clear", "--yes");
    assert.equal(await server.text("/get/visits"), "null");
    assert.equal(await storage(cwd, "import", "backup.jsonl"), "Imported 4 records.\n");
    assert.equal(await server.text("/get/visits"), "41");
    assert.equal(await storage(cwd, "dump"), dumped);
  });

  test("clears what a deleted class has left", async (t) => {
    const { cwd, server } = await serving(t);
    const migrations = [
      { tag: "v1", new_sqlite_classes: ["Counter"] },
      { tag: "v2", deleted_classes: ["Counter"], new_sqlite_classes: ["Other"] },
    ];
    writeFileSync(join(cwd, "wrangler.json"), configText({ migrations }));
    server.signal("SIGHUP");
    await server.waitFor("stderr", /Reloaded/);
    // The table of classes is written as the reload ends.
    const setAside = /set aside by the migration "v2"/;
    await eventually(async () => setAside.test(await storage(cwd, "ls")));
    await storage(cwd, "clear", "--deleted", "--yes");
    assert.doesNotMatch(await storage(cwd, "ls"), /Counter/);
  });

  test("refuses to change an object that is at work, and goes on with the others", async (t) => {
    const { cwd, server } = await serving(t);
    await server.text("/fill?name=bob");
    const leaving = new AbortController();
    const hanging = server.fetch("/hang", { signal: leaving.signal }).catch(() => {});
    const busy = /the object is at work in the running server/;
    await eventually(
      async () => (await run(["storage", "put", "Counter", "alice", "k", "1"], { cwd })).code === 1,
    );
    await refused(cwd, 1, busy, "put", "Counter", "alice", "k", "1");
    await refused(cwd, 1, busy, "delete", "Counter", "alice");
    await refused(cwd, 1, /not deleted, because at work in the running server: 1 object/, "clear", "--yes");
    await refused(cwd, 1, /no object "bob"/, "ls", "Counter", "bob");
    assert.equal(await storage(cwd, "get", "Counter", "alice", "visits"), "41\n");
    leaving.abort();
    await hanging;
  });

  test("an alarm that is imported rings, and one that is deleted does not", async (t) => {
    const { cwd, server } = await serving(t);
    const { id } = JSON.parse((await storage(cwd, "dump")).split("\n")[0]);
    const line = { worker: "worker", class: "Counter", id, name: "alice", alarm: Date.now() + 1500 };
    const file = join(cwd, "alarm.jsonl");
    writeFileSync(file, JSON.stringify({ ...line, alarm: Date.now() }));
    await storage(cwd, "import", "alarm.jsonl");
    await eventually(async () => (await server.text("/get/rang")) === "true");
    writeFileSync(file, JSON.stringify(line));
    await storage(cwd, "import", "alarm.jsonl");
    await storage(cwd, "delete", "Counter", "alice");
    await pause(Math.max(0, line.alarm - Date.now()) + 300);
    assert.equal(await storage(cwd, "ls"), "worker  Counter  0 objects\n");
  });

  test("no write is lost between the worker's and those from outside", async (t) => {
    const { cwd, server } = await serving(t);
    const { socket } = lockOf(cwd);
    const [{ uniqueKey }] = (await ask(socket, "GET", "/storage/classes")).json;
    const [{ id }] = (await ask(socket, "GET", `/storage/objects?class=${uniqueKey}`)).json;
    const target = `/storage/records?class=${uniqueKey}&object=${id}`;
    const key = Buffer.from("count").toString("base64");
    // What the counter is at least.
    let floor = 0;
    let put = 0;
    let running = true;
    const outside = async () => {
      for (let round = 1; put < 50 && round <= 5000; ++round) {
        // Header, the type of a 32-bit integer, and its zigzag in two bytes or three.
        const bytes = [0xff, 0x0f, 0x49];
        for (let n = round * 2000; ; n >>>= 7) {
          bytes.push(n > 127 ? (n & 127) | 128 : n);
          if (n <= 127) break;
        }
        const value = Buffer.from(bytes).toString("base64");
        const body = JSON.stringify({ put: [{ key, value }] });
        const { status } = await ask(socket, "PATCH", target, body);
        assert.ok(status === 200 || status === 409, String(status));
        if (status === 200) [floor, put] = [round * 1000, put + 1];
        await pause(Math.random() * 3);
      }
      running = false;
    };
    const inside = async () => {
      while (running) {
        const before = floor;
        const count = Number(await server.text("/increment"));
        assert.ok(count > before, `${count} after ${before}`);
        floor = Math.max(floor, count);
        await pause(Math.random() * 5);
      }
    };
    await Promise.all([outside(), inside()]);
    assert.equal(put, 50);
  });
});
