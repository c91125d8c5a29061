import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, test } from "node:test";

import { binary, pause, project, ready, run, serve, serveFiles, start, worker } from "./lathe.mjs";

const hello = `export default { fetch() { return new Response("hello"); } };`;

// Answers after the milliseconds in the path, or never stops computing at /spin.
const slow = `
  export default {
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/spin") {
        console.error("spinning");
        while (true) {}
      }
      console.error("waiting");
      await scheduler.wait(Number(pathname.slice(1)));
      return new Response("done");
    },
  };`;

describe("lathe serve", () => {
  test("prints the Ready line on stdout, and nothing else there", async (t) => {
    const server = await serveFiles(t, hello);
    assert.match(server.stdout, /^Ready on http:\/\/localhost:\d+\/?\n$/);
    assert.equal(await server.text("/"), "hello");
  });

  test("prints one JSON object a line when asked to", async (t) => {
    const folder = project(t, `console.log("loading"); ${hello}`);
    const server = start(t, ["serve", "--port", "0", "--log-format", "json"], { cwd: folder });
    await server.waitFor("stdout", /\n/);
    const lines = server.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const ready = lines.find((line) => line.kind === "ready");
    assert.ok(ready, server.stdout);
    assert.match(JSON.stringify(ready), /http:\/\/localhost:\d+/);
    for (const line of server.stderr.split("\n").filter(Boolean))
      assert.doesNotThrow(() => JSON.parse(line), line);
  });

  test("finds the configuration in a folder above", async (t) => {
    const folder = project(t, { ...worker(hello), "deep/down/here.txt": "" });
    const server = await serve(t, [], { cwd: `${folder}/deep/down` });
    assert.equal(await server.text(), "hello");
  });

  test("serves a script that has no configuration", async (t) => {
    const folder = project(t, { "alone.js": hello });
    const server = await serve(t, ["alone.js"], { cwd: folder });
    assert.equal(await server.text(), "hello");
  });

  test("answers on 127.0.0.1 as well as on localhost", async (t) => {
    const server = await serveFiles(t, hello);
    assert.equal(await (await fetch(`http://127.0.0.1:${server.port}/`)).text(), "hello");
    assert.equal(await (await fetch(`http://localhost:${server.port}/`)).text(), "hello");
  });

  test("exits with 3 when the port is taken, and names the process that has it", async (t) => {
    const owner = createServer().listen(0, "127.0.0.1");
    t.after(() => owner.close());
    await new Promise((done) => owner.once("listening", done));
    const { port } = owner.address();

    const { code, stdout, stderr } = await run(["serve", "--port", String(port)], {
      cwd: project(t, hello),
    });
    assert.equal(code, 3, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, new RegExp(String(port)));
    assert.match(stderr, new RegExp(`node|${process.pid}`));
  });

  for (const signal of ["SIGINT", "SIGTERM"]) {
    test(`finishes what is in flight on ${signal}, then exits with 0`, async (t) => {
      const server = await serveFiles(t, slow);
      const answer = server.text("/400");
      await server.waitFor("stderr", /waiting/);
      server.signal(signal);
      assert.equal(await answer, "done");
      assert.deepEqual(await server.exited, { code: 0, signal: null });
    });
  }

  test("stores what nobody waits for, before it exits", async (t) => {
    const store = worker(
      `import { DurableObject } from "cloudflare:workers";
       export class Store extends DurableObject {
         fill() {
           console.log("filling");
           const end = Date.now() + 400;
           while (Date.now() < end);
           for (let i = 0; i < 2000; ++i) this.ctx.storage.put("key" + i, i, { allowUnconfirmed: true });
         }
         async count() { return (await this.ctx.storage.list()).size; }
       }
       export default {
         async fetch(request, env) {
           const store = env.STORE.getByName("one");
           return Response.json(request.url.endsWith("/fill") ? await store.fill() : await store.count());
         },
       };`,
      {
        durable_objects: { bindings: [{ name: "STORE", class_name: "Store" }] },
        migrations: [{ tag: "v1", new_sqlite_classes: ["Store"] }],
      },
    );
    const folder = project(t, store);
    const first = await serve(t, [], { cwd: folder });
    const filled = first.text("/fill");
    await first.waitFor("stderr", /filling/);
    first.signal("SIGTERM"); // the loop sees it when it has answered
    await filled;
    assert.deepEqual(await first.exited, { code: 0, signal: null });
    const second = await serve(t, [], { cwd: folder });
    assert.equal(await second.text("/count"), "2000");
  });

  test("waits at most five seconds for what is in flight", async (t) => {
    const server = await serveFiles(t, slow);
    const answer = server.text("/60000").catch(() => "broken off");
    await server.waitFor("stderr", /waiting/);
    const asked = Date.now();
    server.signal("SIGTERM");
    await server.exited;
    const tookMs = Date.now() - asked;
    assert.ok(tookMs > 3_000 && tookMs < 9_000, `${tookMs} ms`);
    assert.equal(await answer, "broken off");
  });

  test("refuses new connections while it stops", async (t) => {
    const server = await serveFiles(t, slow);
    const answer = server.text("/1500");
    await server.waitFor("stderr", /waiting/);
    server.signal("SIGTERM");
    await pause(300);
    await assert.rejects(server.connect());
    assert.equal(await answer, "done");
  });

  test("exits at once on a second signal, also during an endless loop", async (t) => {
    const server = await serveFiles(t, slow);
    server.text("/spin").catch(() => {});
    await server.waitFor("stderr", /spinning/);
    server.signal("SIGINT");
    await pause(200);
    const asked = Date.now();
    server.signal("SIGINT");
    await server.exited;
    assert.ok(Date.now() - asked < 1_500, `${Date.now() - asked} ms`);
  });
});

