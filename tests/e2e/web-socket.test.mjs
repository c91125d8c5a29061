// WebSockets over real connections, by npm's ws as the client.

import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { describe, test } from "node:test";

import WebSocket, { WebSocketServer } from "ws";

import { configText, project, serve, serveFiles, worker, write } from "./lathe.mjs";

const actors = (classes, script = "worker.js") => ({
  main: script,
  durable_objects: { bindings: classes.map((name) => ({ name: name.toUpperCase(), class_name: name })) },
  migrations: [{ tag: "v1", new_sqlite_classes: classes }],
});

// A client that remembers what it has received: `next()` is a promise of the first message that nobody has taken
// yet, a Buffer when it was binary, or of the end as [code, reason].
class Client {
  #received = [];
  #waiting = [];

  static async open(server, path = "/", protocols = [], options = {}) {
    const url = new URL(path, server.url.replace("http", "ws"));
    const client = new Client(new WebSocket(url, protocols, options));
    await once(client.socket, "open");
    return client;
  }

  constructor(socket) {
    this.socket = socket;
    socket.on("message", (data, binary) => this.#add(binary ? data : data.toString()));
    socket.on("close", (code, reason) => this.#add([code, reason.toString()]));
    socket.on("error", () => {});
  }

  send(data) {
    this.socket.send(data);
    return this;
  }

  next() {
    if (this.#received.length > 0) return Promise.resolve(this.#received.shift());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("nothing was received")), 30_000);
      this.#waiting.push((what) => {
        clearTimeout(timer);
        resolve(what);
      });
    });
  }

  #add(what) {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(what);
    else this.#received.push(what);
  }
}

const echo = `
  export default {
    fetch(request) {
      const { 0: client, 1: server } = new WebSocketPair();
      server.accept();
      server.addEventListener("message", ({ data }) => server.send(data));
      server.addEventListener("close", ({ code, reason, wasClean }) => {
        console.log(\`closed \${code} \${reason} \${wasClean}\`);
      });
      const headers = { "x-mine": "yes" };
      const asked = request.headers.get("sec-websocket-protocol");
      if (asked) headers["sec-websocket-protocol"] = asked.split(",")[0];
      return new Response(null, { status: 101, webSocket: client, headers });
    },
  };`;

describe("a worker's WebSocket", () => {
  test("echoes texts and bytes of any size, in order", async (t) => {
    const server = await serveFiles(t, echo);
    const client = await Client.open(server);
    const sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 1_000_000];
    for (const size of sizes) client.send("é".repeat(size)).send(Buffer.alloc(size, 7));
    for (const size of sizes) {
      assert.equal(await client.next(), "é".repeat(size));
      const bytes = Buffer.from(await client.next());
      assert.ok(bytes.equals(Buffer.alloc(size, 7)));
    }
    client.socket.close(4000, "enough");
    assert.deepEqual(await client.next(), [4000, "enough"]);
    await server.waitFor("stderr", /closed 4000 enough true/);
  });

  test("hears of a client that vanishes", async (t) => {
    const server = await serveFiles(t, echo);
    const client = await Client.open(server);
    client.socket.terminate();
    await server.waitFor(
      "stderr",
      /closed 1006 WebSocket disconnected without sending Close frame\. false/,
    );
  });

  test("sends its own headers and the protocol that it chose", async (t) => {
    const server = await serveFiles(t, echo);
    const socket = new WebSocket(server.url.replace("http", "ws"), ["chat", "other"]);
    const [[response]] = await Promise.all([once(socket, "upgrade"), once(socket, "open")]);
    assert.equal(socket.protocol, "chat");
    assert.equal(response.headers["x-mine"], "yes");
    socket.terminate();
  });

  test("is compressed when the client offers that", async (t) => {
    const server = await serveFiles(t, echo);
    const client = await Client.open(server, "/", [], { perMessageDeflate: { threshold: 0 } });
    assert.match(client.socket.extensions, /permessage-deflate/);
    for (let i = 0; i < 3; ++i) {
      client.send("a".repeat(100_000));
      assert.equal(await client.next(), "a".repeat(100_000));
    }
  });

  test("answers pings", async (t) => {
    const server = await serveFiles(t, echo);
    const client = await Client.open(server);
    client.socket.ping("hello");
    const [payload] = await once(client.socket, "pong");
    assert.equal(payload.toString(), "hello");
  });

  test("carries what the client sends right behind its handshake", async (t) => {
    const server = await serveFiles(t, echo);
    const connection = await server.connect();
    const frame = "\x81\x83\x00\x00\x00\x00abc";
    connection.send(
      "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nSec-WebSocket-Version: 13\r\n\r\n${frame}`,
    );
    assert.ok(await connection.receive(/^HTTP\/1\.1 101 [^]*\r\n\r\n\x81\x03abc/));
    connection.close();
  });

  test("is refused to whom the handshake is wrong, and the server goes on", async (t) => {
    const server = await serveFiles(t, echo);
    const connection = await server.connect();
    connection.send("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    assert.ok(await connection.receive(/^HTTP\/1\.1 400 /));
    const answer = await server.fetch("/");
    assert.equal(answer.status, 500);
    assert.match(await answer.text(), /did not contain the header "Upgrade: websocket"/);
  });

  test("whose listener throws costs nobody else anything", async (t) => {
    const server = await serveFiles(
      t,
      echo.replace("server.send(data)", `{ if (data === "x") throw new Error("mine"); server.send(data); }`),
    );
    const [one, other] = [await Client.open(server), await Client.open(server)];
    one.send("x").send("a");
    // As with workerd, the connection ends without a Close.
    assert.deepEqual(await one.next(), [1006, ""]);
    other.send("b");
    assert.equal(await other.next(), "b");
    await server.waitFor("stderr", /mine/);
  });

  test("ends with 1001 when the server stops", async (t) => {
    const server = await serveFiles(t, echo);
    const client = await Client.open(server);
    const stopped = server.stop();
    assert.equal((await client.next())[0], 1001);
    assert.deepEqual(await stopped, { code: 0, signal: null });
  });
});

