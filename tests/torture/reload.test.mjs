// A worker that is saved all the time, and mostly wrong, while fifty connections ask it: nobody may notice.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { renameSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { test } from "node:test";

import WebSocket from "ws";

import { pause, project, ready, start, worker, write } from "../e2e/lathe.mjs";
import { rounds, soaks } from "./rounds.mjs";

const kConnections = 50;
const kSaves = soaks ? 500 : 3 * rounds;
const kReloads = soaks ? 1000 : 4 * rounds;
const kMegabyte = 1024 * 1024;

const dev = (t, cwd) => ready(start(t, ["dev", "--port", "0", "--log-level", "warn"], { cwd }));

// Every good version answers "version N", also after a wait, and keeps something for later.
const good = (version) => `
  import { part } from "./src/part.js";
  export default {
    async fetch(request, env, context) {
      const { pathname } = new URL(request.url);
      if (pathname === "/slow") await scheduler.wait(20);
      context.waitUntil(scheduler.wait(5));
      return new Response("version ${version} " + part, { headers: { "content-type": "text/html" } });
    },
  };`;
const files = (version) => ({ ...worker(good(version)), "src/part.js": `export const part = "of it";` });

const kinds = [
  (version) => good(version),
  () => "export default { fetch() {",
  () => `throw new Error("at the top level");`,
  () => `import "./not/there.js"; export default { fetch() {} };`,
];

// Asks over all connections until told to stop; remembers every answer that is not one.
class Load {
  answers = 0;
  failures = [];
  newest = -1;
  #running = true;
  #agent = new Agent({ keepAlive: true, maxSockets: kConnections });

  constructor(server) {
    this.ended = Promise.all(
      Array.from({ length: kConnections }, async (_, i) => {
        while (this.#running) await this.#ask(server, i % 5 === 0 ? "/slow" : "/");
      }),
    );
  }

  #ask(server, path) {
    return new Promise((done) => {
      const options = { agent: this.#agent, host: "127.0.0.1", port: server.port, path, headers: { accept: "text/html" } };
      const asked = request(options, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text) => (body += text));
        response.on("end", () => {
          const match = /^version (\d+) of it(\n<script[^]*)?$/.exec(body);
          if (response.statusCode !== 200 || !match) this.#fail(`${response.statusCode} ${body}`);
          else this.newest = Math.max(this.newest, Number(match[1]));
          ++this.answers;
          done();
        });
        response.on("error", (error) => done(this.#fail(error)));
      });
      asked.on("error", (error) => done(this.#fail(error)));
      asked.end();
    });
  }

  #fail(what) {
    if (this.failures.length < 5) this.failures.push(String(what));
  }

  async stop() {
    this.#running = false;
    await this.ended;
    this.#agent.destroy();
    assert.deepEqual(this.failures, []);
    assert.ok(this.answers > 0);
  }
}

async function until(server, version) {
  const deadline = Date.now() + 20_000;
  while (!(await server.text()).startsWith(`version ${version} `)) {
    assert.ok(Date.now() < deadline, `version ${version} is never answered\n${server.stderr.slice(-2000)}`);
    await pause(2);
  }
}

test(`${kSaves} saves under load, good ones and three kinds of broken ones, lose no request`, async (t) => {
  const folder = project(t, files(0));
  const server = await dev(t, folder);
  const load = new Load(server);
  for (let save = 1; save <= kSaves; ++save) {
    write(folder, { "worker.js": kinds[save % kinds.length](save) });
    await pause(20);
  }
  write(folder, { "worker.js": good(kSaves + 1) });
  await until(server, kSaves + 1);
  await load.stop();
});

test("a hundred saves a second lose no request, and the last one stays", async (t) => {
  const folder = project(t, files(0));
  const server = await dev(t, folder);
  const load = new Load(server);
  const saves = soaks ? 1000 : 200;
  for (let save = 1; save <= saves; ++save) {
    // As editors do it, in turn: in place, and by a file that takes the place.
    if (save % 2 === 0) {
      write(folder, { "worker.js": good(save) });
    } else {
      write(folder, { "worker.js.new": good(save) });
      renameSync(join(folder, "worker.js.new"), join(folder, "worker.js"));
    }
    await pause(10);
  }
  await until(server, saves);
  await load.stop();
});

test("main deleted and restored, and its folder, lose no request", async (t) => {
  const folder = project(t, files(0));
  const server = await dev(t, folder);
  const load = new Load(server);
  for (let version = 1; version <= rounds / 3; ++version) {
    rmSync(join(folder, "worker.js"));
    await pause(40);
    write(folder, { "worker.js": good(version) });
    rmSync(join(folder, "src"), { recursive: true });
    await pause(40);
    write(folder, { "src/part.js": `export const part = "of it";` });
    await until(server, version);
  }
  await load.stop();
});

test("checkouts under load lose no request", async (t) => {
  const folder = project(t, { ...files(1), ".gitignore": ".lathe\n" });
  const git = (...args) => {
    const done = spawnSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd: folder });
    assert.equal(done.status, 0, String(done.stderr));
  };
  git("init", "-q", "-b", "one");
  git("add", ".");
  git("commit", "-qm", "one");
  git("checkout", "-qb", "two");
  write(folder, { "lib/part.js": `export const part = "of it";`, "worker.js": good(2).replace("./src/", "./lib/") });
  rmSync(join(folder, "src"), { recursive: true });
  git("add", "-A");
  git("commit", "-qm", "two");
  const server = await dev(t, folder);
  const load = new Load(server);
  for (let round = 0; round < rounds / 3; ++round) {
    git("checkout", "-q", "one");
    await until(server, 1);
    git("checkout", "-q", "two");
    await until(server, 2);
  }
  await load.stop();
});

