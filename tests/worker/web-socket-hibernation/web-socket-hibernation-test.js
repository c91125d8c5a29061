// Sockets that outlive their object (Durable Objects §8.4 to §8.11).
import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { DurableObject } from "cloudflare:workers";

import { Peer, connect } from "../web-socket/peer.js";

// How long an object without anything to do is kept, and a little more.
const kIdleMs = 11_000;

// What the object of each name did, and what it does in its constructor and with a message.
const log = {};
const constructors = {};
const handlers = {};

export class Room extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.name = ctx.id.name;
    this.log = log[this.name] ??= [];
    this.log.push("constructor");
    this.messages = 0;
    constructors[this.name]?.(this, ctx);
  }

  fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const { 0: client, 1: server } = new WebSocketPair();
    if (pathname === "/plain") {
      server.accept();
      server.addEventListener("message", ({ data }) => server.send(`plain ${data}`));
    } else {
      this.ctx.acceptWebSocket(server, searchParams.getAll("tag"));
    }
    return new Response(null, { status: 101, webSocket: client });
  }

  async webSocketMessage(socket, message) {
    ++this.messages;
    this.log.push(["message", message]);
    const handle = handlers[this.name] ?? ((_, given, what) => given.send(what));
    await handle(this, socket, message);
  }
  async webSocketClose(socket, code, reason, wasClean) {
    this.log.push(["close", code, reason, wasClean, this.ctx.getWebSockets().length]);
    await scheduler.wait(1);
    this.log.push(["then", this.ctx.getWebSockets().length]);
    socket.close(code === 1005 || code === 1006 ? 1000 : code, reason);
  }
  webSocketError(socket, error) {
    this.log.push(["error", error.message]);
  }

  // Runs `body(object, ctx)` of the test within the object.
  run(name) {
    return bodies[name](this, this.ctx);
  }
}

const bodies = {};
let bodyNumber = 0;
function inside(stub, body) {
  const name = `body${++bodyNumber}`;
  bodies[name] = body;
  return stub.run(name);
}

// ---- ctx's methods, awake ----

export const messagesReachTheHandlerAndCarryTheSameObject = {
  async test(controller, env) {
    const room = env.ROOM.getByName("basics");
    const seen = new Set();
    handlers.basics = (object, socket, message) => {
      seen.add(socket);
      socket.send(message);
    };
    const peer = await connect(room);
    peer.socket.send("a");
    peer.socket.send(new Uint8Array([1, 2]));
    strictEqual(await peer.next(), "a");
    strictEqual((await peer.next()).size, 2);
    strictEqual(seen.size, 1);
    ok(log.basics[2][1] instanceof ArrayBuffer, "bytes are an ArrayBuffer, whatever binaryType");
    await inside(room, (object, ctx) => {
      deepStrictEqual(ctx.getWebSockets(), [...seen]);
      strictEqual(ctx.getWebSockets()[0].readyState, WebSocket.OPEN);
    });
  },
};

export const hb06TagsChooseSockets = {
  async test(controller, env) {
    const room = env.ROOM.getByName("tags");
    const alice = await connect(room, "/?tag=alice&tag=all");
    const bob = await connect(room, "/?tag=bob&tag=all&tag=bob");
    await inside(room, (object, ctx) => {
      strictEqual(ctx.getWebSockets("alice").length, 1);
      strictEqual(ctx.getWebSockets("nobody").length, 0);
      const [first, second] = ctx.getWebSockets("all");
      deepStrictEqual(ctx.getWebSockets(), [second, first], "newest first without a tag");
      deepStrictEqual(ctx.getTags(first), ["alice", "all"]);
      deepStrictEqual(ctx.getTags(second), ["bob", "all"]);
      ctx.getWebSockets("alice")[0].send("for alice");
      ctx.getWebSockets("bob")[0].send("for bob");
    });
    strictEqual(await alice.next(), "for alice");
    strictEqual(await bob.next(), "for bob");
  },
};

