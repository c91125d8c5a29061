// A page of somebody else's in the browser of the person at this machine. It can have its own name
// lead to 127.0.0.1 (DNS rebinding), and then reads what it is answered: the worker's answers, but
// nothing of its source and nothing of lathe's own.

import assert from "node:assert/strict";
import { test } from "node:test";

import { configText, project, ready, serve, start, write } from "../../e2e/lathe.mjs";

const kSecret = "SOURCE-SECRET";
const script = `
  const token = "${kSecret}";
  export default {
    fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/throw") throw new Error("message-${kSecret}");
      if (pathname === "/late") return Promise.reject(new Error("message-${kSecret}"));
      if (pathname === "/page") return new Response("<p>page", { headers: { "content-type": "text/html" } });
      return new Response("host " + request.headers.get("host"));
    },
  };`;
const files = (config) => ({ "worker.js": script, "wrangler.json": configText(config) });

const own = (port) => [
  `localhost:${port}`, "localhost", "LOCALHOST.", `shop.localhost:${port}`, `127.0.0.1:${port}`, "127.1.2.3",
  "192.168.1.7", `[::1]:${port}`, "desk.example", `Desk.Example:${port}`,
];
const foreign = (port) => [
  "attacker.example", `attacker.example:${port}`, "localhost.attacker.example", "127.0.0.1.nip.io",
  "notlocalhost", "xn--nxasmq6b", "a.desk.example", "%6cocalhost", "localhost.x",
];

// All that is answered; a stream is left after its first piece.
async function answer(server, path, { method = "GET", host, more = "", target = path }) {
  const connection = await server.connect();
  connection.send(`${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n${more}Connection: close\r\nContent-Length: 0\r\n\r\n`);
  const head = await connection.receive(/^[^]*?\r\n\r\n/);
  if (/event-stream/.test(head?.[0] ?? "")) await connection.receive(/\r\n\r\n[^]*data: [^]*\n\n/);
  else await connection.receiveAll();
  connection.close();
  return connection.received;
}

const status = (text) => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);

async function broken(t, config) {
  const cwd = project(t, files(config));
  const server = await ready(start(t, ["dev", "--port", "0"], { cwd }));
  assert.equal(await server.text("/"), `host localhost:${server.port}`);
  write(cwd, { "worker.js": `${script}\nconst more = "${kSecret}"; syntax error\n` });
  await server.waitFor("stderr", /syntax|Unexpected/i);
  return server;
}

test("lathe's own paths are for this machine's names, by GET and HEAD only", async (t) => {
  const server = await broken(t, { lathe: { trusted_hosts: ["desk.example"] } });
  for (const host of own(server.port)) {
    const text = await answer(server, "/__lathe/events", { host });
    assert.equal(status(text), 200, host);
    assert.ok(text.includes(kSecret), host);
    assert.match(text, /\r\nX-Content-Type-Options: nosniff\r\n/i);
    assert.match(text, /\r\nCross-Origin-Resource-Policy: same-origin\r\n/i);
    assert.match(await answer(server, "/__lathe/client.js", { host }), /\r\nX-Content-Type-Options: nosniff\r\n/i);
  }
  for (const host of foreign(server.port)) {
    for (const path of ["/__lathe/events", "/__lathe/client.js", "/__lathe/", "/__lathe/events?x"]) {
      for (const more of ["", `Origin: http://${host}\r\n`, `Origin: http://localhost:${server.port}\r\n`]) {
        const text = await answer(server, path, { host, more });
        assert.ok([400, 403].includes(status(text)), `${host} ${path}: ${text}`);
        assert.ok(!text.includes(kSecret));
      }
    }
    // In the form for proxies, with either name.
    const target = "/__lathe/events";
    for (const [line, header] of [[`http://localhost${target}`, host], [`http://${host}${target}`, "localhost"]]) {
      const text = await answer(server, target, { target: line, host: header });
      assert.ok(!text.includes(kSecret), `${line} ${header}`);
    }
  }
  for (const method of ["OPTIONS", "POST", "PUT", "DELETE", "PATCH", "PROPFIND", "QUERY"]) {
    for (const path of ["/__lathe/events", "/__lathe/client.js"]) {
      const text = await answer(server, path, { method, host: "localhost" });
      assert.equal(status(text), 405, `${method} ${path}`);
      assert.match(text, /\r\nAllow: GET, HEAD\r\n/);
      assert.ok(!text.includes(kSecret));
    }
  }
  const head = await answer(server, "/__lathe/client.js", { method: "HEAD", host: "localhost" });
  assert.equal(status(head), 200);
  assert.ok(head.endsWith("\r\n\r\n"));
});

test("what exceptions say is for this machine's names", async (t) => {
  for (const command of ["serve", "dev"]) {
    const cwd = project(t, files({ dev: { host: "desk.example" } }));
    const server = await ready(start(t, [command, "--port", "0"], { cwd }));
    for (const path of ["/throw", "/late"]) {
      for (const accept of ["text/html", "*/*"]) {
        const more = `Accept: ${accept}\r\n`;
        for (const host of own(server.port)) {
          const text = await answer(server, path, { host, more });
          assert.equal(status(text), 500, host);
          assert.ok(text.includes(`message-${kSecret}`), host);
          assert.match(text, /\r\nX-Content-Type-Options: nosniff\r\n/i);
          assert.match(text, /\r\nCross-Origin-Resource-Policy: same-origin\r\n/i);
        }
        for (const host of foreign(server.port)) {
          const text = await answer(server, path, { host, more });
          assert.equal(status(text), 500, host);
          assert.ok(!text.includes(kSecret), text);
          assert.ok(!text.includes("worker.js"), text);
        }
      }
    }
  }
});

test("a worker that does not load is told to this machine's names", async (t) => {
  const cwd = project(t, { "worker.js": `const a = "${kSecret}"; syntax error`, "wrangler.json": configText() });
  const server = await ready(start(t, ["dev", "--port", "0"], { cwd }));
  for (const more of ["", "Accept: text/html\r\n"]) {
    assert.ok((await answer(server, "/", { host: "localhost", more })).includes(kSecret));
    const text = await answer(server, "/", { host: "attacker.example", more });
    assert.equal(status(text), 500);
    assert.ok(!text.includes(kSecret), text);
    assert.ok(!text.includes("/__lathe/"), text);
  }
});

test("the worker itself answers under every name, as it would be", async (t) => {
  const server = await broken(t, {});
  for (const host of ["attacker.example", "localhost", "shop.example:99"]) {
    assert.ok((await answer(server, "/", { host })).endsWith(`host ${host}`));
  }
  const more = "Accept: text/html\r\n";
  assert.ok((await answer(server, "/page", { host: "localhost", more })).includes("/__lathe/client.js"));
  assert.ok(!(await answer(server, "/page", { host: "attacker.example", more })).includes("/__lathe/"));
});

test("a Host that no URL can have is refused", async (t) => {
  const server = await serve(t, [], { cwd: project(t, files({})) });
  for (const host of ["a:99999", "a:b", ":80", "1.2.3.999", "[::1", "[::g]", "a|b", "<a>", "a%00b", "a%2fb", "a^b", "a:1:2"]) {
    assert.equal(status(await answer(server, "/", { host })), 400, host);
  }
  for (const target of ["http://a:99999/", "http://[::g]/", "http://", "http://u:p@localhost/", "http://a b/"]) {
    assert.equal(status(await answer(server, "/", { host: "localhost", target })), 400, target);
  }
  assert.equal(status(await answer(server, "/", { host: "localhost" })), 200);
});
