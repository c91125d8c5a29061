// Chat over WebSockets through everything that may happen to a room: evictions, replacements of its code, members who
// vanish. Whatever was confirmed to its sender has reached every member who stayed, once, and in the sender's order.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";

import WebSocket from "ws";

import { configText, pause, project, run, serve, write } from "../e2e/lathe.mjs";
import { soaks, unlessSoaking } from "./rounds.mjs";

// The room stores each message and tells it to all its members, the sender among them: that is the confirmation.
const script = (version) => `
  import { DurableObject } from "cloudflare:workers";
  export class Room extends DurableObject {
    version = ${version};
    fetch(request) {
      const { 0: client, 1: server } = new WebSocketPair();
      this.ctx.acceptWebSocket(server);
      server.serializeAttachment(new URL(request.url).searchParams.get("name"));
      server.send("hello");
      return new Response(null, { status: 101, webSocket: client });
    }
    async webSocketMessage(socket, number) {
      const name = socket.deserializeAttachment();
      if ((this.count ?? 0) % 3 === 0) await this.ctx.storage.get("last");
      this.ctx.storage.put("last", name + " " + number);
      // Whose Close is on its way is still among them.
      for (const member of this.ctx.getWebSockets()) {
        if (member.readyState === WebSocket.OPEN) member.send(name + " " + number);
      }
    }
    webSocketClose(socket, code) {
      socket.close(code === 1006 || code === 1005 ? 1000 : code);
    }
  }
  export default {
    fetch(request, env) {
      const url = new URL(request.url);
      if (url.pathname === "/") return new Response("${version}");
      return env.ROOMS.getByName(url.pathname).fetch(request);
    },
  };`;

const files = (version) => ({
  "worker.js": script(version),
  "wrangler.json": configText({
    durable_objects: { bindings: [{ name: "ROOMS", class_name: "Room" }] },
    migrations: [{ tag: "v1", new_sqlite_classes: ["Room"] }],
  }),
});

let members = 0;

class Member {
  name = `m${++members}`;
  sent = 0;
  confirmed = 0;
  leaving = false;
  // The last number that was received from each sender.
  heard = new Map();
  faults = [];

  static async join(server, room) {
    const member = new Member();
    member.room = room;
    member.socket = new WebSocket(`${server.url.replace("http", "ws")}/${room}?name=${member.name}`);
    member.socket.on("error", () => {});
    const [first] = await once(member.socket, "message");
    assert.equal(first.toString(), "hello");
    member.socket.on("message", (data) => member.#hear(data.toString()));
    member.socket.on("close", (code) => {
      if (!member.leaving) member.faults.push(`cut with ${code}`);
    });
    return member;
  }

  say() {
    this.socket.send(String(++this.sent));
  }

  leave() {
    this.leaving = true;
    if (Math.random() < 0.5) this.socket.terminate();
    else this.socket.close(1000);
  }

  #hear(text) {
    const [name, number] = text.split(" ");
    const before = this.heard.get(name);
    const now = Number(number);
    if (before !== undefined && now !== before + 1) {
      this.faults.push(`heard ${name} say ${now} after ${before}`);
    }
    this.heard.set(name, now);
    if (name === this.name) this.confirmed = now;
  }
}

test("no confirmed message is lost, doubled or out of order, and no socket of a room is cut", async (t) => {
  const [rooms, perRoom, seconds, replaceMs] = soaks ? [20, 10, 600, 5000] : [4, 6, 12, 1000];
  const folder = project(t, files(1));
  const server = await serve(t, [], { cwd: folder });
  const present = [];
  const gone = [];
  for (let room = 0; room < rooms; ++room) {
    for (let i = 0; i < perRoom; ++i) present.push(await Member.join(server, `room${room}`));
  }
  t.after(() => present.forEach((member) => member.socket.terminate()));

  const end = Date.now() + seconds * 1000;
  const talking = (async () => {
    while (Date.now() < end) {
      for (const member of present) if (Math.random() < 0.3) member.say();
      await pause(20);
    }
  })();
  const replacing = (async () => {
    for (let version = 2; Date.now() < end; ++version) {
      await pause(replaceMs);
      write(folder, files(version));
      server.signal("SIGHUP");
      while ((await server.text()) !== String(version)) await pause(5);
    }
  })();
  const evicting = (async () => {
    while (Date.now() < end) {
      await pause(replaceMs / 2);
      // A change from outside evicts an object that has nothing to do.
      const room = `/room${Math.floor(Math.random() * rooms)}`;
      await run(["storage", "put", "Room", room, "outside", String(Date.now())], { cwd: folder });
    }
  })();
  const moving = (async () => {
    while (Date.now() < end) {
      await pause(300);
      const [member] = present.splice(Math.floor(Math.random() * present.length), 1);
      member.leave();
      gone.push(member);
      present.push(await Member.join(server, member.room));
    }
  })();
  await Promise.all([talking, replacing, evicting, moving]);

  for (const deadline = Date.now() + 20_000; ; await pause(20)) {
    if (present.every((member) => member.confirmed === member.sent)) break;
    assert.ok(Date.now() < deadline, `some messages are never confirmed\n${server.stderr}`);
  }
  // The last of each sender is with everybody in the room.
  await pause(200);
  const faults = [...present, ...gone].flatMap(({ name, faults }) => faults.map((f) => `${name} ${f}`));
  for (const member of present) {
    for (const other of present) {
      if (other.room !== member.room || other.sent === 0) continue;
      const heard = member.heard.get(other.name);
      // Who joined after the other's last word has not heard it.
      if (heard !== undefined && heard !== other.sent) {
        faults.push(`${member.name} heard ${other.name} up to ${heard} of ${other.sent}`);
      }
    }
  }
  assert.deepEqual(faults, [], server.stderr);
  const said = [...present, ...gone].reduce((sum, { confirmed }) => sum + confirmed, 0);
  assert.ok(said > rooms * perRoom, "they have talked");
});

const kSockets = 10_000;
const kBytesMax = 12 * 1024;

test("ten thousand hibernating sockets take at most 12 KB each", { skip: unlessSoaking }, async (t) => {
  const folder = project(t, files(1));
  const server = await serve(t, [], { cwd: folder });
  const sockets = [];
  t.after(() => sockets.forEach((socket) => socket.terminate()));
  const join = async (room) => {
    const url = `${server.url.replace("http", "ws")}/room${room}?name=x`;
    const socket = new WebSocket(url, { perMessageDeflate: false });
    sockets.push(socket);
    await once(socket, "message");
  };
  await join(0);
  await pause(500);
  const before = await server.residentBytes();
  for (let i = 1; i < kSockets; i += 50) {
    await Promise.all(Array.from({ length: Math.min(50, kSockets - i) }, (_, k) => join((i + k) % 100)));
  }
  // All rooms fall asleep.
  await pause(12_000);
  const each = ((await server.residentBytes()) - before) / kSockets;
  t.diagnostic(`${Math.round(each)} bytes each`);
  assert.ok(each < kBytesMax, `${Math.round(each)} bytes each`);
  const heard = once(sockets[1], "message");
  sockets[1].send("1");
  assert.equal((await heard)[0].toString(), "x 1");
});
