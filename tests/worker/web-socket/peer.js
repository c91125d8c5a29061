import { strictEqual } from "node:assert";

// A WebSocket that remembers what it has received: `next()` is a promise of the first that nobody has taken
// yet, a message's data or a Close as [code, reason, wasClean].
export class Peer {
  #received = [];
  #waiting = [];

  constructor(socket) {
    this.socket = socket;
    socket.addEventListener("message", (event) => this.#add(event.data));
    socket.addEventListener("close", (event) => this.#add([event.code, event.reason, event.wasClean]));
  }

  next() {
    if (this.#received.length > 0) return Promise.resolve(this.#received.shift());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  // Whether something is there that nobody has taken.
  get any() {
    return this.#received.length > 0;
  }

  #add(what) {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(what);
    else this.#received.push(what);
  }
}

// Asks `fetcher` for a WebSocket and accepts it.
export async function connect(fetcher, path = "/", options = undefined) {
  const response = await fetcher.fetch(`http://example.com${path}`, {
    headers: { Upgrade: "websocket" },
  });
  strictEqual(response.status, 101);
  response.webSocket.accept(options);
  return new Peer(response.webSocket);
}