// A room that answers each message with its version, the message, and how many it has had from this socket.
const room = (version) => `
  import { DurableObject } from "cloudflare:workers";
  export class Room extends DurableObject {
    fetch() {
      const { 0: client, 1: server } = new WebSocketPair();
      this.ctx.acceptWebSocket(server);
      server.serializeAttachment(0);
      return new Response(null, { status: 101, webSocket: client });
    }
    webSocketMessage(socket, text) {
      const count = socket.deserializeAttachment() + 1;
      socket.serializeAttachment(count);
      socket.send(["${version}", text, count].join(" "));
    }
    webSocketClose(socket, code) {
      socket.close(code);
    }
  }
  export default {
    fetch(request, env) {
      const { pathname } = new URL(request.url);
      return pathname === "/" ? new Response("version ${version} ") : env.ROOMS.getByName(pathname).fetch(request);
    },
  };`;

// A socket that asks again as soon as it is answered; every question has to have its answer, in order.
class Talker {
  asked = 0;
  answered = 0;
  newest = "";
  wrong;
  #leaving = false;

  constructor(server, path, pauseMs) {
    this.socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`);
    this.opened = once(this.socket, "open");
    this.closed = once(this.socket, "close");
    this.socket.on("error", () => {}); // told by "close", too
    this.socket.on("message", async (data) => {
      this.newest = String(data);
      ++this.answered;
      if (!new RegExp(`^\\d+ ${this.asked} ${this.asked}$`).test(this.newest)) this.wrong ??= this.newest;
      await pause(pauseMs);
      if (!this.#leaving) this.ask();
    });
  }

  ask() {
    this.socket.send(String(++this.asked));
  }

  // Its last question, once all before have been answered.
  async lastAnswer() {
    this.#leaving = true;
    while (this.answered < this.asked) await this.#turn();
    this.ask();
    while (this.answered < this.asked) await this.#turn();
    return this.newest;
  }

  async #turn() {
    assert.equal(this.socket.readyState, WebSocket.OPEN, `dropped after ${this.newest}`);
    assert.equal(this.wrong, undefined);
    await pause(5);
  }
}

test(`${kSaves} saves, good and broken ones, drop no hibernating WebSocket`, async (t) => {
  const config = {
    durable_objects: { bindings: [{ name: "ROOMS", class_name: "Room" }] },
    migrations: [{ tag: "v1", new_sqlite_classes: ["Room"] }],
  };
  const folder = project(t, worker(room(0), config));
  const server = await dev(t, folder);
  // Some talk all the time, some rarely, and some are silent until the end: their rooms sleep.
  const talkers = Array.from({ length: kConnections }, (_, i) => new Talker(server, `/room${i % 10}`, [0, 30, 300][i % 3]));
  t.after(() => talkers.forEach(({ socket }) => socket.terminate()));
  await Promise.all(talkers.map(({ opened }) => opened));
  talkers.forEach((talker, i) => i % 5 === 4 || talker.ask());
  for (let save = 1; save <= kSaves; ++save) {
    write(folder, { "worker.js": [room, ...kinds.slice(1)][save % kinds.length](save) });
    await pause(20);
  }
  write(folder, { "worker.js": room(kSaves + 1) });
  await until(server, kSaves + 1);
  for (const talker of talkers) {
    assert.match(await talker.lastAnswer(), new RegExp(`^${kSaves + 1} `));
    talker.socket.close(1000);
    assert.deepEqual((await talker.closed)[0], 1000);
  }
});

test(`${kReloads} reloads take less than 10 MB`, async (t) => {
  const folder = project(t, files(0));
  const server = await dev(t, folder);
  let version = 0;
  const reload = async (count) => {
    for (let i = 0; i < count; ++i) {
      write(folder, { "worker.js": good(++version) });
      await until(server, version);
    }
    await pause(500);
    return server.residentBytes();
  };
  const before = await reload(50); // until the allocators have settled
  const after = await reload(kReloads);
  const grownMegabytes = (after - before) / kMegabyte;
  t.diagnostic(`grown by ${grownMegabytes.toFixed(1)} MB to ${(after / kMegabyte).toFixed(1)} MB`);
  assert.ok(grownMegabytes < 10, `${grownMegabytes} MB`);
});
