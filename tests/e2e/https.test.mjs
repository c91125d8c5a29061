// HTTPS, by Node's client and npm's ws: with the certificate that lathe makes, and with one that it is given.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { Agent, request } from "node:https";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";

import WebSocket from "ws";

import { configText, pause, project, ready, run, serve, start, worker, write } from "./lathe.mjs";

const script = `
  export default {
    async fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === "/url") return new Response(request.url);
      if (pathname === "/wait") {
        console.error("waiting");
        await scheduler.wait(Number(searchParams.get("ms")));
        return new Response("done");
      }
      if (pathname === "/socket") {
        const { 0: client, 1: server } = new WebSocketPair();
        server.accept();
        server.addEventListener("message", ({ data }) => server.send(data));
        return new Response(null, { status: 101, webSocket: client });
      }
      return new Response(await request.arrayBuffer());
    },
  };`;

// A server of `script` whose certificates are kept in a folder of the test's own.
async function serveHttps(t, args = ["--local-protocol", "https"], { files, cache } = {}) {
  const cwd = project(t, files ?? script);
  cache ??= join(cwd, "cache");
  const server = await serve(t, args, { cwd, env: { XDG_CACHE_HOME: cache } });
  server.cache = cache;
  return server;
}

const certificateOf = (server) => readFileSync(join(server.cache, "lathe/https-certificate.pem"), "utf8");

// Answers {status, text, socket}. Without `ca` any certificate will do.
function ask(server, path, { ca, body, agent = false, method = body ? "POST" : "GET", host, headers } = {}) {
  return new Promise((done, fail) => {
    const url = new URL(path, server.url);
    if (host) url.hostname = host;
    const asked = request(url, { ca, rejectUnauthorized: ca !== undefined, agent, method, headers, timeout: 30_000 });
    asked.once("timeout", () => asked.destroy(new Error("no answer")));
    asked.once("error", fail);
    asked.once("response", async (response) => {
      const { socket } = response;
      const chunks = [];
      response.on("error", fail);
      for await (const chunk of response) chunks.push(chunk);
      done({ status: response.statusCode, bytes: Buffer.concat(chunks), text: `${Buffer.concat(chunks)}`, socket });
    });
    asked.end(body);
  });
}