export const whatCannotBeAcceptedIsRefused = {
  async test(controller, env) {
    await inside(env.ROOM.getByName("refusals"), (object, ctx) => {
      const pair = () => Object.values(new WebSocketPair());
      const accepted = pair();
      accepted[0].accept();
      throws(() => ctx.acceptWebSocket(accepted[0]), {
        message:
          "Cannot call `acceptWebSocket()` if the WebSocket was already accepted via `accept()`",
      });
      throws(() => ctx.acceptWebSocket(accepted[1]), {
        message:
          "Cannot call `acceptWebSocket()` on this WebSocket because its pair has already been accepted " +
          "or used in a Response.",
      });
      const [, server] = pair();
      const tags = Array.from({ length: 11 }, (_, i) => `${i}`);
      throws(() => ctx.acceptWebSocket(server, tags), {
        message: "a Hibernatable WebSocket cannot have more than 10 tags",
      });
      throws(() => ctx.acceptWebSocket(server, ["x".repeat(257)]), {
        message: `"${"x".repeat(257)}" is longer than the max tag length (256 characters).`,
      });
      throws(() => ctx.acceptWebSocket({}), TypeError);
      throws(() => ctx.getTags(server), {
        message:
          "you must call 'acceptWebSocket()' before attempting to access the tags of a WebSocket.",
      });
      ctx.acceptWebSocket(server, ["x".repeat(256), ...tags.slice(0, 9)]);
      throws(() => server.accept(), {
        name: "TypeError",
        message: "Can't accept() WebSocket after enabling hibernation.",
      });
      throws(() => ctx.acceptWebSocket(server), Error);
      ok(!ctx.getWebSockets().includes(accepted[0]));
    });
  },
};

export const listenersOfSuchASocketHearNothing = {
  async test(controller, env) {
    const room = env.ROOM.getByName("listeners");
    const peer = await connect(room);
    await inside(room, (object, ctx) => {
      ctx.getWebSockets()[0].addEventListener("message", () => object.log.push("heard"));
    });
    peer.socket.send("a");
    strictEqual(await peer.next(), "a");
    ok(!log.listeners.includes("heard"));
  },
};

export const hb05ACloseFromTheHandlerIsTheReply = {
  async test(controller, env) {
    const room = env.ROOM.getByName("closing");
    const peer = await connect(room);
    const other = await connect(room);
    peer.socket.close(4001, "bye");
    deepStrictEqual(await peer.next(), [4001, "bye", true]);
    deepStrictEqual(log.closing.slice(1), [["close", 4001, "bye", true, 2], ["then", 1]]);
    other.socket.close();
    deepStrictEqual(await other.next(), [1000, "", true]);
    deepStrictEqual(log.closing[3], ["close", 1005, "", true, 1]);
  },
};

export const aHandlerThatThrowsClosesNothing = {
  async test(controller, env) {
    const room = env.ROOM.getByName("throwing");
    handlers.throwing = (object, socket, message) => {
      if (message === "throw") throw new Error("on purpose: this line belongs into the log");
      socket.send(message);
    };
    const peer = await connect(room);
    const other = await connect(room);
    peer.socket.send("throw");
    peer.socket.send("after");
    other.socket.send("other");
    strictEqual(await peer.next(), "after");
    strictEqual(await other.next(), "other");
  },
};

export const handlersOfOneSocketOverlapAtTheirAwaits = {
  async test(controller, env) {
    const room = env.ROOM.getByName("overlap");
    handlers.overlap = async (object, socket, message) => {
      if (message === "slow") await scheduler.wait(50);
      socket.send(message);
    };
    const peer = await connect(room);
    peer.socket.send("slow");
    peer.socket.send("fast");
    strictEqual(await peer.next(), "fast");
    strictEqual(await peer.next(), "slow");
    deepStrictEqual(log.overlap.slice(1), [["message", "slow"], ["message", "fast"]]);
  },
};

export const aMissingHandlerDropsTheEvent = {
  async test(controller, env) {
    const mute = env.MUTE.getByName("any");
    const peer = await connect(mute);
    peer.socket.send("dropped");
    peer.socket.close(1000);
    await scheduler.wait(10);
    ok(!peer.any);
  },
};
export class Mute extends DurableObject {
  fetch() {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }
}

// ---- Automatic responses ----

