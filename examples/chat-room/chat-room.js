import { DurableObject } from "cloudflare:workers";

import page from "./page.html";

const kNameLengthMax = 40;
const kTextLengthMax = 500;
const kHistory = 20;

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/") {
      return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
    }
    const [, room] = /^\/rooms\/([^/]{1,40})$/.exec(pathname) ?? [];
    if (!room) return new Response("Nothing is here\n", { status: 404 });
    if (request.headers.get("upgrade") !== "websocket") {
      return new Response("A room is reached with a WebSocket\n", { status: 426 });
    }
    const name = searchParams.get("name") ?? "";
    if (name.length === 0 || name.length > kNameLengthMax) {
      return new Response(`?name= must have 1 to ${kNameLengthMax} characters\n`, { status: 400 });
    }
    return env.ROOMS.getByName(room).fetch(request);
  },
};

// A room with its members, who are the sockets, and its latest messages. Between two messages the object
// sleeps: what must last is the sockets' attachments and what is stored.
export class ChatRoom extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    // A sign of life is answered without waking the room.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  fetch(request) {
    const name = new URL(request.url).searchParams.get("name");
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    server.serializeAttachment({ name });
    for (const message of this.#history()) send(server, message);
    this.#tellMembers();
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage(socket, data) {
    if (typeof data !== "string" || data.length === 0 || data.length > kTextLengthMax) {
      socket.close(1008, `A message is a text of 1 to ${kTextLengthMax} characters`);
      return;
    }
    const { name } = socket.deserializeAttachment();
    const history = this.#history();
    const message = { id: (history.at(-1)?.id ?? 0) + 1, from: name, text: data };
    // Nobody hears of it before it is on the disk: frames wait for what was written before them.
    this.ctx.storage.kv.put("history", [...history, message].slice(-kHistory));
    this.#tell(message);
  }

  webSocketClose(socket, code, reason) {
    socket.close(code === 1005 || code === 1006 ? 1000 : code, reason);
    this.#tellMembers(socket);
  }

  #history() {
    return this.ctx.storage.kv.get("history") ?? [];
  }

  #tellMembers(leaving) {
    const staying = this.ctx.getWebSockets().filter((socket) => socket !== leaving);
    const members = staying.map((socket) => socket.deserializeAttachment()?.name).sort();
    this.#tell({ members });
  }

  #tell(what) {
    for (const socket of this.ctx.getWebSockets()) {
      if (socket.readyState === WebSocket.OPEN) send(socket, what);
    }
  }
}

function send(socket, what) {
  socket.send(JSON.stringify(what));
}
