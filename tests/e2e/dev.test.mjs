// `lathe dev`: what becomes of a save.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { renameSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { configText, pause, project, ready, run, start, worker, write } from "./lathe.mjs";

const answering = (text) => `export default { fetch() { return new Response("${text}"); } };`;

// Starts `lathe dev` in a folder and waits for its Ready line.
const dev = (t, cwd, args = [], options = {}) =>
  ready(start(t, ["dev", ...args, "--port", "0"], { cwd, ...options }));

const devFiles = (t, files, args) => {
  const folder = project(t, files);
  return dev(t, folder, args).then((server) => ({ folder, server }));
};

async function until(server, want, path = "/") {
  const deadline = Date.now() + 10_000;
  for (let got; (got = await server.text(path)) !== want; await pause(1)) {
    assert.ok(Date.now() < deadline, `answers ${got} and not ${want}\n${server.stderr}`);
  }
}

const reloads = (server) => server.stderr.match(/^Reloaded /gm)?.length ?? 0;

// Long enough for a reload that must not happen.
const settle = () => pause(150);

describe("a save", () => {
  test("is answered with the new code, on the same connection", async (t) => {
    const { folder, server } = await devFiles(t, answering("old"));
    const connection = (await server.connect()).send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert.ok(await connection.receive(/old$/));
    write(folder, { "worker.js": answering("new") });
    await until(server, "new");
    connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert.ok(await connection.receive(/new$/), connection.received);
    assert.match(server.stderr, /^Reloaded worker\.js \(\d+ ms\)$/m);
  });

  test("of an imported module, also in a folder below, counts", async (t) => {
    const { folder, server } = await devFiles(t, {
      ...worker(`import { text } from "./deep/down.js"; export default { fetch: () => new Response(text) };`),
      "deep/down.js": `export const text = "old";`,
    });
    write(folder, { "deep/down.js": `export const text = "new";` });
    await until(server, "new");
  });

  test("of a module that was imported while the worker ran counts", async (t) => {
    const { folder, server } = await devFiles(t, {
      ...worker(`export default {
        async fetch() { return new Response((await import("./later.js")).text); } };`),
      "later.js": `export const text = "old";`,
    });
    await until(server, "old");
    write(folder, { "later.js": `export const text = "new";` });
    await until(server, "new");
  });

  test("of the configuration counts", async (t) => {
    const script = `export default { fetch(request, env) { return new Response(env.COLOUR); } };`;
    const { folder, server } = await devFiles(t, worker(script, { vars: { COLOUR: "red" } }));
    write(folder, { "wrangler.json": configText({ vars: { COLOUR: "blue" } }) });
    await until(server, "blue");
  });

  test("of a script without a configuration counts", async (t) => {
    const folder = project(t, { "alone.js": answering("old") });
    const server = await dev(t, folder, ["alone.js"]);
    write(folder, { "alone.js": answering("new") });
    await until(server, "new");
  });

  test("that changes no content reloads nothing", async (t) => {
    const { folder, server } = await devFiles(t, answering("same"));
    write(folder, { "worker.js": answering("same") });
    utimesSync(join(folder, "worker.js"), new Date(), new Date());
    write(folder, { "other.js": "not a part of it" });
    await settle();
    assert.equal(reloads(server), 0, server.stderr);
  });

  test("by an editor that puts a new file in the old one's place counts", async (t) => {
    const { folder, server } = await devFiles(t, answering("0"));
    for (const text of ["1", "2", "3"]) {
      write(folder, { "worker.js.tmp": answering(text) });
      renameSync(join(folder, "worker.js.tmp"), join(folder, "worker.js"));
      await until(server, text);
    }
    // And by one that moves the old one away first.
    renameSync(join(folder, "worker.js"), join(folder, "worker.js~"));
    write(folder, { "worker.js": answering("4") });
    await until(server, "4");
    assert.doesNotMatch(server.stderr, /error/);
  });

  test("where only polling works counts", async (t) => {
    const { folder, server } = await devFiles(t, answering("old"), ["--poll"]);
    write(folder, { "worker.js": answering("new") });
    await until(server, "new");
  });

  test("lets requests under way finish on the old code", async (t) => {
    const slow = (text) => `export default {
      async fetch(request) {
        if (new URL(request.url).pathname === "/slow") {
          console.error("waiting");
          await scheduler.wait(400);
        }
        return new Response("${text}");
      } };`;
    const { folder, server } = await devFiles(t, slow("old"));
    const answer = server.text("/slow");
    await server.waitFor("stderr", /waiting/);
    write(folder, { "worker.js": slow("new") });
    await until(server, "new");
    assert.equal(await answer, "old");
  });

  test("keeps what Durable Objects have stored, and their alarms", async (t) => {
    const counting = (label) => `
      import { DurableObject } from "cloudflare:workers";
      export class Counter extends DurableObject {
        async fetch() {
          if (!(await this.ctx.storage.get("set"))) {
            await this.ctx.storage.put("set", true);
            await this.ctx.storage.setAlarm(Date.now() + 700);
          }
          const count = ((await this.ctx.storage.get("count")) ?? 0) + 1;
          await this.ctx.storage.put("count", count);
          return new Response("${label} " + count + " " + ((await this.ctx.storage.get("rang")) ?? "silent"));
        }
        alarm() { return this.ctx.storage.put("rang", "rang by ${label}"); }
      }
      export default { fetch(request, env) { return env.COUNTER.getByName("one").fetch(request); } };`;
    const config = {
      durable_objects: { bindings: [{ name: "COUNTER", class_name: "Counter" }] },
      migrations: [{ tag: "v1", new_classes: ["Counter"] }],
    };
    const { folder, server } = await devFiles(t, worker(counting("old"), config));
    assert.equal(await server.text(), "old 1 silent");
    write(folder, { "worker.js": counting("new") });
    await server.waitFor("stderr", /Reloaded/);
    assert.equal(await server.text(), "new 2 silent");
    await pause(900);
    assert.equal(await server.text(), "new 3 rang by new");
  });
});