export const hb07AnAutomaticResponseWakesNobody = {
  async test(controller, env) {
    const room = env.ROOM.getByName("auto");
    const peer = await connect(room);
    const before = Date.now();
    await inside(room, (object, ctx) => {
      strictEqual(ctx.getWebSocketAutoResponse(), null);
      strictEqual(ctx.getWebSocketAutoResponseTimestamp(ctx.getWebSockets()[0]), null);
      ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
      const { request, response } = ctx.getWebSocketAutoResponse();
      deepStrictEqual([request, response], ["ping", "pong"]);
    });
    peer.socket.send("ping");
    strictEqual(await peer.next(), "pong");
    peer.socket.send(new TextEncoder().encode("ping"));
    strictEqual((await peer.next()).size, 4, "bytes never match");
    deepStrictEqual(log.auto.length, 2);
    await inside(room, (object, ctx) => {
      const at = ctx.getWebSocketAutoResponseTimestamp(ctx.getWebSockets()[0]);
      ok(at instanceof Date && at.getTime() >= before && at.getTime() <= Date.now());
      ctx.setWebSocketAutoResponse();
      strictEqual(ctx.getWebSocketAutoResponse(), null);
    });
    peer.socket.send("ping");
    strictEqual(await peer.next(), "ping");
  },
};

export const automaticResponsesAreShort = {
  test() {
    const long = "x".repeat(2049);
    throws(() => new WebSocketRequestResponsePair(long, ""), {
      name: "RangeError",
      message: "Request cannot be larger than 2048 bytes. A request of size 2049 was provided.",
    });
    throws(() => new WebSocketRequestResponsePair("", long), {
      name: "RangeError",
      message: "Response cannot be larger than 2048 bytes. A response of size 2049 was provided.",
    });
    throws(() => new WebSocketRequestResponsePair("a"), TypeError);
  },
};

// ---- The limit of an event ----

export const anEventMayHaveALimit = {
  async test(controller, env) {
    const room = env.ROOM.getByName("limit");
    handlers.limit = (object, socket, message) => scheduler.wait(message === "long" ? 60_000 : 0);
    const peer = await connect(room);
    await inside(room, (object, ctx) => {
      strictEqual(ctx.getHibernatableWebSocketEventTimeout(), null);
      throws(() => ctx.setHibernatableWebSocketEventTimeout(604_800_001), {
        message: "Event timeout should not exceed 604800000 ms.",
      });
      ctx.setHibernatableWebSocketEventTimeout(50);
      strictEqual(ctx.getHibernatableWebSocketEventTimeout(), 50);
    });
    peer.socket.send("long");
    const [code, , wasClean] = await peer.next();
    deepStrictEqual([code, wasClean], [1006, false]);
    await inside(env.ROOM.getByName("limit"), (object, ctx) => {
      strictEqual(ctx.getWebSockets().length, 0);
      ctx.setHibernatableWebSocketEventTimeout(50);
      ctx.setHibernatableWebSocketEventTimeout(0);
      strictEqual(ctx.getHibernatableWebSocketEventTimeout(), null);
    });
  },
};

// ---- Asleep ----

