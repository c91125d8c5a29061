import assert from "node:assert/strict";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";

import { pause, project, run, serve, start } from "./lathe.mjs";
import { ask, config, files, filled, lockOf, refused, serving, storage } from "./storage-project.mjs";

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

  test("what is in the way of its folder sends it to /tmp", async (t) => {
    const cwd = project(t, files);
    mkdirSync(join(cwd, "run"));
    writeFileSync(join(cwd, "run/lathe"), "in the way");
    const server = await serve(t, [], { cwd, env: { XDG_RUNTIME_DIR: join(cwd, "run") } });
    assert.equal(await server.text("/fill"), "done");
    assert.equal(lockOf(cwd).socket, `/tmp/lathe-${process.getuid()}/${server.pid}.sock`);
    assert.equal(await storage(cwd, "get", "Counter", "alice", "visits"), "41\n");
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