describe("a file that is not there", () => {
  test("is waited for when it is imported", async (t) => {
    const { folder, server } = await devFiles(t, answering("old"));
    write(folder, { "worker.js": `import { text } from "./not/yet/here.js"; ${"export default { fetch: () => new Response(text) };"}` });
    await server.waitFor("stderr", /No such module ".*not\/yet\/here\.js"/);
    assert.equal(await server.text(), "old");
    write(folder, { "not/yet/here.js": `export const text = "here";` });
    await until(server, "here");
  });

  test("may be main, deleted and restored", async (t) => {
    const { folder, server } = await devFiles(t, answering("old"));
    rmSync(join(folder, "worker.js"));
    await server.waitFor("stderr", /worker\.js does not exist/);
    assert.equal(await server.text(), "old");
    write(folder, { "worker.js": answering("back") });
    await until(server, "back");
  });

  test("may have gone with its folder, and come back with it", async (t) => {
    const importing = `import { text } from "./src/deep/text.js"; export default { fetch: () => new Response(text) };`;
    const { folder, server } = await devFiles(t, {
      ...worker(importing),
      "src/deep/text.js": `export const text = "old";`,
    });
    for (const text of ["first", "second"]) {
      rmSync(join(folder, "src"), { recursive: true });
      await pause(60);
      assert.equal((await server.fetch()).status, 200);
      write(folder, { "src/deep/text.js": `export const text = "${text}";` });
      await until(server, text);
    }
    // At once, by another folder in its place.
    write(folder, { "other/deep/text.js": `export const text = "third";` });
    renameSync(join(folder, "src"), join(folder, "gone"));
    renameSync(join(folder, "other"), join(folder, "src"));
    await until(server, "third");
  });
});

