// WebSockets within the process: pairs, responses that carry an end, and what each state allows (Durable Objects §8.1 to
// §8.3, §8.9).
import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

import { Peer, connect } from "./peer.js";

// Says what it hears, until it is told to go.
function echo(socket) {
  socket.accept();
  socket.addEventListener("message", ({ data }) => {
    if (data === "close") socket.close(4000, "as you wish");
    else socket.send(data);
  });
}

function upgrade(serve, init) {
  const { 0: client, 1: server } = new WebSocketPair();
  serve(server);
  return new Response(null, { status: 101, webSocket: client, ...init });
}

export class Echo extends DurableObject {
  fetch() {
    return upgrade(echo);
  }
}

export class Front extends WorkerEntrypoint {
  fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/through") return this.env.ECHO.getByName("one").fetch(request);
    if (pathname === "/no-upgrade") {
      return this.env.ECHO.getByName("one").fetch("http://example.com/");
    }
    if (pathname === "/rewritten") {
      return this.env.ECHO.getByName("one")
        .fetch(request)
        .then((response) => new Response(response.body, response));
    }
    return upgrade(echo, { headers: { "Sec-WebSocket-Protocol": "chat" } });
  }
}

function pair() {
  const { 0: first, 1: second } = new WebSocketPair();
  return [first, second];
}

function acceptedPair(options) {
  const [first, second] = pair();
  first.accept(options);
  second.accept(options);
  return [new Peer(first), new Peer(second)];
}

export const aPairHasTwoEnds = {
  test() {
    const made = new WebSocketPair();
    deepStrictEqual(Object.keys(made), ["0", "1"]);
    ok(made[0] instanceof WebSocket && made[0] instanceof EventTarget);
    deepStrictEqual([...made], Object.values(made));
    deepStrictEqual(
      [made[0].url, made[0].protocol, made[0].extensions, made[0].readyState],
      [null, "", "", WebSocket.OPEN],
    );
    strictEqual(WebSocket.READY_STATE_CLOSED, 3);
  },
};

export const whatIsSentIntoOneEndComesOutOfTheOther = {
  async test() {
    const [first, second] = acceptedPair();
    first.socket.send("text é \u{1f600}");
    first.socket.send(new Uint8Array([1, 2, 3]));
    first.socket.send(new Uint8Array([0, 4, 5]).subarray(1));
    first.socket.send(new Blob(["blob"]));
    first.socket.send(17);
    second.socket.send("back");
    strictEqual(await second.next(), "text é \u{1f600}");
    const texts = [];
    for (let i = 0; i < 3; ++i) texts.push([...new Uint8Array(await (await second.next()).arrayBuffer())]);
    deepStrictEqual(texts, [[1, 2, 3], [4, 5], [...new TextEncoder().encode("blob")]]);
    strictEqual(await second.next(), "17");
    strictEqual(await first.next(), "back");
  },
};

export const binaryTypeDecidesWhatBytesBecome = {
  async test() {
    const [first, second] = acceptedPair();
    strictEqual(second.socket.binaryType, "blob");
    second.socket.binaryType = "nonsense";
    strictEqual(second.socket.binaryType, "blob");
    second.socket.binaryType = "arraybuffer";
    first.socket.send(new Uint8Array([1]));
    ok((await second.next()) instanceof ArrayBuffer);
  },
};

export const bytesAreCopiedWhenTheyAreSent = {
  async test() {
    const [first, second] = acceptedPair();
    const bytes = new Uint8Array([1]);
    first.socket.send(bytes);
    bytes[0] = 2;
    deepStrictEqual([...new Uint8Array(await (await second.next()).arrayBuffer())], [1]);
  },
};

export const whatWasSentBeforeTheOtherAcceptsIsKept = {
  async test() {
    const [first, second] = pair();
    first.accept();
    first.send("early");
    await scheduler.wait(1);
    second.accept();
    second.accept(); // changes nothing
    strictEqual(await new Peer(second).next(), "early");
  },
};

// ---- Closing ----

export const aCloseIsAnsweredByItself = {
  async test() {
    const [first, second] = acceptedPair();
    first.socket.close(4001, "bye");
    strictEqual(first.socket.readyState, WebSocket.CLOSING);
    deepStrictEqual(await second.next(), [4001, "bye", true]);
    strictEqual(second.socket.readyState, WebSocket.CLOSED);
    deepStrictEqual(await first.next(), [4001, "bye", true]);
    strictEqual(first.socket.readyState, WebSocket.CLOSED);
  },
};