// Each prepares an object and returns what is to be checked once it sleeps. They sleep together.
const sleepers = {
  async "HB-01: a fetch finds the sockets, and what is sent reaches the peer"(env) {
    const room = env.ROOM.getByName("hb01");
    const peer = await connect(room, "/?tag=kept");
    await inside(room, (object, ctx) => {
      const [socket] = ctx.getWebSockets();
      socket.mine = true;
      socket.serializeAttachment({ name: "Ada" });
    });
    return async () => {
      await inside(room, (object, ctx) => {
        strictEqual(ctx.getWebSockets().length, 1);
        const [socket] = ctx.getWebSockets("kept");
        strictEqual(socket.mine, undefined);
        deepStrictEqual(socket.deserializeAttachment(), { name: "Ada" });
        deepStrictEqual(ctx.getTags(socket), ["kept"]);
        strictEqual(ctx.getWebSockets()[0], socket);
        socket.send("still here");
      });
      deepStrictEqual(log.hb01, ["constructor", "constructor"]);
      strictEqual(await peer.next(), "still here");
    };
  },
  async "HB-02: a frame wakes the object, whose state is fresh"(env) {
    const room = env.ROOM.getByName("hb02");
    handlers.hb02 = (object, socket) => socket.send(`${object.messages}`);
    const peer = await connect(room);
    peer.socket.send("a");
    strictEqual(await peer.next(), "1");
    return async () => {
      for (let i = 0; i < 3; ++i) peer.socket.send(`${i}`);
      for (let i = 1; i <= 3; ++i) strictEqual(await peer.next(), `${i}`);
      const messages = log.hb02.filter(Array.isArray).map(([, message]) => message);
      deepStrictEqual(messages, ["a", "0", "1", "2"]);
      deepStrictEqual(log.hb02.filter((entry) => entry === "constructor").length, 2);
    };
  },
  async "HB-03: abort after waking ends the connection without a Close"(env) {
    const room = env.ROOM.getByName("hb03");
    const peer = await connect(room);
    return async () => {
      await rejects(inside(room, (object, ctx) => ctx.abort("enough")), { message: "enough" });
      deepStrictEqual(
        await peer.next(),
        [1006, "WebSocket disconnected without sending Close frame.", false],
      );
    };
  },
  async "HB-04: nothing is delivered when the constructor throws at waking"(env) {
    const room = env.ROOM.getByName("hb04");
    const peer = await connect(room);
    return async () => {
      constructors.hb04 = (object, ctx) => {
        ctx.getWebSockets()[0].send("too early");
        throw new Error("on purpose: this line belongs into the log");
      };
      peer.socket.close(1000);
      const [code, , wasClean] = await peer.next();
      deepStrictEqual([code, wasClean], [1006, false]);
    };
  },
  async "HB-07: an automatic response does not wake a sleeping object"(env) {
    const room = env.ROOM.getByName("hb07");
    const peer = await connect(room);
    await inside(room, (object, ctx) => {
      ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    });
    return async () => {
      peer.socket.send("ping");
      strictEqual(await peer.next(), "pong");
      deepStrictEqual(log.hb07, ["constructor"]);
      await inside(room, (object, ctx) => {
        ok(ctx.getWebSocketAutoResponseTimestamp(ctx.getWebSockets()[0]) instanceof Date);
        strictEqual(ctx.getWebSocketAutoResponse().response, "pong");
      });
    };
  },
  async "HB-11: an object that listens itself does not sleep"(env) {
    const room = env.ROOM.getByName("hb11");
    const peer = await connect(room, "/plain");
    return async () => {
      peer.socket.send("a");
      strictEqual(await peer.next(), "plain a");
      deepStrictEqual(log.hb11, ["constructor"]);
    };
  },
  async "a Close wakes the object"(env) {
    const room = env.ROOM.getByName("close");
    const peer = await connect(room);
    return async () => {
      peer.socket.close(4002, "late");
      deepStrictEqual(await peer.next(), [4002, "late", true]);
      deepStrictEqual(log.close.slice(1, 3), ["constructor", ["close", 4002, "late", true, 1]]);
    };
  },
  async "a Close that was sent before sleeping is remembered"(env) {
    const room = env.ROOM.getByName("half");
    const peer = await connect(room, "/", { allowHalfOpen: true });
    await inside(room, (object, ctx) => ctx.getWebSockets()[0].close(4003));
    deepStrictEqual(await peer.next(), [4003, "", true]);
    return async () => {
      await inside(room, (object, ctx) => {
        strictEqual(ctx.getWebSockets()[0].readyState, WebSocket.CLOSING);
        throws(() => ctx.getWebSockets()[0].send("x"), TypeError);
      });
      peer.socket.close(); // until here it has to be there
    };
  },
};

export const socketsOutliveTheirObject = {
  async test(controller, env) {
    const checks = [];
    for (const [name, prepare] of Object.entries(sleepers)) checks.push([name, await prepare(env)]);
    await scheduler.wait(kIdleMs);
    const failures = [];
    for (const [name, check] of checks) {
      await check().catch((error) => failures.push(`${name}: ${error.stack}`));
    }
    deepStrictEqual(failures, []);
  },
};
