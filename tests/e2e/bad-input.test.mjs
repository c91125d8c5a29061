import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { configText, pause, project, run, serve, serveFiles, worker } from "./lathe.mjs";

const hello = `export default { fetch() { return new Response("hello"); } };`;

describe("a source", () => {
  test("may begin with a byte order mark", async (t) => {
    const { stdout, stderr } = await run(["fetch"], { cwd: project(t, `\ufeff${hello}`) });
    assert.equal(stdout, "hello", stderr);
  });

  test("may end its lines with CRLF, and errors still name the right line", async (t) => {
    const script = `export default {\r\n  fetch() {\r\n    throw new Error("third line");\r\n  },\r\n};\r\n`;
    const { stdout } = await run(["fetch"], { cwd: project(t, script) });
    assert.match(stdout, /worker\.js:3:/);
  });

  test("that is Latin-1 is refused with its place", async (t) => {
    const latin1 = Buffer.from(`// first line\nconst name = "Gr\xfc\xdfe";\n${hello}`, "latin1");
    const { code, stderr } = await run(["check"], { cwd: project(t, worker(latin1)) });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /worker\.js(:2)?[^]*UTF-8/);
  });

  test("that is a link loop is refused by name", async (t) => {
    const folder = project(t, { "wrangler.json": configText({ main: "loop.js" }) });
    symlinkSync("loop.js", join(folder, "loop.js"));
    const { code, stderr } = await run(["check"], { cwd: folder });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /loop\.js/);
  });

  test("beside a folder that links to its parent loads without walking in circles", async (t) => {
    const folder = project(t, worker(hello));
    mkdirSync(join(folder, "deep"));
    symlinkSync("..", join(folder, "deep", "up"));
    const { code, stdout, stderr } = await run(["fetch"], { cwd: folder });
    assert.deepEqual({ code, stdout }, { code: 0, stdout: "hello" }, stderr);
  });

  test("that is empty says that it has no handler", async (t) => {
    const { code, stdout, stderr } = await run(["fetch"], { cwd: project(t, worker("")) });
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /fetch/);
  });

  test("without a fetch handler answers 500 and says what is missing", async (t) => {
    const server = await serveFiles(t, `export default { scheduled() {} };`);
    const response = await server.fetch("/");
    assert.equal(response.status, 500);
    assert.match(await response.text(), /Handler does not export a fetch\(\) function\./);
    await server.fetch("/");
    const warning =
      /Received a FetchEvent but we lack a handler for FetchEvents\. Did you remember to export a fetch\(\) function\?/g;
    assert.equal(server.stderr.match(warning)?.length, 1, server.stderr);
  });
});

describe("a client", () => {
  test("with a gigabyte of header gets a 431", async (t) => {
    const server = await serveFiles(t, hello);
    const connection = (await server.connect()).send("GET / HTTP/1.1\r\nHost: x\r\n");
    const line = `X-Long: ${"x".repeat(1 << 16)}\r\n`;
    for (
      let sent = 0;
      sent < 1 << 30 && !connection.received && !connection.ended;
      sent += line.length
    ) {
      connection.send(line);
      await pause(0);
    }
    assert.ok(await connection.receive(/^HTTP\/1\.1 431 /), connection.received);
    assert.ok((await server.residentBytes()) < 300 << 20);
    assert.equal(await server.text(), "hello");
  });

  test("may send 120 KiB of header", async (t) => {
    const server = await serveFiles(t, hello);
    const connection = await server.connect();
    const line = (name) => `${name}: ${"x".repeat(60 << 10)}\r\n`;
    connection.send(`GET / HTTP/1.1\r\nHost: x\r\n${line("X-Long")}${line("X-Longer")}\r\n`);
    assert.ok(await connection.receive(/^HTTP\/1\.1 200 OK[^]*hello$/), connection.received);
  });

  test("that half-closes after its request still gets the answer", async (t) => {
    const server = await serveFiles(
      t,
      `export default { async fetch() { await scheduler.wait(50); return new Response("late"); } };`,
    );
    const connection = (await server.connect())
      .send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      .halfClose();
    assert.match(await connection.receiveAll(), /late$/);
  });

  test("that half-closes within a request is let go", async (t) => {
    const server = await serveFiles(t, hello);
    for (const text of [
      "",
      "GET / HT",
      "GET / HTTP/1.1\r\nHost: x\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf",
    ]) {
      const connection = (await server.connect()).send(text).halfClose();
      await connection.receiveAll();
    }
    assert.equal(await server.text(), "hello");
  });

  test("that leaves does not hurt the next one", async (t) => {
    const server = await serveFiles(
      t,
      `export default { async fetch() { await scheduler.wait(30); return new Response("x".repeat(1e6)); } };`,
    );
    for (let i = 0; i < 20; ++i) {
      const connection = (await server.connect()).send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      await pause(i * 2);
      connection.close();
    }
    assert.equal((await server.text()).length, 1e6);
  });
});

