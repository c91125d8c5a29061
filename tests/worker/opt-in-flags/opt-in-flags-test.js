// Flags that no date turns on: what they change.
import { deepStrictEqual, strictEqual, throws } from "node:assert";

export class Bare {
  name() {
    return "bare";
  }
}

export class OldStyle {
  constructor(ctx) {
    this.id = ctx.id;
  }
  whose() {
    return this.id.name;
  }
}

export const withJsRpcAClassNeedsNoBase = {
  async test(controller, { BARE, OLD }) {
    deepStrictEqual([await BARE.name(), await OLD.getByName("old").whose()], ["bare", "old"]);
  },
};

export const withPedanticWptACloseCodeIsOneOfTheScripts = {
  test() {
    for (const code of [0, 999, 1001, 1004, 1005, 1006, 1015, 2999, 5000]) {
      const { 0: socket } = new WebSocketPair();
      socket.accept();
      throws(() => socket.close(code), { name: "InvalidAccessError" }, code);
    }
    for (const code of [1000, 3000, 4999]) {
      const { 0: socket } = new WebSocketPair();
      socket.accept();
      socket.close(code);
      strictEqual(socket.readyState, WebSocket.CLOSING);
    }
  },
};