export const aHalfOpenSocketStillSends = {
  async test() {
    const [first, second] = acceptedPair({ allowHalfOpen: true });
    first.socket.close();
    deepStrictEqual(await second.next(), [1005, "", true]);
    strictEqual(second.socket.readyState, WebSocket.CLOSING);
    second.socket.send("last words");
    second.socket.close(1000);
    strictEqual(await first.next(), "last words");
    deepStrictEqual(await first.next(), [1000, "", true]);
    strictEqual(second.socket.readyState, WebSocket.CLOSED);
  },
};

export const closeCodesAreChecked = {
  test() {
    for (const code of [0, 999, 1004, 1005, 1006, 1015, 5000, 65536, -1, NaN]) {
      const [first] = acceptedPair();
      throws(() => first.socket.close(code), {
        name: "InvalidAccessError",
        message: /^Invalid WebSocket close code: \d+\.$/,
      });
      strictEqual(first.socket.readyState, WebSocket.OPEN);
    }
    for (const code of [1000, 1001, 1003, 1011, 3000, 4999]) acceptedPair()[0].socket.close(code);
    throws(() => acceptedPair()[0].socket.close(undefined, "why"), {
      name: "TypeError",
      message: "If you specify a WebSocket close reason, you must also specify a code.",
    });
    throws(() => acceptedPair()[0].socket.close(1000, "é".repeat(62)), { name: "SyntaxError" });
    acceptedPair()[0].socket.close(1000, "x".repeat(123));
  },
};

export const afterCloseNothingIsSent = {
  test() {
    const [first] = acceptedPair();
    first.socket.close(1000);
    first.socket.close(1001); // changes nothing
    throws(() => first.socket.send("x"), {
      name: "TypeError",
      message: "Can't call WebSocket send() after close().",
    });
  },
};

// ---- States ----

const notAccepted = {
  name: "TypeError",
  message:
    "You must call one of accept() or state.acceptWebSocket() on this WebSocket before sending messages.",
};

export const nothingIsSentBeforeAccept = {
  test() {
    const [first] = pair();
    throws(() => first.send("x"), notAccepted);
    throws(() => first.close(), notAccepted);
  },
};

export const anEndLeavesWithOneResponse = {
  async test(controller, env) {
    const [first, second] = pair();
    second.accept();
    throws(() => new Response(null, { status: 200, webSocket: first }), RangeError);
    throws(() => new Response(null, { status: 101 }), RangeError);
    throws(() => new Response("body", { status: 101, webSocket: first }), TypeError);
    throws(() => new Response(null, { status: 101, webSocket: {} }), TypeError);
    throws(() => new Response(null, { webSocket: first }), RangeError);
    const response = new Response("", { status: 101, webSocket: first });
    strictEqual(response.status, 101);
    strictEqual(response.webSocket, first);
    throws(() => response.clone(), TypeError);
    strictEqual(new Response(null, { webSocket: null }).webSocket, null);
    strictEqual(new Response(null).webSocket, null);
  },
};

// ---- Responses ----

export const aServiceGivesAnEnd = {
  async test(controller, env) {
    const peer = await connect(env.SERVICE);
    strictEqual(peer.socket.protocol, "chat");
    peer.socket.send("hello");
    strictEqual(await peer.next(), "hello");
    peer.socket.send("close");
    deepStrictEqual(await peer.next(), [4000, "as you wish", true]);
  },
};

export const anActorGivesAnEnd = {
  async test(controller, env) {
    const peer = await connect(env.ECHO.getByName("one"));
    peer.socket.send("hello");
    strictEqual(await peer.next(), "hello");
    peer.socket.close(1000);
    deepStrictEqual(await peer.next(), [1000, "", true]);
  },
};

export const anActorsEndGoesThroughAWorker = {
  async test(controller, env) {
    for (const path of ["/through", "/rewritten"]) {
      const peer = await connect(env.SERVICE, path);
      for (let i = 0; i < 10; ++i) peer.socket.send(`${i}`);
      for (let i = 0; i < 10; ++i) strictEqual(await peer.next(), `${i}`);
      peer.socket.send("close");
      deepStrictEqual(await peer.next(), [4000, "as you wish", true]);
    }
  },
};

export const aRequestThatAsksForNoneGetsNone = {
  async test(controller, env) {
    const refusal = {
      name: "TypeError",
      message:
        "Worker tried to return WebSocket in a response to a request which did not contain the header " +
        '"Upgrade: websocket".',
    };
    await rejects(env.SERVICE.fetch("http://example.com/"), refusal);
    await rejects(env.ECHO.getByName("one").fetch("http://example.com/"), refusal);
  },
};

