// Folders and sockets that somebody else has made: a project with links in it, a runtime folder of
// another user, a socket at which another user answers.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, chownSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { test } from "node:test";

import { project, run, serve } from "../../e2e/lathe.mjs";
import { files, filled, lockOf } from "../../e2e/storage-project.mjs";

const kNobody = 65534;
const unlessRoot = process.getuid() === 0 ? false : "only root can be two users";
const kPrecious = "precious\n";

for (const [kind, link] of [["symbolic", symlinkSync], ["hard", linkSync]]) {
  test(`nothing is written through a ${kind} link in the state folder`, async (t) => {
    const names = ["lock.json", "actors.mdb", "actors.mdb-lock", "actors.mdb-checkpoint", "actors.mdb-checkpoint.new"];
    // A hard link may be a backup; only of what would be emptied it is refused.
    for (const name of kind === "hard" ? ["lock.json"] : names) {
      for (const durability of ["fsync", "os"]) {
        const cwd = project(t, files);
        writeFileSync(join(cwd, "precious"), kPrecious);
        mkdirSync(join(cwd, "state"));
        link(join(cwd, "precious"), join(cwd, "state", name));
        const config = JSON.parse(readFileSync(join(cwd, "wrangler.json")));
        writeFileSync(join(cwd, "wrangler.json"), JSON.stringify({ ...config, lathe: { durability } }));
        for (const args of [
          ["fetch", ".", "/fill", "--persist-to", "state"],
          ["storage", "ls", "--persist-to", "state"],
        ]) {
          const { signal, stderr } = await run(args, { cwd });
          assert.equal(signal, null, stderr);
          if (name === "lock.json" && args[0] === "fetch") assert.match(stderr, /lock\.json is a link/);
          assert.equal(readFileSync(join(cwd, "precious"), "utf8"), kPrecious, `${name} ${args}`);
        }
      }
    }
  });
}

test("a link that leads nowhere makes no file there", async (t) => {
  for (const name of ["lock.json", "actors.mdb", "actors.mdb-lock", "actors.mdb-checkpoint"]) {
    const cwd = project(t, files);
    mkdirSync(join(cwd, "state"));
    symlinkSync(join(cwd, "made"), join(cwd, "state", name));
    const { code, stderr } = await run(["fetch", ".", "/fill", "--persist-to", "state"], { cwd });
    assert.equal(code, 4, stderr);
    assert.throws(() => readFileSync(join(cwd, "made")), { code: "ENOENT" });
  }
});

test("a pipe in the place of a file does not hold anybody up", async (t) => {
  const { spawnSync } = await import("node:child_process");
  for (const name of ["lock.json", "actors.mdb", "actors.mdb-lock", "actors.mdb-checkpoint"]) {
    const cwd = project(t, files);
    mkdirSync(join(cwd, "state"));
    spawnSync("mkfifo", [join(cwd, "state", name)]);
    const { code, signal } = await run(["fetch", ".", "/fill", "--persist-to", "state"], { cwd, timeoutMs: 20_000 });
    assert.equal(signal, null, name);
    assert.equal(code, 4, name);
  }
});

test("a runtime folder that others can write to is not trusted", async (t) => {
  const own = `/tmp/lathe-${process.getuid()}/`;
  const cwd = project(t, files);
  const folder = (name, mode = 0o700) => {
    const path = join(cwd, name);
    mkdirSync(path);
    chmodSync(path, mode);
    return path;
  };
  const cases = [];
  cases.push([folder("open", 0o777), own], [folder("group", 0o770), own]);
  const within = folder("within");
  mkdirSync(join(within, "lathe"), { mode: 0o755 });
  cases.push([within, own]);
  const linked = folder("linked");
  symlinkSync(folder("elsewhere"), join(linked, "lathe"));
  cases.push([linked, own]);
  const file = folder("file");
  writeFileSync(join(file, "lathe"), "in the way");
  cases.push([file, own]);
  symlinkSync(folder("real"), join(cwd, "link"));
  cases.push([join(cwd, "link"), own]);
  if (process.getuid() === 0) {
    const foreign = folder("foreign");
    chownSync(foreign, kNobody, kNobody);
    cases.push([foreign, own]);
    const inside = folder("inside");
    mkdirSync(join(inside, "lathe"), { mode: 0o700 });
    chownSync(join(inside, "lathe"), kNobody, kNobody);
    cases.push([inside, own]);
  }
  const good = folder("good");
  cases.push([good, join(good, "lathe/")]);
  for (const [runtime, expected] of cases) {
    const server = await serve(t, [], { cwd, env: { XDG_RUNTIME_DIR: runtime } });
    assert.equal(lockOf(cwd).socket, `${expected}${server.pid}.sock`, runtime);
    await server.stop();
  }
});

test("a socket at which another user answers is told nothing", { skip: unlessRoot }, async (t) => {
  const cwd = await filled(t);
  const public_ = mkdtempSync(join(tmpdir(), "lathe-public-"));
  t.after(() => rmSync(public_, { recursive: true, force: true }));
  chmodSync(public_, 0o777);
  const socket = join(public_, "trap.sock");
  const heard = join(public_, "heard");
  const lock = join(cwd, ".lathe/state/lock.json");
  writeFileSync(lock, JSON.stringify({ pid: process.pid, socket }));
  // Another process holds the lock, and a third, of another user, has the socket.
  const holder = spawn("flock", [lock, "sleep", "60"], { stdio: "ignore", detached: true });
  t.after(() => process.kill(-holder.pid));
  const trap = spawn(process.execPath, ["-e", `
    const { createServer } = require("node:net");
    const { appendFileSync } = require("node:fs");
    createServer((s) => s.on("data", (d) => (appendFileSync(${JSON.stringify(heard)}, d),
      s.end("HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\n[]")))).listen(${JSON.stringify(socket)}, () => {
        require("node:fs").chmodSync(${JSON.stringify(socket)}, 0o777);
        console.log("listens");
      });`], { uid: kNobody, gid: kNobody, cwd: "/", stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => trap.kill());
  await once(trap.stdout, "data");
  const { code, stderr } = await run(["storage", "put", "Counter", "alice", "secret", '"mine"'], { cwd });
  assert.equal(code, 4);
  assert.match(stderr, /another user answers/);
  assert.throws(() => readFileSync(heard), { code: "ENOENT" });
});

test("another user is not answered at the socket", { skip: unlessRoot }, async (t) => {
  const cwd = project(t, files);
  const runtime = join(cwd, "run");
  mkdirSync(runtime, { mode: 0o700 });
  const server = await serve(t, [], { cwd, env: { XDG_RUNTIME_DIR: runtime } });
  await server.text("/fill");
  const { socket } = lockOf(cwd);
  // As if the folder's rights had been given away.
  for (const path of [cwd, runtime, join(runtime, "lathe")]) chmodSync(path, 0o755);
  chmodSync(socket, 0o777);
  const asking = spawn(process.execPath, ["-e", `
    const socket = require("node:net").connect(${JSON.stringify(socket)});
    socket.on("error", () => {}).on("data", (data) => process.stdout.write(data)).on("close", () => process.exit());
    socket.write("GET /storage/classes HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n");
    setTimeout(() => process.exit(), 2000);`], { uid: kNobody, gid: kNobody, cwd: "/", stdio: ["ignore", "pipe", "inherit"] });
  let heard = "";
  asking.stdout.on("data", (data) => (heard += data));
  await once(asking, "close");
  assert.equal(heard, "");
  assert.equal((await run(["storage", "get", "Counter", "alice", "visits"], { cwd })).stdout, "41\n");
});