const room = (version) => `
  import { DurableObject } from "cloudflare:workers";
  export class Room extends DurableObject {
    constructor(ctx, env) {
      super(ctx, env);
      this.heard = 0;
    }
    fetch(request) {
      const { 0: client, 1: server } = new WebSocketPair();
      if (new URL(request.url).pathname === "/plain") {
        server.accept();
        server.addEventListener("message", ({ data }) => {
          for (let i = 0; i < 100; ++i) server.send(\`${version} plain \${data} \${i}\`);
        });
      } else {
        this.ctx.acceptWebSocket(server);
        server.serializeAttachment({ path: new URL(request.url).pathname });
      }
      return new Response(null, { status: 101, webSocket: client });
    }
    async webSocketMessage(socket, message) {
      const count = (this.ctx.storage.kv.get("count") ?? 0) + 1;
      this.ctx.storage.kv.put("count", count);
      const { path } = socket.deserializeAttachment();
      socket.send(\`${version} \${path} \${message} \${++this.heard} \${count}\`);
    }
    webSocketClose(socket, code, reason) {
      console.log(\`${version} closed \${code}\`);
      socket.close(code, reason);
    }
  }
  export default {
    fetch(request, env) {
      return env.ROOM.getByName("one").fetch(request);
    },
  };`;

async function reload(server, files, folder) {
  write(folder, files);
  const before = server.stderr.length;
  server.signal("SIGHUP");
  await server.waitFor("stderr", /Reloaded/, before);
}

describe("an object's WebSocket", () => {
  test("reaches the object through the worker", async (t) => {
    const server = await serveFiles(t, worker(room("v1"), actors(["Room"])));
    const [one, other] = [await Client.open(server, "/a"), await Client.open(server, "/b")];
    one.send("x");
    assert.equal(await one.next(), "v1 /a x 1 1");
    other.send("y");
    assert.equal(await other.next(), "v1 /b y 2 2");
    one.socket.close(4001, "bye");
    assert.deepEqual(await one.next(), [4001, "bye"]);
    await server.waitFor("stderr", /v1 closed 4001/);
  });

  test("stays open through a replacement of the code, and speaks to the new class", async (t) => {
    const folder = project(t, worker(room("v1"), actors(["Room"])));
    const server = await serve(t, [], { cwd: folder });
    const client = await Client.open(server, "/a");
    client.send("x");
    assert.equal(await client.next(), "v1 /a x 1 1");
    for (let version = 2; version < 5; ++version) {
      await reload(server, worker(room(`v${version}`), actors(["Room"])), folder);
      client.send("x");
      assert.equal(await client.next(), `v${version} /a x 1 ${version}`);
    }
    client.socket.close(1000);
    assert.deepEqual(await client.next(), [1000, ""]);
  });

  test("that listens itself is closed with 1012 after what it has sent", async (t) => {
    const folder = project(t, worker(room("v1"), actors(["Room"])));
    const server = await serve(t, [], { cwd: folder });
    const client = await Client.open(server, "/plain");
    client.send("x");
    const [first] = [await client.next()];
    assert.equal(first, "v1 plain x 0");
    await reload(server, worker(room("v2"), actors(["Room"])), folder);
    for (let i = 1; i < 100; ++i) assert.equal(await client.next(), `v1 plain x ${i}`);
    assert.deepEqual(await client.next(), [1012, "Service restart"]);
    const again = await Client.open(server, "/plain");
    again.send("y");
    assert.equal(await again.next(), "v2 plain y 0");
  });

  test("knows that it is closed, and what it still says is not heard", async (t) => {
    const folder = project(
      t,
      worker(`
        export default {
          async fetch(request) {
            const pair = new WebSocketPair();
            const socket = pair[1];
            // Accepted by old code, after the replacement.
            if (request.url.endsWith("/late")) {
              console.log("waiting");
              await scheduler.wait(500);
            }
            socket.accept();
            socket.send("from the old code");
            const timer = setInterval(() => {
              if (socket.readyState === WebSocket.OPEN) return;
              clearInterval(timer);
              socket.send("lost");
              console.log("state", socket.readyState);
            }, 5);
            return new Response(null, { status: 101, webSocket: pair[0] });
          },
        };`),
    );
    const server = await serve(t, [], { cwd: folder });
    const early = await Client.open(server);
    const late = Client.open(server, "/late");
    await server.waitFor("stderr", /waiting/);
    early.socket.pause();  // and does not answer the Close
    await reload(server, worker(echo), folder);
    await server.waitFor("stderr", /state 2/);
    early.socket.resume();
    for (const client of [early, await late]) {
      assert.equal(await client.next(), "from the old code");
      assert.deepEqual(await client.next(), [1012, "Service restart"]);
    }
  });

  test("a worker's own is closed with 1012 too", async (t) => {
    const folder = project(t, worker(echo));
    const server = await serve(t, [], { cwd: folder });
    const client = await Client.open(server);
    client.send("x");
    assert.equal(await client.next(), "x");
    await reload(server, worker(echo), folder);
    assert.deepEqual(await client.next(), [1012, "Service restart"]);
  });
});