// ---- Listeners and errors ----

export const handlersAreEventHandlerAttributes = {
  async test() {
    const [first, second] = pair();
    const events = [];
    await new Promise((resolve) => {
      second.onmessage = (event) => events.push([event.type, event.data, event.isTrusted]);
      second.onclose = (event) => {
        events.push([event.type, event.code]);
        resolve();
      };
      second.accept();
      first.accept();
      first.send("a");
      first.close(1000);
    });
    deepStrictEqual(events, [
      ["message", "a", true],
      ["close", 1000],
    ]);
  },
};

// As with workerd: whoever has sent the message sees the connection end without a Close.
export const aListenerThatThrowsDropsItsSocket = {
  async test() {
    for (const listen of [
      (socket, listener) => socket.addEventListener("message", listener),
      (socket, listener) => socket.addEventListener("message", { handleEvent: listener }),
      (socket, listener) => (socket.onmessage = listener),
    ]) {
      const [first, second] = pair();
      const failure = new Error("on purpose: this line belongs into the log");
      const heard = [];
      listen(second, (event) => {
        heard.push(event.data);
        if (event.data === "b") throw failure;
      });
      second.addEventListener("message", (event) => heard.push(`too: ${event.data}`));
      second.addEventListener("error", (event) => heard.push(event.error, event.message));
      second.addEventListener("close", () => heard.push("close"));
      second.accept();
      first.accept();
      const closed = new Promise((done) => first.addEventListener("close", done));
      for (const text of ["a", "b", "c"]) first.send(text);
      const { code, wasClean } = await closed;
      deepStrictEqual([code, wasClean], [1006, false]);
      await scheduler.wait(1);
      deepStrictEqual(heard, [
        "a",
        "too: a",
        "b",
        "too: b",
        failure,
        "Uncaught Error: on purpose: this line belongs into the log",
      ]);
      strictEqual(second.readyState, WebSocket.CLOSED);
      second.send("into the void");
      second.close();
    }
  },
};

export const aListenersPromiseDropsNothing = {
  async test() {
    const [first, second] = pair();
    first.accept();
    second.addEventListener("message", async () => {
      throw new Error("on purpose: this line belongs into the log");
    });
    second.accept();
    const peer = new Peer(second);
    first.send("a");
    first.send("b");
    strictEqual(await peer.next(), "a");
    strictEqual(await peer.next(), "b");
  },
};

// ---- Attachments ----

export const attachmentsAreCopies = {
  test() {
    const [first] = pair();
    strictEqual(first.deserializeAttachment(), null);
    const value = { a: new Map([[1, new Date(5)]]) };
    first.serializeAttachment(value);
    value.a.clear();
    deepStrictEqual(first.deserializeAttachment(), { a: new Map([[1, new Date(5)]]) });
    first.serializeAttachment("x".repeat(16_000));
    throws(() => first.serializeAttachment("x".repeat(16_400)), {
      name: "Error",
      message:
        /^A WebSocket 'attachment' cannot be larger than 16384 bytes\.'attachment' was \d+ bytes\.$/,
    });
    throws(() => first.serializeAttachment(() => {}), { name: "DataCloneError" });
  },
};

// ---- new WebSocket() ----

export const urlsAndProtocolsAreChecked = {
  test() {
    for (const url of ["", "/x", "ftp://a/", "ws://a/#b", "wss://"]) {
      throws(() => new WebSocket(url), { name: "SyntaxError" }, url);
    }
    for (const protocols of [[""], ["a b"], ["a", "a"], ["a", "A"], "é"]) {
      throws(() => new WebSocket("ws://localhost:1/", protocols), { name: "SyntaxError" });
    }
    throws(() => new WebSocket(), TypeError);
    throws(() => WebSocket("ws://localhost:1/"), TypeError);
  },
};

// ---- Older settings ----

export const beforeItsDateACloseIsNotAnswered = {
  async test(controller, env) {
    const peer = await connect(env.OLD, "/", { allowHalfOpen: true });
    strictEqual(await peer.next(), "no binaryType");
    peer.socket.send(new Uint8Array([7]));
    strictEqual(await peer.next(), "an ArrayBuffer");
    peer.socket.close(1000);
    strictEqual(await peer.next(), "closed 1000, state 2");
    deepStrictEqual(await peer.next(), [4002, "", true]);
  },
};
