import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { configText, project, run, serve } from "./lathe.mjs";

const script = `
import { DurableObject } from "cloudflare:workers";

export class Notes extends DurableObject {
  async fetch(request) {
    const { storage } = this.ctx;
    const url = new URL(request.url);
    const [action, key, value] = url.pathname.slice(1).split("/");
    if (action === "put") await storage.put(key, value);
    if (action === "putAndGo") storage.put(key, value);
    if (action === "delete") await storage.delete(key);
    if (action === "alarm") await storage.setAlarm(Date.now() + Number(key));
    if (action === "abort") this.ctx.abort("by request");
    if (action === "putAndAbort") {
      storage.put(key, value);
      this.ctx.abort("by request");
    }
    return Response.json({
      ...Object.fromEntries(await storage.list()),
      ...(action === "getAlarm" ? { alarm: (await storage.getAlarm()) !== null } : {}),
    });
  }
  async alarm(info) {
    await this.ctx.storage.put("rang", [this.ctx.id.name ?? null, info.retryCount]);
  }
}
export class Papers extends Notes {}

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const names = env.NOTES ?? env.PAPERS;
    return names.getByName(url.searchParams.get("name") ?? "only").fetch(request);
  },
};
`;

const migrations = [{ tag: "v1", new_sqlite_classes: ["Notes"] }];

function config(more = {}) {
  return configText({
    durable_objects: { bindings: [{ name: "NOTES", class_name: "Notes" }] },
    migrations,
    ...more,
  });
}

function notes(t, more) {
  return project(t, { "worker.js": script, "wrangler.json": config(more) });
}

async function restarted(t, folder, server, args = []) {
  await server.stop();
  return serve(t, args, { cwd: folder });
}

describe("what Durable Objects store", () => {
  for (const [model, more] of [
    ["the synchronous model", {}],
    ["the cached model", { migrations: [{ tag: "v1", new_classes: ["Notes"] }] }],
  ]) {
    test(`is there after a restart: ${model}`, async (t) => {
      const folder = notes(t, more);
      let server = await serve(t, [], { cwd: folder });
      assert.equal(await server.text("/put/a/1?name=x"), '{"a":"1"}');
      assert.equal(await server.text("/put/b/2?name=y"), '{"b":"2"}');
      server = await restarted(t, folder, server);
      assert.equal(await server.text("/?name=x"), '{"a":"1"}');
      assert.equal(await server.text("/?name=y"), '{"b":"2"}');
      assert.equal(await server.text("/delete/a?name=x"), "{}");
      server = await restarted(t, folder, server);
      assert.equal(await server.text("/?name=x"), "{}");
    });

    test(`is there after kill -9, as soon as it was confirmed: ${model}`, async (t) => {
      const folder = notes(t, more);
      for (let round = 0; round < 3; ++round) {
        const server = await serve(t, [], { cwd: folder });
        const action = round % 2 ? "put" : "putAndGo";
        await server.text(`/${action}/k${round}/v`);
        await server.stop("SIGKILL");
      }
      const server = await serve(t, [], { cwd: folder });
      assert.equal(await server.text("/"), '{"k0":"v","k1":"v","k2":"v"}');
    });

    test(`is there after a new version of the script: ${model}`, async (t) => {
      const folder = notes(t, more);
      const server = await serve(t, [], { cwd: folder });
      await server.text("/put/a/1");
      writeFileSync(join(folder, "worker.js"), script.replace("Response.json({", 'Response.json({ v: 2,'));
      server.signal("SIGHUP");
      await server.waitFor("stderr", /Reloaded/);
      assert.equal(await server.text("/"), '{"v":2,"a":"1"}');
    });
  }

  test("of an aborted object stays what was confirmed", async (t) => {
    const server = await serve(t, [], { cwd: notes(t) });
    await server.text("/put/a/1");
    assert.equal((await server.fetch("/putAndAbort/a/2")).status, 500);
    assert.equal(await server.text("/"), '{"a":"1"}');
  });

  test("is kept in .lathe/state beside the configuration, out of repositories", async (t) => {
    const folder = notes(t);
    const server = await serve(t, [], { cwd: folder });
    await server.text("/put/a/1");
    assert.ok(existsSync(join(folder, ".lathe/state/actors.mdb")));
    execFileSync("git", ["init", "-q"], { cwd: folder });
    const status = execFileSync("git", ["status", "--porcelain"], { cwd: folder, encoding: "utf8" });
    assert.doesNotMatch(status, /\.lathe/);
  });

  test("is kept where --persist-to says, and nowhere with --ephemeral", async (t) => {
    const folder = notes(t);
    let server = await serve(t, ["--persist-to", "elsewhere"], { cwd: folder });
    await server.text("/put/a/1");
    assert.ok(existsSync(join(folder, "elsewhere/actors.mdb")));
    assert.ok(!existsSync(join(folder, ".lathe")));
    server = await restarted(t, folder, server, ["--ephemeral"]);
    assert.equal(await server.text("/put/b/2"), '{"b":"2"}');
    server = await restarted(t, folder, server, ["--ephemeral"]);
    assert.equal(await server.text("/"), "{}");
    assert.ok(!existsSync(join(folder, ".lathe")));
  });

  test("a worker without Durable Objects leaves no state folder", async (t) => {
    const folder = project(t, {
      "worker.js": "export default { fetch: () => new Response('hi') }",
      "wrangler.json": configText(),
    });
    const server = await serve(t, [], { cwd: folder });
    await server.text("/");
    assert.ok(!existsSync(join(folder, ".lathe")));
  });

  test("a second process is told who has the folder", async (t) => {
    const folder = notes(t);
    const server = await serve(t, [], { cwd: folder });
    await server.text("/put/a/1");
    const second = await run(["fetch", "wrangler.json", "/"], { cwd: folder });
    assert.equal(second.code, 4);
    assert.match(second.stderr, new RegExp(`is in use by process ${server.pid}`));
    await server.stop();
    const third = await run(["fetch", "wrangler.json", "/"], { cwd: folder });
    assert.deepEqual([third.code, third.stdout], [0, '{"a":"1"}']);
  });

  test("a damaged file is named, with exit code 4", async (t) => {
    const folder = notes(t);
    await run(["fetch", "wrangler.json", "/put/a/1"], { cwd: folder });
    const file = join(folder, ".lathe/state/actors.mdb");
    for (const damage of [Buffer.from("no database at all".repeat(1000)), readFileSync(file).subarray(0, 5000)]) {
      writeFileSync(file, damage);
      const { code, stderr } = await run(["fetch", "wrangler.json", "/"], { cwd: folder });
      assert.equal(code, 4, stderr);
      assert.match(stderr, /actors\.mdb/);
    }
  });
});

