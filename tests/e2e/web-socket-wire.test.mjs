// WebSockets byte by byte: what a client of ours, which may break every rule, gets for what it sends to a script.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { connect } from "node:net";
import { describe, test } from "node:test";

import { serveFiles } from "./lathe.mjs";

const echo = `
  export default {
    fetch() {
      const [client, server] = Object.values(new WebSocketPair());
      server.accept();
      server.binaryType = "arraybuffer";
      server.addEventListener("message", ({ data }) => server.send(data));
      server.addEventListener("close", ({ code, reason }) => {
        if (code === 1005) server.close();
        else if (code !== 1006) server.close(code, reason);
      });
      server.addEventListener("error", ({ message }) => console.log("error: " + message));
      return new Response(null, { status: 101, webSocket: client });
    },
  };`;

// ---- Frames ----

// A client's frame, with every liberty.
function frame(opcode, payload = "", { fin = true, rsv = 0, masked = true, length } = {}) {
  const bytes = Buffer.from(payload);
  length ??= bytes.length;
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  const mask = masked ? 0x80 : 0;
  if (length < 126) head.push(mask | length);
  else if (length < 65536) head.push(mask | 126, length >> 8, length & 255);
  else {
    const long = Buffer.alloc(8);
    long.writeBigUInt64BE(BigInt(length));
    head.push(mask | 127, ...long);
  }
  if (!masked) return Buffer.concat([Buffer.from(head), bytes]);
  const key = randomBytes(4);
  return Buffer.concat([Buffer.from(head), key, bytes.map((byte, i) => byte ^ key[i % 4])]);
}
const text = (payload, options) => frame(1, payload, options);
const bytes = (payload, options) => frame(2, payload, options);
const more = { fin: false };
const close = (code, reason = "") =>
  frame(8, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]));

const brief = (payload) => (payload.length > 60 ? `${payload.length} bytes` : payload.toString());

const kinds = { 1: "text", 2: "bytes", 8: "close", 10: "pong" };
// The reason where it is the script's, not ours.
const closing = (payload) => {
  const code = payload.length > 0 ? payload.readUInt16BE(0) : "";
  return `${code}${code >= 3000 ? ` ${payload.subarray(2)}` : ""}`.trimEnd();
};

// What a server has said, such as "text(Hello) close(1000 bye)".
function read(stream) {
  const said = [];
  while (stream.length > 0) {
    const opcode = stream[0] & 15;
    assert.equal(stream[0] & 0xf0, 0x80, "the server's frames are whole and have no reserved bits");
    assert.equal(stream[1] & 0x80, 0, "the server's frames are not masked");
    let [at, length] = [2, stream[1]];
    if (length === 126) [at, length] = [4, stream.readUInt16BE(2)];
    else if (length === 127) [at, length] = [10, Number(stream.readBigUInt64BE(2))];
    const payload = stream.subarray(at, at + length);
    said.push(`${kinds[opcode]}(${opcode === 8 ? closing(payload) : brief(payload)})`);
    stream = stream.subarray(at + length);
  }
  return said.join(" ");
}

// ---- Talking ----

// All that a server says until it ends the connection.
function say(port, chunks, { fields = "" } = {}) {
  const key = randomBytes(16).toString("base64");
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const received = [];
    socket.setNoDelay(true);
    socket.setTimeout(20_000, () => socket.destroy(new Error(`silence after ${Buffer.concat(received)}`)));
    socket.on("error", reject);
    socket.write(
      "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n${fields}\r\n`,
    );
    for (const chunk of chunks) socket.write(chunk);
    socket.on("data", (data) => received.push(data));
    socket.on("end", () => {
      const all = Buffer.concat(received);
      const end = all.indexOf("\r\n\r\n") + 4;
      const head = all.subarray(0, end).toString();
      assert.match(head, /^HTTP\/1\.1 101 /);
      assert.ok(head.includes(`Sec-WebSocket-Accept: ${accept}\r\n`), head);
      resolve(read(all.subarray(end)));
    });
  });
}

const kappa = Buffer.from("κ");