describe("lathe serve --local-protocol https", () => {
  test("says https in the Ready line, for people and for programs", async (t) => {
    const server = await serveHttps(t);
    assert.match(server.stdout, /^Ready on https:\/\/localhost:\d+\n$/);
    const json = start(t, ["serve", "--port", "0", "--local-protocol=https", "--log-format", "json"], {
      cwd: project(t, script),
      env: { XDG_CACHE_HOME: server.cache },
    });
    await json.waitFor("stdout", /\n/);
    assert.match(JSON.parse(json.stdout).url, /^https:\/\/localhost:\d+$/);
  });

  test("has a certificate that verifies for localhost and its addresses, once it is trusted", async (t) => {
    const server = await serveHttps(t);
    const ca = certificateOf(server);
    for (const host of ["localhost", "127.0.0.1"]) {
      assert.equal((await ask(server, "/url", { ca, host })).text, `https://${host}:${server.port}/url`);
    }
    await assert.rejects(ask(server, "/", { ca: [] }), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    const certificate = new X509Certificate(ca);
    for (const host of ["127.0.0.1", "::1"]) assert.equal(certificate.checkIP(host), host);
    assert.match(certificate.subjectAltName, /DNS:\*\.localhost/);
  });

  test("has a certificate for the addresses of this machine where it listens on all of them", async (t) => {
    const addresses = Object.values(networkInterfaces()).flat().filter(({ family }) => family === "IPv4");
    for (const ip of ["0.0.0.0", "::"]) {
      const server = await serveHttps(t, ["--local-protocol", "https", "--ip", ip]);
      const certificate = new X509Certificate(certificateOf(server));
      for (const { address, internal } of addresses) {
        assert.equal(certificate.checkIP(address), address, ip);
        if (!internal) await server.waitFor("stderr", new RegExp(`^Also on https://${address}:${server.port}$`, "m"));
      }
    }
  });

  test("is what fetch of a script sees in request.url, also of HTTP/1.0 without a Host", async (t) => {
    const server = await serveHttps(t);
    const socket = connectTls({ port: server.port, host: "127.0.0.1", rejectUnauthorized: false });
    socket.setEncoding("latin1").write("GET /url HTTP/1.0\r\n\r\n");
    let answer = "";
    socket.on("data", (text) => (answer += text));
    await once(socket, "end");
    assert.match(answer, new RegExp(`\r\n\r\nhttps://127\\.0\\.0\\.1:${server.port}/url$`));
  });

  test("carries large bodies both ways, on one connection", async (t) => {
    const server = await serveHttps(t);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    const sockets = new Set();
    for (const size of [0, 1, 16_383, 16_384, 16_385, 1_000_000, 20_000_000]) {
      const body = Buffer.alloc(size, "0123456789abcdefg");
      const { bytes, socket } = await ask(server, "/", { body, agent, method: "POST" });
      assert.ok(bytes.equals(body), `${size} bytes`);
      sockets.add(socket);
    }
    assert.equal(sockets.size, 1);
  });

  test("answers a head and a small body in one record", async (t) => {
    const server = await serveHttps(t);
    const socket = connectTls({ port: server.port, host: "127.0.0.1", rejectUnauthorized: false });
    socket.write("GET /url HTTP/1.1\r\nHost: x\r\n\r\n");
    const [first] = await once(socket, "data");
    socket.destroy();
    assert.match(first.toString(), /\r\n\r\nhttps:\/\/x\/url$/);
  });

  test("carries WebSockets", async (t) => {
    const server = await serveHttps(t);
    const url = `wss://localhost:${server.port}/socket`;
    const socket = new WebSocket(url, { ca: certificateOf(server) });
    await once(socket, "open");
    for (const size of [1, 125, 65_536, 3_000_000]) {
      const sent = "x".repeat(size);
      socket.send(sent);
      const [got] = await once(socket, "message");
      assert.equal(got.toString(), sent);
    }
    socket.close(1000);
    assert.equal((await once(socket, "close"))[0], 1000);
    const stranger = new WebSocket(url);
    assert.match((await once(stranger, "error"))[0].code, /SELF_SIGNED/);
  });

  test("tells who speaks plain HTTP, and logs nothing of it, nor of who does not trust the certificate", async (t) => {
    const server = await serveHttps(t);
    const before = server.stderr;
    const response = await fetch(`http://localhost:${server.port}/`);
    assert.equal(response.status, 400);
    assert.match(await response.text(), /https:\/\//);
    for (const rude of ["", "\x16", "\x16\x03\x01\x02\x00\x01", "nonsense of any kind\r\n\r\n", "\0".repeat(100_000)]) {
      const socket = connect({ port: server.port, host: "127.0.0.1" });
      socket.on("error", () => {});
      socket.end(rude, "latin1");
      socket.resume();
      await new Promise((done) => socket.once("close", done));
    }
    await assert.rejects(ask(server, "/", { ca: [] }));
    assert.equal((await ask(server, "/url")).status, 200);
    assert.equal(server.stderr, before);
  });

  test("finishes what is in flight when it stops, and cuts what has never said anything", async (t) => {
    const server = await serveHttps(t);
    const silent = connect({ port: server.port, host: "127.0.0.1" });
    const idle = connectTls({ port: server.port, host: "127.0.0.1", rejectUnauthorized: false });
    await once(idle, "secureConnect");
    const answer = ask(server, "/wait?ms=300");
    await server.waitFor("stderr", /waiting/);
    const begin = Date.now();
    server.signal("SIGTERM");
    assert.equal((await answer).text, "done");
    assert.deepEqual(await server.exited, { code: 0, signal: null });
    assert.ok(Date.now() - begin < 4_000, "it waits for the silent ones");
    silent.destroy();
    idle.destroy();
  });

  test("is asked for by the configuration too, and the command line decides", async (t) => {
    const files = worker(script, { dev: { local_protocol: "https" } });
    const server = await serveHttps(t, [], { files });
    assert.equal((await ask(server, "/url")).text, `https://localhost:${server.port}/url`);
    const plain = await serveHttps(t, ["--local-protocol", "http"], { files });
    assert.equal(await plain.text("/url"), `http://localhost:${plain.port}/url`);
  });

  test("a configuration that has changed its mind is told when that takes effect", async (t) => {
    const cwd = project(t, script);
    const server = await serve(t, [], { cwd });
    write(cwd, { "wrangler.json": configText({ dev: { local_protocol: "https" } }) });
    server.signal("SIGHUP");
    await server.waitFor("stderr", /"dev.local_protocol" takes effect at the next start/);
    assert.equal(await server.text("/url"), `http://localhost:${server.port}/url`);
  });

  test("survives a heap that is full, with HTTPS on the same port", async (t) => {
    const fatal = `export default { fetch(request) {
      if (new URL(request.url).pathname === "/fatal") "x".repeat(2e8).split("");
      return new Response(request.url);
    } };`;
    const server = await serveHttps(t, undefined, { files: fatal });
    await ask(server, "/fatal").catch(() => {});
    await server.waitFor("stderr", /Ready again on https:/);
    assert.equal((await ask(server, "/url", { ca: certificateOf(server) })).status, 200);
  });
});

describe("lathe dev --local-protocol https", () => {
  test("serves its own pages and its events", async (t) => {
    const cwd = project(t, { ...worker("export default { fetch() { return new Response('x') ") });
    const server = await ready(
      start(t, ["dev", "--port", "0", "--local-protocol", "https"], { cwd, env: { XDG_CACHE_HOME: join(cwd, "cache") } }),
    );
    const page = await ask(server, "/", { headers: { accept: "text/html" } });
    assert.equal(page.status, 500);
    assert.match(page.text, /<script src="\/__lathe\/client\.js"/);
    const socket = connectTls({ port: server.port, host: "127.0.0.1", rejectUnauthorized: false });
    t.after(() => socket.destroy());
    let heard = "";
    socket.setEncoding("utf8").on("data", (text) => (heard += text));
    socket.write("GET /__lathe/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const hears = async (pattern) => {
      for (let i = 0; i < 1_000 && !pattern.test(heard); ++i) await pause(20);
      assert.match(heard, pattern);
    };
    await hears(/"error":/);
    heard = "";
    write(cwd, { "worker.js": "export default { fetch() { return new Response('mended') } };" });
    await hears(/"version":/);
    assert.equal((await ask(server, "/")).text, "mended");
  });
});

describe("the certificate that lathe makes", () => {
  test("is made once, said once, and its key is for its owner only", async (t) => {
    const first = await serveHttps(t);
    assert.match(first.stderr, /Made a certificate for HTTPS: \S+\/lathe\/https-certificate\.pem/);
    assert.equal(statSync(join(first.cache, "lathe/https-key.pem")).mode & 0o777, 0o600);
    const ca = certificateOf(first);
    await first.stop();
    const second = await serveHttps(t, undefined, { cache: first.cache });
    assert.equal(second.stderr, "");
    assert.equal((await ask(second, "/url", { ca })).status, 200);
    assert.equal(certificateOf(second), ca);
  });

  test("is for the addresses that are listened on", async (t) => {
    const first = await serveHttps(t, ["--local-protocol", "https", "--ip", "127.0.0.5"]);
    assert.match(first.url, /^https:\/\/127\.0\.0\.5:/);
    assert.equal((await ask(first, "/url", { ca: certificateOf(first) })).text, `${first.url}/url`);
  });

  test("is for one run where it cannot be kept", async (t) => {
    const cache = join(project(t, { file: "" }), "file");
    const server = await serveHttps(t, undefined, { cache });
    assert.match(server.stderr, /for this run only: \S+\/file\/lathe cannot be made: Not a directory/);
    assert.equal((await ask(server, "/url")).status, 200);
  });
});

// The files of a certificate made by OpenSSL's own program.
async function certificate(folder, name, ...more) {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
    "-subj", `/CN=${name}`, "-addext", "subjectAltName=DNS:localhost", ...more];
  await promisify(execFile)("openssl", args);
  return { key, cert };
}

describe("--https-key-path and --https-cert-path", () => {
  test("name the certificate to serve with", async (t) => {
    const folder = project(t, {});
    const { key, cert } = await certificate(folder, "mine");
    const args = ["--local-protocol", "https", "--https-key-path", key, "--https-cert-path", cert];
    const server = await serveHttps(t, args);
    const { text, socket } = await ask(server, "/url", { ca: readFileSync(cert) });
    assert.equal(text, `https://localhost:${server.port}/url`);
    assert.ok(socket);
    assert.throws(() => certificateOf(server), { code: "ENOENT" });
  });

  test("without HTTPS do nothing, and that is said", async (t) => {
    const server = await serveHttps(t, ["--https-key-path", "k", "--https-cert-path", "c"]);
    assert.match(server.stderr, /do nothing without --local-protocol https/);
    assert.equal(await server.text("/url"), `http://localhost:${server.port}/url`);
  });

  test("that are of no use are refused in one line that names the file", async (t) => {
    const folder = project(t, { ...worker(script), "empty.pem": "" });
    const { key, cert } = await certificate(folder, "mine");
    const other = await certificate(folder, "other");
    const cases = [
      [["--https-key-path", key], /--https-key-path requires --https-cert-path/],
      [["--https-cert-path", cert], /--https-cert-path requires --https-key-path/],
      [["--https-key-path", "none.pem", "--https-cert-path", cert], /--https-key-path: none\.pem does not exist/],
      [["--https-key-path", key, "--https-cert-path", "."], /--https-cert-path: \. is a folder/],
      [["--https-key-path", key, "--https-cert-path", "empty.pem"], /empty\.pem holds no certificate in PEM/],
      [["--https-key-path", "empty.pem", "--https-cert-path", cert], /empty\.pem holds no private key in PEM/],
      [["--https-key-path", cert, "--https-cert-path", key], /mine\.key holds no certificate in PEM/],
      [["--https-key-path", other.key, "--https-cert-path", cert], /other\.key is not the key of the certificate/],
    ];
    for (const [args, message] of cases) {
      const all = ["serve", "--port", "0", "--local-protocol", "https", ...args];
      const { code, stdout, stderr } = await run(all, { cwd: folder });
      assert.deepEqual({ code, stdout }, { code: 2, stdout: "" }, stderr);
      assert.match(stderr, /^error: [^\n]+\n$/);
      assert.match(stderr, message);
    }
  });

  test("mean nothing to commands that open no port", async (t) => {
    const cwd = project(t, script);
    const args = ["fetch", "/url", "--local-protocol", "https", "--https-key-path", "k", "--https-cert-path", "c"];
    assert.deepEqual(await run(args, { cwd }), {
      code: 0, signal: null, stdout: "http://localhost:8787/url", stderr: "",
    });
  });
});