describe("migrations", () => {
  const papers = {
    durable_objects: { bindings: [{ name: "PAPERS", class_name: "Papers" }] },
    migrations: [...migrations, { tag: "v2", renamed_classes: [{ from: "Notes", to: "Papers" }] }],
  };

  test("a renamed class keeps its objects, also through SIGHUP, and gives them back", async (t) => {
    const folder = notes(t);
    const server = await serve(t, [], { cwd: folder });
    await server.text("/put/a/1");
    for (const [more, line] of [[papers, 1], [{}, 2], [papers, 3]]) {
      writeFileSync(join(folder, "wrangler.json"), config(more));
      server.signal("SIGHUP");
      await server.waitFor("stderr", new RegExp(`(Reloaded[^]*){${line}}`));
      assert.equal(await server.text("/"), '{"a":"1"}');
    }
  });

  test("a deleted class comes back with its objects when the migration goes", async (t) => {
    const folder = notes(t);
    const ask = async (path) => (await run(["fetch", "wrangler.json", path], { cwd: folder })).stdout;
    assert.equal(await ask("/put/a/1"), '{"a":"1"}');
    const deletion = { tag: "v2", deleted_classes: ["Notes"] };
    const anew = { tag: "v3", new_sqlite_classes: ["Notes"] };
    const newer = config({ migrations: [...migrations, deletion, anew] });
    for (const [text, before, then] of [
      [newer, "{}", '{"b":"2"}'],
      [config(), '{"a":"1"}', '{"a":"1","b":"2"}'],
      [newer, '{"b":"2"}', '{"b":"2"}'],
    ]) {
      writeFileSync(join(folder, "wrangler.json"), text);
      assert.equal(await ask("/"), before);
      assert.equal(await ask("/put/b/2"), then);
    }
  });

  test("a mistake is told with its place", async (t) => {
    for (const [bad, message] of [
      [[{ new_classes: ["A"] }], /wrangler\.json:\d+:\d+: .*"tag"/],
      [[{ tag: "v1" }, { tag: "v1" }], /wrangler\.json:\d+:\d+: the tag "v1" is used twice/],
      [[{ tag: "v1", new_class: ["A"] }], /wrangler\.json:\d+:\d+: .*new_class/],
      [[{ tag: "v1", renamed_classes: [{ from: "A" }] }], /wrangler\.json:\d+:\d+: .*"to"/],
    ]) {
      const folder = notes(t, { migrations: bad });
      const { code, stderr } = await run(["check", "wrangler.json"], { cwd: folder });
      assert.equal(code, 1);
      assert.match(stderr, message);
    }
  });
});

describe("alarms", () => {
  test("AL-07, AL-10: an overdue one runs after the start, and the object knows its name", async (t) => {
    const folder = notes(t);
    let server = await serve(t, [], { cwd: folder });
    await server.text("/alarm/1500?name=clock");
    await server.stop("SIGKILL");
    await new Promise((done) => setTimeout(done, 1600));
    server = await serve(t, [], { cwd: folder });
    let got;
    do got = await server.text("/?name=clock");
    while (!got.includes("rang"));
    assert.equal(got, '{"rang":["clock",0]}');
    assert.match(await server.text("/getAlarm?name=clock"), /"alarm":false/);
  });

  test("AL-07: one in the future is still there after the start", async (t) => {
    const folder = notes(t);
    let server = await serve(t, [], { cwd: folder });
    await server.text("/alarm/100000");
    server = await restarted(t, folder, server);
    assert.equal(await server.text("/getAlarm"), '{"alarm":true}');
  });
});
