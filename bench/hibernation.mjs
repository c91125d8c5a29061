// How much memory sockets take whose object sleeps.

import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

// As many as workerd bears: of 10,000, it ends at the last hundred.
export const kSockets = 5_000;
// An object that nobody asks for anything sleeps after ten seconds.
const kUntilAsleepMs = 15_000;

// Resolves to the open socket once the server at `url` has answered the handshake.
function open({ hostname, port, pathname }) {
  return new Promise((done, fail) => {
    const socket = connect(Number(port), hostname);
    let head = "";
    socket.setEncoding("latin1");
    socket.on("error", fail).on("close", () => fail(new Error("a handshake was refused")));
    socket.on("data", (text) => {
      head += text;
      if (head.includes("\r\n\r\n")) head.startsWith("HTTP/1.1 101") ? done(socket) : fail(new Error(head));
    });
    socket.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
  });
}

// Kilobytes of the server's memory, beyond the kernel's, for each of many sockets of an object at `url`.
export async function kilobytesPerSocket(url, residentMegabytes) {
  const sockets = [await open(url)];
  await pause(kUntilAsleepMs);
  const before = residentMegabytes();
  while (sockets.length <= kSockets) {
    sockets.push(...(await Promise.all(Array.from({ length: 100 }, () => open(url)))));
  }
  await pause(kUntilAsleepMs);
  const grown = residentMegabytes() - before;
  for (const socket of sockets) socket.destroy();
  return (grown * 1024) / (sockets.length - 1);
}