describe("HTTP", () => {
  const echo = `
    export default {
      async fetch(request) {
        const { pathname } = new URL(request.url);
        if (pathname === "/request") {
          return Response.json({
            url: request.url,
            method: request.method,
            host: request.headers.get("host"),
            ip: request.headers.get("cf-connecting-ip"),
            cf: typeof request.cf,
          });
        }
        if (pathname === "/empty") return new Response(null, { status: 204 });
        return new Response(await request.text(), { headers: { "x-method": request.method } });
      },
    };`;

  test("requests on one connection are answered in order, also when pipelined", async (t) => {
    const server = await serveFiles(t, echo);
    const connection = await server.connect();
    for (const body of ["one", "two", "three"]) {
      connection.send(
        `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    }
    await connection.receive(/one[^]*two[^]*three$/);
    assert.equal(connection.received.match(/HTTP\/1\.1 200 OK/g).length, 3);
  });

  test("a chunked body arrives whole", async (t) => {
    const server = await serveFiles(t, echo);
    const connection = await server.connect();
    connection.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    await pause(20);
    connection.send("2;extension=1\r\nde\r\n0\r\nTrailer: x\r\n\r\n");
    assert.ok(await connection.receive(/abcde$/), connection.received);
  });

  test("Expect: 100-continue is answered before the body is sent", async (t) => {
    const server = await serveFiles(t, echo);
    const connection = await server.connect();
    connection.send(
      "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n",
    );
    assert.ok(await connection.receive(/HTTP\/1\.1 100 Continue\r\n\r\n/), connection.received);
    connection.send("body");
    assert.ok(await connection.receive(/body$/), connection.received);
  });

  test("HEAD has the length of the body and no body", async (t) => {
    const server = await serveFiles(t, hello);
    const connection = await server.connect();
    connection.send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const all = await connection.receiveAll();
    assert.match(all, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(all, /content-length: 5\r\n/i);
    assert.ok(all.endsWith("\r\n\r\n"), all);
  });

  test("HTTP/1.0 and Connection: close end the connection", async (t) => {
    const server = await serveFiles(t, hello);
    for (const head of [
      "GET / HTTP/1.0\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ]) {
      const connection = (await server.connect()).send(head);
      assert.ok((await connection.receiveAll()).endsWith("hello"));
    }
  });

  test("the request tells its URL, host and client", async (t) => {
    const server = await serveFiles(t, echo);
    const connection = await server.connect();
    connection.send(
      "GET /request?a=1 HTTP/1.1\r\nHost: shop.example\r\nCF-Connecting-IP: 6.6.6.6\r\nConnection: close\r\n\r\n",
    );
    const body = JSON.parse((await connection.receiveAll()).split("\r\n\r\n")[1]);
    assert.deepEqual(body, {
      url: "http://shop.example/request?a=1",
      method: "GET",
      host: "shop.example",
      ip: "127.0.0.1",
      cf: "object",
    });
  });

  test("204 has neither body nor length", async (t) => {
    const server = await serveFiles(t, echo);
    const connection = (await server.connect()).send(
      "GET /empty HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    const all = await connection.receiveAll();
    assert.match(all, /^HTTP\/1\.1 204 No Content\r\n/);
    assert.doesNotMatch(all, /content-length|transfer-encoding/i);
  });

  test("what is not HTTP is a 400, and the next client is served", async (t) => {
    const server = await serveFiles(t, echo);
    for (const text of [
      "nonsense\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ]) {
      const connection = (await server.connect()).send(text);
      assert.match(await connection.receiveAll(), /^HTTP\/1\.1 400 /, text);
    }
    assert.equal(await server.text("/", { method: "POST", body: "hello" }), "hello");
  });

  test("a body over the limit is a 413", async (t) => {
    const server = await serveFiles(t, worker(echo, { lathe: { body_mb: 1 } }));
    const whole = "x".repeat(1 << 20);
    assert.equal((await server.text("/", { method: "POST", body: whole })).length, whole.length);

    const declared = (await server.connect()).send(
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n",
    );
    assert.ok(await declared.receive(/^HTTP\/1\.1 413 /), declared.received);

    const chunk = `80000\r\n${"x".repeat(0x80000)}\r\n`;
    const chunked = (await server.connect()).send(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    chunked.send(chunk.repeat(3) + "0\r\n\r\n");
    assert.ok(await chunked.receive(/^HTTP\/1\.1 413 /), chunked.received.slice(0, 200));
  });

  test("fifty megabytes go both ways", async (t) => {
    const server = await serveFiles(t, echo);
    const body = Buffer.alloc(50 << 20, "0123456789abcdef");
    const response = await server.fetch("/", { method: "POST", body });
    assert.ok(body.equals(Buffer.from(await response.arrayBuffer())));
  });

  test("a thousand idle connections do not keep others waiting", async (t) => {
    const server = await serveFiles(t, hello);
    const idle = await Promise.all(Array.from({ length: 1000 }, () => server.connect()));
    t.after(() => idle.forEach((connection) => connection.close()));
    assert.equal(await server.text(), "hello");
  });

  test("without file descriptors left, accepting goes on when some are free again", async (t) => {
    const folder = project(t, hello);
    const limited = ["-c", 'ulimit -n 64 && exec "$0" serve --port 0', binary];
    const server = await ready(start(t, limited, { cwd: folder, binary: "/bin/sh" }));
    const crowd = await Promise.all(Array.from({ length: 100 }, () => server.connect()));
    await pause(200);
    crowd.forEach((connection) => connection.close());
    assert.equal(await server.text(), "hello");
  });
});