const table = [
  // Messages
  [[text("Hello"), close(1000)], "text(Hello) close(1000)"],
  [[text(""), bytes(""), frame(8)], "text() bytes() close()"],
  ...[125, 126, 127, 65_535, 65_536].map((size) => [
    [text("*".repeat(size)), bytes(Buffer.alloc(size)), close(1000)],
    `text(${size} bytes) bytes(${size} bytes) close(1000)`,
  ]),
  // Fragments
  [[text("Hel", more), frame(0, "lo"), close(1000)], "text(Hello) close(1000)"],
  [[bytes("a", more), frame(0, "", more), frame(0, "b"), close(1000)], "bytes(ab) close(1000)"],
  [[text("a", more), frame(9, "!"), frame(0, "b"), close(1000)], "pong(!) text(ab) close(1000)"],
  [[frame(0, "a")], "close(1002)"],
  [[text("a", more), text("b")], "close(1002)"],
  // Control frames
  [[frame(9), frame(9, "x".repeat(125)), frame(10, "?"), close(1000)], "pong() pong(125 bytes) close(1000)"],
  [[frame(9, "x".repeat(126))], "close(1002)"],
  [[frame(9, "", more)], "close(1002)"],
  // Reserved bits, opcodes, masks
  ...[1, 2, 3, 4, 5, 6, 7].map((rsv) => [[text("a", { rsv })], "close(1002)"]),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => [[frame(opcode)], "close(1002)"]),
  [[text("a", { masked: false })], "close(1002)"],
  // UTF-8
  [[text("κόσμε 😀"), close(1000)], "text(κόσμε 😀) close(1000)"],
  [[text(kappa.subarray(0, 1), more), frame(0, kappa.subarray(1)), close(1000)], "text(κ) close(1000)"],
  [[text(Buffer.from([0xc0, 0xaf]))], "close(1007)"],
  [[text(Buffer.from([0xed, 0xa0, 0x80]))], "close(1007)"],
  [[text(Buffer.from([0xf4, 0x90, 0x80, 0x80]))], "close(1007)"],
  [[text(kappa.subarray(0, 1))], "close(1007)"],
  [[text(Buffer.from([0x61, 0xff]), { length: 1000 })], "close(1007)"],
  [[bytes(Buffer.from([0xff])), close(3000)], "bytes(\ufffd) close(3000)"],
  // Closes
  [[close(4999, "bye")], "close(4999 bye)"],
  [[close(1000), text("too late")], "close(1000)"],
  [[frame(8, "x")], "close(1002)"],
  [[close(1000, Buffer.from([0xff]))], "close(1007)"],
  ...[1001, 1003, 1011, 3000].map((code) => [[close(code)], `close(${code})`]),
  ...[0, 999, 1004, 1005, 1006, 1015, 2999, 5000].map((code) => [[close(code)], "close(1002)"]),
  // More than a message may have
  [[bytes("", { length: 32 * 1024 * 1024 + 1 })], "close(1009)"],
  [[bytes("a", more), frame(0, "", { length: 32 * 1024 * 1024 })], "close(1009)"],
];

describe("the wire", () => {
  test("says what RFC 6455 wants for every kind of frame, whole or byte by byte", async (t) => {
    const { port } = await serveFiles(t, echo);
    for (const [frames, expected] of table) {
      const sent = Buffer.concat(frames);
      const what = brief(sent).replace(/[^ -~]/g, "?");
      assert.equal(await say(port, [sent]), expected, what);
      if (sent.length > 1000) continue;
      assert.equal(await say(port, [...sent].map((byte) => Buffer.from([byte]))), expected, `byte by byte: ${what}`);
    }
  });

  test("keeps serving whatever came before", async (t) => {
    const { port } = await serveFiles(t, echo);
    const bad = table.filter(([, expected]) => /^close\(10(02|07|09)\)$/.test(expected));
    await Promise.all(bad.map(([frames, expected]) => say(port, frames).then((said) => assert.equal(said, expected))));
    assert.equal(await say(port, [text("alive"), close(1000)]), "text(alive) close(1000)");
  });
});
