// How WebSockets behaved before their flags of 2026; the tests in ../web-socket speak with it.
import { WorkerEntrypoint } from "cloudflare:workers";

export class Front extends WorkerEntrypoint {
  fetch() {
    const { 0: client, 1: server } = new WebSocketPair();
    server.accept();
    server.send("binaryType" in server ? "a binaryType" : "no binaryType");
    server.addEventListener("message", ({ data }) => {
      server.send(data instanceof ArrayBuffer ? "an ArrayBuffer" : "something else");
    });
    server.addEventListener("close", ({ code }) => {
      server.send(`closed ${code}, state ${server.readyState}`);
      server.close(4002);
    });
    return new Response(null, { status: 101, webSocket: client });
  }
}

export default {
  test() {
    if (WebSocket.prototype.hasOwnProperty("binaryType")) throw new Error("binaryType came later");
    const { 0: end } = new WebSocketPair();
    end.accept();
    end.close(1000, "x".repeat(124)); // too long for a frame: it is cut
  },
};