describe("a script without end or measure", () => {
  const heavy = `
    const ways = {
      "/loop": () => { while (true) {} },
      "/loop-in-microtask": () => Promise.resolve().then(() => { while (true) {} }),
      "/loop-in-timer": () => new Promise(() => setTimeout(() => { while (true) {} }, 1)),
      "/recursion": () => { const f = () => f() + 1; return f(); },
      "/pattern": () => /^(a+)+$/.test("a".repeat(40) + "b"),
      "/lists": () => new Array(3e7).fill(0).map((x) => [x]),
      "/growing": () => { const kept = []; for (;;) kept.push({ a: [kept.length] }); },
      "/string": () => "x".repeat(2 ** 30),
      "/buffer": () => { const kept = []; for (;;) kept.push(new ArrayBuffer(1 << 24)); },
      "/fatal-array": () => Array(1e9).fill(0),
      "/fatal-split": () => "x".repeat(2e8).split(""),
      "/fine": () => new Response("fine"),
    };
    export default { fetch(request) { return ways[new URL(request.url).pathname](); } };`;
  const config = { limits: { cpu_ms: 300 } };

  // What ends with a 500 in the same process: [path, what the answer says].
  for (const [path, pattern] of [
    ["/loop", /CPU/i],
    ["/loop-in-microtask", /CPU/i],
    ["/loop-in-timer", /CPU/i],
    ["/pattern", /CPU/i],
    ["/recursion", /RangeError: Maximum call stack size exceeded/],
    ["/string", /RangeError: Invalid string length/],
    ["/buffer", /RangeError/],
  ]) {
    test(`at ${path} ends with a message, and the next request is served`, async (t) => {
      const server = await serveFiles(t, worker(heavy, config));
      const { pid } = server;
      const response = await server.fetch(path);
      const text = await response.text();
      assert.ok(response.status >= 500, `${response.status}: ${text}`);
      assert.match(text, pattern);
      assert.equal(await server.text("/fine"), "fine");
      assert.equal(server.pid, pid);
    });
  }

  for (const path of ["/lists", "/growing"]) {
    test(`at ${path} blows its heap, and a fresh isolate serves the next request`, async (t) => {
      const server = await serveFiles(t, worker(heavy, { limits: { cpu_ms: 20_000 } }));
      const response = await server.fetch(path);
      const text = await response.text();
      assert.ok(response.status >= 500, `${response.status}: ${text}`);
      assert.match(text, /memory/i);
      assert.equal(await server.text("/fine"), "fine");
    });
  }

  for (const path of ["/fatal-array", "/fatal-split"]) {
    test(`at ${path} makes the process start anew with its port kept`, async (t) => {
      const server = await serveFiles(
        t,
        worker(heavy, { name: "greedy", limits: { cpu_ms: 20_000 } }),
      );
      const waiting = await server.connect();
      await server
        .fetch(path)
        .then((response) => response.text())
        .catch(() => "broken off");
      // V8 fills gigabytes before it gives up, page by page, which takes a slow machine a minute.
      await server.waitFor("stderr", /greedy/, 0, 300_000);
      await server.waitFor("stderr", new RegExp(path));
      assert.equal(await server.text("/fine"), "fine");
      waiting.close();
      assert.deepEqual(await server.stop(), { code: 0, signal: null });
    });
  }

  test("at top level is refused", async (t) => {
    const { code, stderr } = await run(["check"], {
      cwd: project(t, worker("while (true) {}", config)),
    });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /CPU/i);
  });

  test("that blows its heap at top level is refused", async (t) => {
    const script = "new Array(3e7).fill(0).map((x) => [x]);";
    const { code, stderr } = await run(["check"], {
      cwd: project(t, worker(script, { limits: { cpu_ms: 20_000 } })),
    });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /memory/i);
  });

  test("costs the others on the same process only their wait", async (t) => {
    const folder = project(t, worker(heavy, config));
    const server = await serve(t, [], { cwd: folder });
    const answers = await Promise.all(
      ["/fine", "/loop", "/fine", "/fine"].map((path) => server.fetch(path)),
    );
    assert.deepEqual(
      answers.map((response) => response.status).sort(),
      [200, 200, 200, 500].sort(),
    );
  });
});