describe("a symbolic link", () => {
  const importing = `import { text } from "./linked/index.js"; export default { fetch: () => new Response(text) };`;

  test("is followed to the file, and heard of when it leads elsewhere", async (t) => {
    const folder = project(t, {
      ...worker(importing),
      "one/index.js": `export const text = "old";`,
      "two/index.js": `export const text = "other";`,
    });
    symlinkSync("one", join(folder, "linked"));
    const server = await dev(t, folder);
    write(folder, { "one/index.js": `export const text = "new";` });
    await until(server, "new");
    rmSync(join(folder, "linked"));
    symlinkSync("two", join(folder, "linked"));
    await until(server, "other");
  });
});

const broken = {
  "a syntax error": [{ "worker.js": "export default {\n  fetch() { return new Response('a' } };" }, /SyntaxError/],
  "a throw at the top level": [{ "worker.js": `throw new RangeError("at start-up");` }, /RangeError: at start-up/],
  "a missing import": [{ "worker.js": `import "./absent.js"; ${answering("x")}` }, /absent\.js/],
  "a broken configuration": [{ "wrangler.json": `{ "name": ` }, /wrangler\.json/],
};
const page = { headers: { accept: "text/html,*/*" } };

describe("a save that breaks the worker", () => {
  for (const [name, [files, pattern]] of Object.entries(broken)) {
    test(`by ${name} is told, and the version before answers until it is mended`, async (t) => {
      const { folder, server } = await devFiles(t, answering("old"));
      write(folder, files);
      await server.waitFor("stderr", pattern);
      await server.waitFor("stderr", /The version before goes on answering/);
      assert.equal(await server.text(), "old");
      write(folder, worker(answering("mended")));
      await until(server, "mended");
    });

    test(`by ${name} answers with the error when that is wanted`, async (t) => {
      const { folder, server } = await devFiles(t, answering("old"), ["--on-error", "500"]);
      write(folder, files);
      await server.waitFor("stderr", pattern);
      const text = await server.fetch();
      assert.equal(text.status, 500);
      assert.match(await text.text(), pattern);
      const html = await server.fetch("/", page);
      assert.equal(html.status, 500);
      assert.match(html.headers.get("content-type"), /text\/html/);
      assert.match(await html.text(), /<script src="\/__lathe\/client\.js" data-serial=/);
      write(folder, worker(answering("mended")));
      await until(server, "mended");
    });
  }

  const html = (type, more = "") => `export default { fetch() {
    return new Response("<!doctype html><p>hello</p>", { headers: { "content-type": "${type}"${more} } }); } };`;

  test("is shown over HTML pages for browsers, and only there", async (t) => {
    const { folder, server } = await devFiles(t, html("text/html", `, etag: "'1'"`));
    const before = await server.fetch("/", page);
    assert.equal(await before.text(), "<!doctype html><p>hello</p>");
    assert.equal(before.headers.get("etag"), "'1'");

    write(folder, { "worker.js": "export default {" });
    await server.waitFor("stderr", /SyntaxError/);
    const shown = await server.fetch("/", page);
    assert.equal(shown.status, 200);
    assert.match(await shown.text(), /^<!doctype html><p>hello<\/p>\n<script src="\/__lathe\/client\.js" data-version="[^"]+"><\/script>\n$/);
    assert.equal(shown.headers.get("etag"), null);
    assert.equal(shown.headers.get("cache-control"), "no-store");
    // Not for programs, and not in what is sent.
    assert.equal(await server.text(), "<!doctype html><p>hello</p>");
    assert.equal(await server.text("/", { method: "POST", ...page }), "<!doctype html><p>hello</p>");
  });

  test("leaves what is no HTML, or is compressed, as it is", async (t) => {
    for (const script of [html("text/plain"), html("text/html", `, "content-encoding": "gzip, br"`)]) {
      const { folder, server } = await devFiles(t, script);
      write(folder, { "worker.js": "export default {" });
      await server.waitFor("stderr", /SyntaxError/);
      const connection = (await server.connect()).send("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\n\r\n");
      assert.match(await connection.receiveAll(), /hello<\/p>$/);
    }
  });

  test("is shown over streamed pages too", async (t) => {
    const script = `export default { async fetch() {
      const page = await new Response("<p>hello").blob();
      return new Response(page.stream(), { headers: { "content-type": "text/html" } }); } };`;
    const { folder, server } = await devFiles(t, script);
    if ((await server.fetch("/", page)).status === 500) return t.skip("no streams yet");
    write(folder, { "worker.js": "export default {" });
    await server.waitFor("stderr", /SyntaxError/);
    assert.match(await server.text("/", page), /<p>hello\n<script/);
  });
});

