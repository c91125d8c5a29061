import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import http from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";

import { configText, pause, project, run, serve, start } from "./lathe.mjs";

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
    if (action === "increment") {
      const count = ((await storage.get("count")) ?? 0) + 1;
      await storage.put("count", count);
      return Response.json(count);
    }
    if (action === "alarm") await storage.setAlarm(Date.UTC(2100, 0, 1));
    if (action === "hang") await scheduler.wait(60_000);
    if (action === "get") return Response.json((await storage.get(key)) ?? null);
    return new Response("done");
  }
  async alarm() {
    await this.ctx.storage.put("rang", true);
  }
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

// ---- While a server runs ----

// A server of a project that has answered /fill, and the folder.
async function serving(t, env = {}) {
  const cwd = project(t, files);
  const server = await serve(t, [], { cwd, env });
  assert.equal(await server.text("/fill"), "done");
  return { cwd, server };
}

const lockOf = (cwd) => JSON.parse(readFileSync(join(cwd, ".lathe/state/lock.json"), "utf8"));

// Asks the control socket; answers {status, json}.
function ask(socketPath, method, path, body) {
  return new Promise((done, fail) => {
    const request = http.request({ socketPath, method, path, agent: false }, (response) => {
      let text = "";
      response.on("data", (piece) => (text += piece));
      response.on("end", () => done({ status: response.statusCode, json: JSON.parse(text) }));
    });
    request.once("error", fail);
    request.end(body);
  });
}

// Tries until `look` gives something true.
async function eventually(look) {
  for (let tries = 0; tries < 200; ++tries) {
    const found = await look();
    if (found) return found;
    await pause(50);
  }
  assert.fail("it never happened");
}

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

