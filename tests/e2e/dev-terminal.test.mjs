// What `lathe dev` shows, and what keys do.

import assert from "node:assert/strict";
import { chmodSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { binary, pause, project, ready, start, worker, write } from "./lathe.mjs";

const dev = (t, cwd, args = [], options = {}) =>
  ready(start(t, ["dev", ...args, "--port", "0"], { cwd, ...options }));

const script = `export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    console.log("asked for", pathname);
    if (pathname === "/throw") {
      const nothing = null;
      return nothing.property;
    }
    if (pathname === "/missing") return new Response("no", { status: 404 });
    if (pathname === "/never") await scheduler.wait(60_000);
    return new Response("yes");
  },
};
`;

describe("the terminal shows", () => {
  test("each request, with its status, time and number", async (t) => {
    const server = await dev(t, project(t, script));
    await server.text("/tea?cups=2");
    await server.text("/missing", { method: "DELETE" });
    await server.waitFor("stderr", /^GET \/tea\?cups=2 200 OK \d+(\.\d)? ms #1$/m);
    await server.waitFor("stderr", /^DELETE \/missing 404 Not Found \d+(\.\d)? ms #2$/m);
  });

  test("a client that leaves", async (t) => {
    const server = await dev(t, project(t, script));
    const connection = (await server.connect()).send("GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
    await server.waitFor("stderr", /asked for/);
    connection.close();
    await server.waitFor("stderr", /^GET \/never client left \d+(\.\d)? ms #1$/m);
  });

  test("where console messages come from, and during which request", async (t) => {
    const server = await dev(t, project(t, { ...worker(`import "./part.js";\n${script}`), "part.js": `\nconsole.warn("loading");\n` }));
    await server.waitFor("stderr", /^loading {2}part\.js:2:9$/m);
    await server.text("/a");
    await server.text("/b");
    await server.waitFor("stderr", /^asked for \/a {2}worker\.js:5:13 #1$/m);
    await server.waitFor("stderr", /^asked for \/b {2}worker\.js:5:13 #2$/m);
  });

  test("the line that an exception comes from", async (t) => {
    const server = await dev(t, project(t, script));
    await server.text("/throw");
    await server.waitFor(
      "stderr",
      /error: Uncaught TypeError: [^\n]+\n {2}5 \|[^\n]+\n {2}6 \|[^\n]+\n> 7 \| {7}return nothing\.property;\n {4}\| {22}\^\n {2}8 \|[^\n]+\n {4}at [^\n]*worker\.js:7:22/,
    );
  });

  test("the same on the page of the exception, in a browser alone", async (t) => {
    const folder = project(t, `export default {
  fetch() {
    throw new Error("<b>no\\nsecond & last"); // <script>
  },
};
`);
    const server = await dev(t, folder);
    const response = await server.fetch("/", { headers: { accept: "text/html,*/*" } });
    assert.equal(response.status, 500);
    const page = await response.text();
    assert.match(page, /<h1>Error: &lt;b&gt;no<\/h1>\n<pre>second &amp; last<\/pre>\n<pre> {2}1 \| export/);
    assert.match(page, /<mark>&gt; 3 \| {5}throw new [^\n]+ \/\/ &lt;script&gt;<\/mark>\n<mark> {4}\| +\^<\/mark>/);
    assert.match(page, /<pre> {4}at [^\n]*worker\.js:3:11/);
    const [own, client] = page.split(/(?=<script src="\/__lathe\/client\.js")/);
    assert.doesNotMatch(own, /<b>|<script/);
    assert.match(client, /^<script [^<>]*><\/script>\n$/);
    assert.match(await server.text(), /^Error: <b>no\nsecond & last\n {4}at [^|]*$/);
    const served = await ready(start(t, ["serve", "--port", "0"], { cwd: folder }));
    const plain = await served.text("/", { headers: { accept: "text/html" } });
    assert.match(plain, /<h1>Error: &lt;b&gt;no<\/h1>/);
    assert.doesNotMatch(plain, /<mark>/);
  });

  for (const [name, content, frame] of [
    ["a syntax error", "export default {\n  fetch() { retrun 1; },\n};\n", /worker\.js:2:20: SyntaxError: [^\n]+\n {2}1 \| export default \{\n> 2 \|  {2}fetch\(\) \{ retrun 1; \},\n {4}\| {20}\^/],
    ["a throw at the top level", "const a = 1;\nthrow new Error('no');\n", /worker\.js:2:\d+: Uncaught Error: no\n {2}1 \| const a = 1;\n> 2 \| throw new Error\('no'\);/],
  ]) {
    test(`the line of ${name}, for whichever command`, async (t) => {
      const folder = project(t, content);
      for (const command of ["check", "dev"]) {
        const server = start(t, [command, ...(command === "dev" ? ["--port", "0"] : [])], { cwd: folder });
        await server.waitFor("stderr", frame);
      }
    });
  }

  test("what is in env, once, without the values", async (t) => {
    const folder = project(t, worker(script, { vars: { COLOUR: "secret", SIZES: [1] } }));
    const server = await dev(t, folder);
    assert.match(server.stderr, /^ {2}env\.COLOUR {2}text\n {2}env\.SIZES {3}JSON\n/m);
    write(folder, { "worker.js": `${script}\n` });
    await server.waitFor("stderr", /Reloaded/);
    assert.equal(server.stderr.match(/env\.COLOUR/g).length, 1);
    assert.doesNotMatch(server.stderr, /secret/);
  });

  test("the request that an object's messages come from, also when several are under way", async (t) => {
    const objects = `
      import { DurableObject } from "cloudflare:workers";
      export class Room extends DurableObject {
        constructor(ctx, env) { super(ctx, env); console.log("made"); }
        async fetch(request) {
          const { pathname } = new URL(request.url);
          console.log("in", pathname);
          setTimeout(() => console.log("timer of", pathname), 20);
          await this.ctx.storage.put("last", pathname);
          await scheduler.wait(pathname === "/slow" ? 150 : 10);
          console.log("out", pathname);
          return new Response("done");
        }
        say(text) { console.log("say", text); return this.ctx.blockConcurrencyWhile(async () => console.log("alone", text)); }
      }
      export default { async fetch(request, env) {
        const stub = env.ROOM.getByName("one");
        if (request.url.endsWith("/say")) { await stub.say("hello"); return new Response(); }
        return stub.fetch(request);
      } };`;
    const server = await dev(t, project(t, worker(objects, { durable_objects: { bindings: [{ name: "ROOM", class_name: "Room" }] } })));
    const slow = server.text("/slow");
    await server.waitFor("stderr", /in \/slow/);
    await server.text("/fast");
    await server.text("/say");
    await slow;
    await server.waitFor("stderr", /out \/slow/);
    const numbers = Object.fromEntries([...server.stderr.matchAll(/^(.+?) {2}worker\.js:\d+:\d+(?: #(\d+))?$/gm)].map(([, text, number]) => [text, number]));
    assert.deepEqual(numbers, {
      made: "1", "in /slow": "1", "timer of /slow": "1", "out /slow": "1",
      "in /fast": "2", "timer of /fast": "2", "out /fast": "2", "say hello": "3", "alone hello": "3",
    });
  });

  test("each alarm, and when one that has failed is tried again", async (t) => {
    const alarms = `
      import { DurableObject } from "cloudflare:workers";
      export class Clock extends DurableObject {
        async fetch(request) {
          await this.ctx.storage.put("fails", request.url.endsWith("/fail"));
          await this.ctx.storage.setAlarm(Date.now());
          return new Response("set");
        }
        async alarm() { if (await this.ctx.storage.get("fails")) throw new Error("out of order"); }
      }
      export default { fetch(request, env) { return env.CLOCK.getByName("tower").fetch(request); } };`;
    const config = { durable_objects: { bindings: [{ name: "CLOCK", class_name: "Clock" }] } };
    const folder = project(t, worker(alarms, config));
    const server = await dev(t, folder);
    await server.text("/");
    await server.waitFor("stderr", /^alarm Clock "tower" ok \d+(\.\d)? ms$/m);
    await server.text("/fail");
    await server.waitFor("stderr", /^alarm Clock "tower" failed \d+(\.\d)? ms, again in 2\.\d s$/m);
    await server.stop();
    const programs = start(t, ["dev", "--port", "0", "--log-format", "json", "--ephemeral"], { cwd: folder });
    const [, url] = await programs.waitFor("stdout", /"url":"([^"]+)"/);
    programs.url = url;
    await programs.text("/fail");
    const [line] = await programs.waitFor("stderr", /^.*"kind":"alarm".*$/m);
    const { ts, id, durationMs, retryInMs, ...rest } = JSON.parse(line);
    assert.deepEqual(rest, { level: "error", kind: "alarm", worker: "worker", class: "Clock", name: "tower", outcome: "failed", retryCount: 0 });
    assert.match(id, /^[0-9a-f]{64}$/);
    assert.ok(durationMs >= 0 && retryInMs >= 2000 && retryInMs <= 2500, line);
  });

  test("which answers are those of the last good version", async (t) => {
    const folder = project(t, script);
    const server = await dev(t, folder);
    write(folder, { "worker.js": "export default {" });
    await server.waitFor("stderr", /SyntaxError/);
    await server.text("/");
    await server.waitFor("stderr", /^GET \/ 200 OK \S+ ms #1 \(last good version\)$/m);
  });

  test("nothing of all that with serve, unless it is asked for", async (t) => {
    const folder = project(t, script);
    const quiet = await ready(start(t, ["serve", "--port", "0"], { cwd: folder }));
    await quiet.text("/");
    await quiet.waitFor("stderr", /\n/);
    assert.equal(quiet.stderr, "asked for /\n");
    const loud = await ready(start(t, ["serve", "--port", "0", "--log-level", "info"], { cwd: folder }));
    await loud.text("/");
    await loud.waitFor("stderr", /^GET \/ 200 OK/m);
  });

  test("colours only where somebody wants them", async (t) => {
    const folder = project(t, script);
    const plain = await dev(t, folder);
    await plain.text("/throw");
    await plain.waitFor("stderr", /GET \/throw/);
    assert.doesNotMatch(plain.stdout + plain.stderr, /\x1b/);
    const colourful = await dev(t, folder, [], { env: { FORCE_COLOR: "1", NO_COLOR: "" } });
    await colourful.text("/missing");
    await colourful.waitFor("stderr", /\x1b\[33m404 Not Found\x1b\[0m/);
  });

  test("what its level lets through", async (t) => {
    const folder = project(t, script);
    const server = await dev(t, folder, ["--log-level", "error"]);
    await server.text("/throw");
    await server.waitFor("stderr", /nothing\.property/);
    assert.doesNotMatch(server.stderr, /GET|asked for/);
    const silent = await dev(t, folder, ["--log-level", "none"]);
    await silent.text("/throw");
    assert.equal(silent.stderr, "");
  });
});

test("as JSON every line says when, how important and what it is", async (t) => {
  const folder = project(t, worker(script, { vars: { COLOUR: "red" } }));
  const server = start(t, ["dev", "--port", "0", "--log-format", "json"], { cwd: folder });
  await server.waitFor("stdout", /\n/);
  const hello = JSON.parse(server.stdout);
  assert.equal(hello.kind, "ready");
  server.url = hello.url;
  await server.text("/throw");
  write(folder, { "worker.js": "export default {" });
  await server.waitFor("stderr", /SyntaxError/);
  write(folder, { "worker.js": script });
  await server.waitFor("stderr", /Reloaded/);
  const lines = server.stderr.trimEnd().split("\n").map((line) => JSON.parse(line));
  for (const line of [hello, ...lines]) {
    assert.match(line.ts, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.ok(["debug", "info", "log", "warn", "error"].includes(line.level), line.level);
  }
  const only = (kind) => lines.filter((line) => line.kind === kind);
  const [message] = only("console");
  assert.deepEqual(
    [message.level, message.worker, message.requestId, message.text, message.place],
    ["log", "worker", 1, "asked for /throw", "worker.js:4:13"],
  );
  const [exception] = only("exception");
  assert.deepEqual([exception.worker, exception.requestId], ["worker", 1]);
  assert.match(exception.text, /^Uncaught TypeError/);
  const [request] = only("request");
  assert.deepEqual(
    [request.worker, request.requestId, request.method, request.url, request.status, typeof request.ms],
    ["worker", 1, "GET", "/throw", 500, "number"],
  );
  assert.match(only("error")[0].text, /SyntaxError/);
  assert.match(only("reload")[0].text, /^Reloaded worker\.js/);
});

describe("the end of standard input", () => {
  test("is not the end of the server", async (t) => {
    const server = await dev(t, project(t, script), [], { stdin: "pipe" });
    server.stdin.end();
    await pause(200);
    assert.equal(await server.text("/"), "yes");
  });

  for (const stdin of ["pipe", "ignore"]) {
    test(`is that with --exit-on-stdin-close (${stdin})`, async (t) => {
      const server = start(t, ["dev", "--port", "0", "--exit-on-stdin-close"], { cwd: project(t, script), stdin });
      if (stdin === "pipe") {
        await ready(server);
        server.stdin.write("something\n");
        await pause(100);
        assert.equal(await server.text("/"), "yes");
        server.stdin.end();
      }
      assert.deepEqual(await server.exited, { code: 0, signal: null });
    });
  }
});

// ---- On a terminal: that of script(1), a shell in it, which tells the terminal's mode before and after ----

function onTerminal(t, folder, env = {}) {
  const commands = `stty -g >before; "${binary}" dev --port 0; echo "code $?"; stty -g >after; echo over`;
  write(folder, { "session.sh": commands });
  const server = start(t, ["-qefc", "sh session.sh", "/dev/null"], { cwd: folder, binary: "script", stdin: "pipe", env });
  return ready(server);
}

const modes = (folder) => ["before", "after"].map((name) => readFileSync(join(folder, name), "utf8"));

const stored = worker(
  `import { DurableObject } from "cloudflare:workers";
   export class Counter extends DurableObject {
     async fetch() { await this.ctx.storage.put("a", 1); return new Response("stored"); }
   }
   export default { fetch(request, env) { return env.COUNTER.getByName("tea").fetch(request); } };`,
  {
    durable_objects: { bindings: [{ name: "COUNTER", class_name: "Counter" }] },
    migrations: [{ tag: "v1", new_classes: ["Counter"] }],
  },
);

describe("a key", () => {
  test("does what the line below Ready says", async (t) => {
    const folder = project(t, { ...stored, "bin/xdg-open": `#!/bin/sh\necho "$1" >opened\n` });
    chmodSync(join(folder, "bin/xdg-open"), 0o755);
    const server = await onTerminal(t, folder, { PATH: `${folder}/bin:${process.env.PATH}` });
    await server.waitFor("stdout", /b browser · c clear · s storage · r reload · q quit · h help/);
    assert.equal(await server.text("/"), "stored");
    server.stdin.write("s");
    await server.waitFor("stdout", /Counter: 1 object\r?\n\s*tea/);
    server.stdin.write("r");
    await server.waitFor("stdout", /Reloaded wrangler\.json/);
    server.stdin.write("b");
    await server.waitFor("stdout", /Opening http:\/\/localhost:\d+/);
    server.stdin.write("c");
    await server.waitFor("stdout", /\x1b\[2J/);
    const before = server.stdout.length;
    server.stdin.write("\x1b[A");
    server.stdin.write("h");
    await server.waitFor("stdout", /b browser/, before);
    server.stdin.write("q");
    await server.waitFor("stdout", /code 0[^]*over/);
    const [first, last] = modes(folder);
    assert.equal(last, first);
    assert.match(readFileSync(join(folder, "opened"), "utf8"), /^http:\/\/localhost/);
  });

  test("says when there is no browser to open", async (t) => {
    const server = await onTerminal(t, project(t, script));
    server.stdin.write("b");
    await server.waitFor("stdout", /There is no xdg-open here; open http:\/\/localhost:\d+ in a browser|Opening/);
  });
});

describe("the terminal is as it was", () => {
  test("after Ctrl-C", async (t) => {
    const folder = project(t, script);
    const server = await onTerminal(t, folder);
    // By its signal: the key would end the shell too.
    process.kill(pidOf(folder), "SIGINT");
    await server.waitFor("stdout", /code 0[^]*over/);
    const [first, last] = modes(folder);
    assert.equal(last, first);
  });

  test("after a second signal, in an endless loop", async (t) => {
    const folder = project(t, "export default { fetch() { console.log('spinning'); while (true) {} } };");
    const server = await onTerminal(t, folder);
    server.text("/").catch(() => {});
    await server.waitFor("stdout", /spinning/);
    const pid = pidOf(folder);
    process.kill(pid, "SIGTERM");
    await pause(100);
    process.kill(pid, "SIGTERM");
    await server.waitFor("stdout", /code 143[^]*over/);
    const [first, last] = modes(folder);
    assert.equal(last, first);
  });

  test("after a crash", async (t) => {
    const folder = project(t, script);
    const server = await onTerminal(t, folder);
    process.kill(pidOf(folder), "SIGSEGV");
    await server.waitFor("stdout", /code (139|1)\b[^]*over/);
    // The handler of AddressSanitizer comes first, and ends the process itself.
    if (/code 1\b/.test(server.stdout)) return;
    const [first, last] = modes(folder);
    assert.equal(last, first);
  });
});

// The `lathe dev` that was started in a folder.
function pidOf(folder) {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const isLathe = readlinkSync(`/proc/${pid}/exe`) === binary;
      if (isLathe && readlinkSync(`/proc/${pid}/cwd`) === folder) return Number(pid);
    } catch {
      // It has gone, or is not ours.
    }
  }
  throw new Error("lathe does not run");
}