describe("a top level without end or measure", () => {
  for (const [name, top, cpu_ms, pattern] of [
    ["loops", "while (true) {}", 300, /error: worker\.js: Worker exceeded CPU time limit/],
    ["blows its heap", "new Array(3e7).fill(0).map((x) => [x]);", 20_000, /error: worker\.js: Worker has exceeded memory limit/],
  ]) {
    test(`that ${name} is a broken save like any other`, async (t) => {
      const limits = { limits: { cpu_ms } };
      const { folder, server } = await devFiles(t, worker(answering("old"), limits));
      write(folder, { "worker.js": top + answering("new") });
      await server.waitFor("stderr", pattern);
      await server.waitFor("stderr", /The version before goes on answering/);
      assert.equal(await server.text(), "old");
      write(folder, { "worker.js": answering("mended") });
      await until(server, "mended");
    });
  }

  // There is no version before any more.
  const fatal = `"x".repeat(2e8).split("");`;
  const importing = `import { text } from "./part.js"; export default { fetch: () => new Response(text) };`;
  const part = (text, before = "") => ({ "part.js": `${before} export const text = "${text}";` });

  test("that V8 does not survive is shown, and waited for", async (t) => {
    const { folder, server } = await devFiles(t, { ...worker(importing, { limits: { cpu_ms: 20_000 } }), ...part("old") });
    assert.equal(await server.text(), "old");
    write(folder, part("new", fatal));
    await server.waitFor("stderr", /V8 cannot go on[^]*starting anew[^]*top level of the worker is more than V8 survives\nThis is what is answered/);
    const answer = await server.fetch();
    assert.equal(answer.status, 500);
    assert.match(await answer.text(), /more than V8 survives/);
    write(folder, part("mended"));
    await until(server, "mended");
    assert.equal(server.stdout.match(/Ready on/g).length, 1);
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
  });

  test("is waited for at the start, too", async (t) => {
    const { folder, server } = await devFiles(t, { ...worker(importing, { limits: { cpu_ms: 20_000 } }), ...part("old", fatal) });
    assert.equal((await server.fetch()).status, 500);
    write(folder, part("mended"));
    await until(server, "mended");
  });
});

// Reads the events of a server: answers the next one that is not older than the call.
async function events(t, server) {
  const aborter = new AbortController();
  t.after(() => aborter.abort());
  const response = await fetch(new URL("/__lathe/events", server.url), { signal: aborter.signal });
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  return async () => {
    while (!buffer.includes("\n\n")) {
      const { value, done } = await reader.read();
      if (done) return undefined;
      buffer += value;
    }
    const end = buffer.indexOf("\n\n");
    const event = JSON.parse(buffer.slice("data: ".length, end));
    buffer = buffer.slice(end + 2);
    return event;
  };
}