describe("the control socket", () => {
  test("is its user's alone, told in lock.json, and gone with the server", async (t) => {
    const cwd = project(t, files);
    const runtime = join(cwd, "run");
    const temporary = `/tmp/lathe-${process.getuid()}/`;
    mkdirSync(runtime);
    for (const [env, folder] of [
      [{ XDG_RUNTIME_DIR: runtime }, join(runtime, "lathe/")],
      [{ XDG_RUNTIME_DIR: "" }, temporary],
      [{ XDG_RUNTIME_DIR: join(cwd, "missing") }, temporary],
      [{ XDG_RUNTIME_DIR: join(cwd, "l".repeat(100)) }, temporary],
    ]) {
      const server = await serve(t, [], { cwd, env });
      const { pid, socket } = lockOf(cwd);
      assert.equal(pid, server.pid);
      assert.equal(socket, `${folder}${pid}.sock`);
      assert.equal(statSync(socket).mode & 0o777, 0o600);
      assert.equal(await server.text("/fill"), "done");
      assert.equal(await storage(cwd, "get", "Counter", "alice", "visits"), "41\n");
      assert.equal((await server.stop()).code, 0);
      assert.ok(!existsSync(socket));
    }
  });

  test("a server that cannot have one says so and serves", async (t) => {
    const cwd = project(t, files);
    mkdirSync(join(cwd, "run"));
    writeFileSync(join(cwd, "run/lathe"), "in the way");
    const server = await serve(t, [], { cwd, env: { XDG_RUNTIME_DIR: join(cwd, "run") } });
    assert.match(server.stderr, /`lathe storage` cannot reach this process: .*Not a directory/);
    assert.equal(await server.text("/fill"), "done");
    const text = new RegExp(`is in use by process ${server.pid}\\b`);
    await refused(cwd, 4, text, "ls");
  });

  test("there is none without a store on the disk", async (t) => {
    const cwd = await filled(t);
    const server = await serve(t, ["--ephemeral"], { cwd });
    assert.equal(await server.text("/get/visits"), "null");
    assert.equal(await storage(cwd, "get", "Counter", "alice", "visits"), "41\n");
  });

  test("a server stops while others are connected and ask", async (t) => {
    const { cwd, server } = await serving(t);
    const { socket } = lockOf(cwd);
    const idle = connect(socket).on("error", () => {});
    const half = connect(socket).on("error", () => {});
    half.write("GET /storage/cla");
    let ended = false;
    const asking = async () => {
      while (!ended) await ask(socket, "GET", "/storage/classes").catch(() => (ended = true));
    };
    const all = Promise.all([asking(), asking(), asking(), asking()]);
    await pause(100);
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    assert.equal(server.stderr, "");
    await all;
    idle.destroy();
    half.destroy();
  });

  test("after a kill the state is at hand again", async (t) => {
    const { cwd, server } = await serving(t);
    const { socket } = lockOf(cwd);
    await server.stop("SIGKILL");
    assert.ok(existsSync(socket));
    assert.equal(await storage(cwd, "get", "Counter", "alice", "visits"), "41\n");
    await storage(cwd, "put", "Counter", "alice", "visits", "42");
    const again = await serve(t, [], { cwd });
    assert.ok(!existsSync(socket), "what was left behind is taken away");
    assert.equal(await again.text("/get/visits"), "42");
    assert.equal(await storage(cwd, "get", "Counter", "alice", "visits"), "42\n");
  });

  test("a server that hangs is named, and one that ends meanwhile too", async (t) => {
    const { cwd, server } = await serving(t);
    server.signal("SIGSTOP");
    const hangs = `the state is in use by process ${server.pid}, which does not answer within`;
    await refused(cwd, 4, new RegExp(hangs), "ls");
    const asking = run(["storage", "ls"], { cwd });
    await pause(1000);
    server.signal("SIGKILL");
    const { code, stderr } = await asking;
    assert.match(stderr, new RegExp(`process ${server.pid} has ended before it answered`));
    assert.equal(code, 4);
  });

  test("lathe test has one while it runs", async (t) => {
    const script = `
      import { DurableObject } from "cloudflare:workers";
      export class Counter extends DurableObject {
        async put() { await this.ctx.storage.put("k", 1); }
      }
      export default {
        async test(controller, env) {
          await env.COUNTER.getByName("alice").put();
          console.log("stored");
          await scheduler.wait(60_000);
        },
      };`;
    const cwd = project(t, { "worker.js": script, "wrangler.json": config });
    const testing = start(t, ["test", "wrangler.json", "--persist-to", "state"], { cwd });
    await testing.waitFor("stderr", /stored/);
    assert.equal(await storage(cwd, "ls", "Counter", "--persist-to", "state"), "alice\n");
    await storage(cwd, "put", "Counter", "bob", "k", "2", "--persist-to", "state");
  });

  test("answers what makes no sense with what is wrong", async (t) => {
    const { cwd, server } = await serving(t);
    const { socket } = lockOf(cwd);
    const [{ uniqueKey }] = (await ask(socket, "GET", "/storage/classes")).json;
    const [{ id }] = (await ask(socket, "GET", `/storage/objects?class=${uniqueKey}`)).json;
    const object = `class=${uniqueKey}&object=${id}`;
    const wrong = [
      ["GET", "/", 404, /there is no route GET \//],
      ["POST", "/storage/classes", 404, /no route POST/],
      ["GET", "/storage/objects", 400, /the parameter "class" is missing/],
      ["GET", `/storage/objects?class=${uniqueKey}&limit=0`, 400, /"limit"/],
      ["GET", `/storage/objects?class=${uniqueKey}&limit=1e3`, 400, /"limit"/],
      ["GET", `/storage/objects?class=${uniqueKey}&limit=-1`, 400, /"limit"/],
      ["GET", `/storage/objects?class=${uniqueKey}&after=zz`, 400, /wrong digit/],
      ["GET", `/storage/records?class=${uniqueKey}`, 400, /"object" is missing/],
      ["GET", `/storage/records?${object}&start=*`, 400, /not base64/],
      ["DELETE", "/storage/objects?object=00", 400, /"class" is missing/],
      ["PATCH", `/storage/records?${object}`, 400, /JSON|parse/, ""],
      ["PATCH", `/storage/records?${object}`, 400, /parse/, "{"],
      ["PATCH", `/storage/records?${object}`, 400, /no JSON object/, "[]"],
      ["PATCH", `/storage/records?${object}`, 400, /key/, '{"put":[{"value":""}]}'],
      ["PATCH", `/storage/records?class=${uniqueKey}&object=00`, 400, /64 hex digits/, "{}"],
      ["PATCH", `/storage/records?class=other&object=${id}`, 400, /not match|namespace/, "{}"],
    ];
    for (const [method, path, status, error, body] of wrong) {
      await t.test(`${method} ${path}`.slice(0, 60), async () => {
        const answer = await ask(socket, method, path, body);
        assert.equal(answer.status, status);
        assert.match(answer.json.error, error);
      });
    }
    for (const [text, status] of [
      ["nonsense\r\n\r\n", 400],
      ["PATCH /storage/records HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", 413],
    ]) {
      await t.test(text.slice(0, 8), async () => {
        const connection = connect(socket);
        connection.write(text);
        const [head] = await connection.toArray();
        assert.ok(String(head).startsWith(`HTTP/1.1 ${status} `), String(head));
      });
    }
    assert.equal(await server.text("/get/visits"), "41");
    assert.equal((await ask(socket, "GET", `/storage/records?${object}&limit=1`)).status, 200);
  });
});
