// What bench/websocket talks to, one module for lathe and for workerd: /worker echoes, /object is a Durable Object
// that echoes, /room one that tells all of its sockets; both sleep between two messages as far as they are let.

import { DurableObject } from "cloudflare:workers";

export class Store extends DurableObject {
  fetch(request) {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server, [new URL(request.url).pathname]);
    return new Response(null, { status: 101, webSocket: client });
  }
  webSocketMessage(socket, message) {
    if (this.ctx.getTags(socket)[0] === "/object") {
      socket.send(message);
    } else {
      for (const member of this.ctx.getWebSockets()) member.send(message);
    }
  }
  webSocketClose(socket) {
    socket.close();
  }
}

export default {
  fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/") return new Response("ready");
    if (pathname !== "/worker") return env.STORE.get(env.STORE.idFromName(pathname)).fetch(request);
    const { 0: client, 1: server } = new WebSocketPair();
    server.accept();
    server.addEventListener("message", ({ data }) => server.send(data));
    return new Response(null, { status: 101, webSocket: client });
  },
};