describe("the events for pages", () => {
  test("tell of every load, and of what went wrong", async (t) => {
    const { folder, server } = await devFiles(t, answering("old"));
    const next = await events(t, server);
    const first = await next();
    assert.equal(first.error, undefined);
    write(folder, { "worker.js": "export default {" });
    const second = await next();
    assert.match(second.error, /SyntaxError/);
    assert.equal(second.version, first.version);
    assert.notEqual(second.serial, first.serial);
    write(folder, { "worker.js": answering("mended") });
    const third = await next();
    assert.equal(third.error, undefined);
    assert.notEqual(third.version, first.version);
  });

  test("end with the server, which does not wait for them", async (t) => {
    const { server } = await devFiles(t, answering("old"));
    const next = await events(t, server);
    await next();
    const begin = Date.now();
    assert.deepEqual(await server.stop("SIGINT"), { code: 0, signal: null });
    assert.ok(Date.now() - begin < 3_000);
    assert.equal(await next(), undefined);
  });

  test("are on paths of lathe's own", async (t) => {
    const { server } = await devFiles(t, answering("mine"));
    assert.equal((await server.fetch("/__lathe/what")).status, 404);
    assert.equal(await server.text("/__lathe"), "mine");
  });

  test("are in the page of an exception, which loads again with the worker", async (t) => {
    const script = (body) => `export default { fetch(request) { ${body} } };`;
    const { folder, server } = await devFiles(t, script(`throw new Error("no luck");`));
    const shown = await server.fetch("/", page);
    assert.equal(shown.status, 500);
    assert.match(await shown.text(), /no luck[^]*<script src="\/__lathe\/client\.js" data-version=/);
    assert.doesNotMatch(await server.text(), /<script/);

    const type = `{ headers: { "content-type": "text/html" } }`;
    write(folder, { "worker.js": script(`return new Response("<p>mended", ${type});`) });
    await until(server, "<p>mended");
    assert.equal(await server.text("/", page), "<p>mended");
  });

  test("are in every HTML page with --live-reload", async (t) => {
    const script = `export default { fetch: () => new Response("<p>", { headers: { "content-type": "text/html" } }) };`;
    const { server } = await devFiles(t, script, ["--live-reload"]);
    assert.match(await server.text("/", page), /__lathe\/client\.js/);
    assert.match(await server.text("/__lathe/client.js"), /EventSource/);
  });
});

describe("a worker that is broken at the start", () => {
  for (const name of ["a syntax error", "a throw at the top level", "a missing import"]) {
    const [files, pattern] = broken[name];
    test(`by ${name} is waited for by dev, and ends serve, fetch and check`, async (t) => {
      const folder = project(t, { ...worker(""), ...files });
      for (const command of ["serve", "fetch", "check"]) {
        const { code, stderr } = await run([command], { cwd: folder });
        assert.equal(code, 1, command);
        assert.match(stderr, pattern);
      }
      const server = await dev(t, folder);
      const answer = await server.fetch();
      assert.equal(answer.status, 500);
      assert.match(await answer.text(), pattern);
      assert.match(await server.text("/", page), /data-serial/);
      write(folder, worker(answering("mended")));
      await until(server, "mended");
    });
  }

  test("by its configuration ends dev too", async (t) => {
    const { code, stderr } = await run(["dev", "--port", "0"], { cwd: project(t, { "wrangler.json": "{ nonsense" }) });
    assert.equal(code, 1);
    assert.match(stderr, /wrangler\.json:1:3/);
  });

  test("by its port ends dev with 3", async (t) => {
    const owner = createServer().listen(0, "127.0.0.1");
    t.after(() => owner.close());
    await new Promise((done) => owner.once("listening", done));
    const { code, stderr } = await run(["dev", "--port", String(owner.address().port)], { cwd: project(t, answering("x")) });
    assert.equal(code, 3, stderr);
  });
});

test("a checkout of another branch is followed", async (t) => {
  const importing = (label) => `import { text } from "./src/text.js"; export default { fetch: () => new Response("${label} " + text) };`;
  const folder = project(t, { ...worker(importing("main")), "src/text.js": `export const text = "one";`, ".gitignore": ".lathe\n" });
  const git = (...args) => {
    const { status, stderr } = spawnSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd: folder });
    assert.equal(status, 0, String(stderr));
  };
  git("init", "-q", "-b", "main");
  git("add", ".");
  git("commit", "-qm", "one");
  git("checkout", "-qb", "other");
  rmSync(join(folder, "src"), { recursive: true });
  write(folder, { "worker.js": answering("other") });
  git("add", ".");
  git("commit", "-qm", "two");
  const server = await dev(t, folder);
  assert.equal(await server.text(), "other");
  git("checkout", "-q", "main");
  await until(server, "main one");
  git("checkout", "-q", "other");
  await until(server, "other");
  git("checkout", "-q", "main");
  await until(server, "main one");
});
