// The servers that the tests of WebSockets talk to. What each address does is what the suite says of its own
// server's handler of that name (websockets/handlers/).

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";

import { WebSocket, WebSocketServer } from "ws";

const kHost = "127.0.0.1";

// Lets a second pass before it answers a Close.
class SlowToClose extends WebSocket {
  close(...args) {
    setTimeout(() => super.close(...args), 1000);
  }
}

// By the name of the suite's handler: `before(request)` answers the response to refuse with, or nothing;
// `opened(socket, request)` is told of a connection; `options` are those of its WebSocketServer.
const handlers = {
  basic_auth: {
    before: ({ headers }) =>
      headers.authorization === `Basic ${btoa("foo:bar")}`
        ? undefined
        : 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nWWW-Authenticate: Basic realm="camelot"\r\n\r\n',
    opened: (socket) => socket.close(1000),
  },
  "delayed-passive-close": {
    options: { WebSocket: SlowToClose },
  },
  echo: {
    options: { handleProtocols: (asked) => (asked.has("echo") ? "echo" : false) },
    opened(socket) {
      socket.on("message", (data, isBinary) => {
        socket.send(data, { binary: isBinary });
        if (!isBinary && data.toString() === "Goodbye") socket.close(1000);
      });
    },
  },
  handshake_no_extensions: {
    options: { perMessageDeflate: false },
    opened: (socket) => socket.close(1000),
  },
  handshake_sleep_2: {
    before: () => after(2000),
    opened: (socket) => socket.close(1000),
  },
  // Takes a tenth of a second for each message, and tells its size.
  "receive-many-with-backpressure": {
    options: { perMessageDeflate: false },
    opened(socket) {
      let turn = Promise.resolve();
      let waiting = 0;
      socket.on("message", (data) => {
        ++waiting;
        socket.pause();
        turn = turn.then(async () => {
          await after(100);
          socket.send(String(data.length));
          if (--waiting === 0) socket.resume();
        });
      });
    },
  },
  referrer: {
    opened(socket, { headers }) {
      socket.send(headers.referer ?? "MISSING AS PER FETCH");
      socket.close(1000);
    },
  },
};

// Starts a server for ws: and one for wss:. Answers what stands for the double braces of the suite's *.sub.js
// files, the path of the certificate to trust, and `stop`.
export async function startSocketServers() {
  const folder = mkdtempSync(join(tmpdir(), "lathe-wpt-certificate-"));
  const { key, certificate } = makeCertificate(folder);
  const plain = createServer();
  const secure = createSecureServer({ key: readFileSync(key), cert: readFileSync(certificate) });
  const upgrade = upgrader();
  const ports = [];
  for (const server of [plain, secure]) {
    server.on("upgrade", upgrade);
    await new Promise((done) => server.listen(0, kHost, done));
    ports.push(server.address().port);
  }
  const [ws, wss] = ports;
  return {
    certificate,
    substitutions: {
      host: kHost,
      "hosts[alt][www]": kHost,
      "ports[ws][0]": ws,
      "ports[wss][0]": wss,
      // WebSockets over HTTP/2 are for clients that find out that a server has them.
      "ports[h2][0]": wss,
    },
    stop() {
      plain.close();
      secure.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function makeCertificate(folder) {
  const [key, certificate] = ["key.pem", "certificate.pem"].map((name) => join(folder, name));
  const args = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1".split(" ");
  args.push("-keyout", key, "-out", certificate, "-subj", `/CN=${kHost}`, "-addext", `subjectAltName=IP:${kHost}`);
  execFileSync("openssl", args, { stdio: "pipe" });
  return { key, certificate };
}

// Answers the listener to `upgrade` that gives each request to the handler of its path.
function upgrader() {
  const acceptors = new Map(
    Object.entries(handlers).map(([name, { options }]) => [
      `/${name}`,
      new WebSocketServer({ noServer: true, perMessageDeflate: true, handleProtocols: () => false, ...options }),
    ]),
  );
  return async (request, connection, head) => {
    connection.on("error", () => {}); // a client that leaves
    const { pathname } = new URL(request.url, `http://${kHost}`);
    const acceptor = acceptors.get(pathname);
    if (!acceptor) return void connection.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    const { before, opened } = handlers[pathname.slice(1)];
    const refusal = await before?.(request);
    if (refusal) return void connection.end(refusal);
    acceptor.handleUpgrade(request, connection, head, (socket) => {
      socket.on("error", () => {}); // shows at the client
      opened?.(socket, request);
    });
  };
}