describe("new WebSocket()", () => {
  const dialer = `
    import { DurableObject } from "cloudflare:workers";
    async function dial(url, protocols) {
      const socket = new WebSocket(url, protocols);
      const events = [socket.readyState];
      return new Promise((resolve) => {
        socket.addEventListener("open", () => {
          events.push("open " + socket.readyState, socket.protocol, socket.url);
          socket.send("hello");
        });
        socket.addEventListener("message", ({ data, origin }) => {
          events.push(data, origin);
          socket.close(4005, "done");
        });
        socket.addEventListener("error", ({ message }) => events.push("error " + message));
        socket.addEventListener("close", ({ code, reason, wasClean }) => {
          events.push([code, reason, wasClean, socket.readyState]);
          resolve(Response.json(events));
        });
      });
    }
    export class Dialer extends DurableObject {
      async fetch(request) {
        this.ctx.storage.kv.put("dialed", Date.now());
        return dial(await request.text());
      }
    }
    export default {
      async fetch(request, env) {
        const { pathname } = new URL(request.url);
        if (pathname === "/object") return env.DIALER.getByName("x").fetch(request);
        return dial(await request.text(), pathname === "/chat" ? ["chat", "talk"] : undefined);
      },
    };`;

  async function upstream(t) {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
    t.after(() => server.close());
    server.on("connection", (socket) => {
      socket.on("message", (data) => socket.send(`you said ${data}`));
    });
    server.url = `ws://127.0.0.1:${server.address().port}`;
    return server;
  }

  for (const path of ["/worker", "/object"]) {
    test(`talks to a server, from ${path.slice(1)}`, async (t) => {
      const there = await upstream(t);
      const server = await serveFiles(t, worker(dialer, actors(["Dialer"])));
      const answer = await server.fetch(path, { method: "POST", body: there.url });
      assert.deepEqual(await answer.json(), [
        0,
        "open 1",
        "",
        `${there.url}/`,
        "you said hello",
        there.url,
        [4005, "done", true, 3],
      ]);
    });
  }

  test("offers protocols", async (t) => {
    const there = await upstream(t);
    const server = await serveFiles(t, worker(dialer, actors(["Dialer"])));
    const answer = await server.fetch("/chat", { method: "POST", body: there.url });
    assert.equal((await answer.json())[2], "chat");
  });

  test("that is closed before a server has answered does not wait for it", async (t) => {
    const mute = net.createServer(() => {}).listen(0, "127.0.0.1");
    await once(mute, "listening");
    t.after(() => mute.close());
    const server = await serveFiles(
      t,
      worker(`
        export default {
          async fetch(request) {
            const socket = new WebSocket(await request.text());
            const events = [];
            const closed = new Promise((resolve) => {
              for (const type of ["open", "error", "close"]) {
                socket.addEventListener(type, ({ type, code, wasClean }) => {
                  events.push([type, code, wasClean, socket.readyState]);
                  if (type === "close") resolve();
                });
              }
            });
            socket.close(1000);
            events.push(socket.readyState);
            await closed;
            return Response.json(events);
          },
        };`),
    );
    const url = `ws://127.0.0.1:${mute.address().port}`;
    const answer = await server.fetch("/", { method: "POST", body: url });
    assert.deepEqual(await answer.json(), [
      2,
      ["error", null, null, 3],
      ["close", 1006, false, 3],
    ]);
  });

  test("fails where nobody listens", async (t) => {
    const server = await serveFiles(t, worker(dialer, actors(["Dialer"])));
    const there = await upstream(t);
    there.close();
    const answer = await server.fetch("/", { method: "POST", body: there.url });
    assert.deepEqual(await answer.json(), [
      0,
      "error Failed to establish websocket connection",
      [1006, "Failed to establish websocket connection", false, 3],
    ]);
  });
});
