// Control sequences of a client, a page, a stored value or somebody's module: none of them reaches
// the terminal, whatever way it takes. OSC 52 would fill the clipboard, CSI move the cursor, and
// their forms of one byte (C1) do the same.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { configText, project, ready, run, serve, start, write } from "../../e2e/lathe.mjs";

const kAttacks = [
  "\x1b]52;c;aGFjaw==\x07",
  "\x1b[2J\x1b[H",
  "\x1b]0;title\x1b\\",
  "\x9d52;c;aGFjaw==\x9c",
  "\x9b2J",
  "back\b\b\b\bspace",
  "over\rwritten",
  "\x7f\x00\x0e",
];
const kPercentEncoded = kAttacks.map(encodeURIComponent);

// Anything but line breaks and tabs.
const kControl = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;

function assertHarmless(text, what) {
  const found = kControl.exec(text);
  const near = found && JSON.stringify(text.slice(Math.max(0, found.index - 40), found.index + 40));
  assert.ok(!found, `${what}: ${near}`);
}

const script = `
  import { DurableObject } from "cloudflare:workers";
  export class Box extends DurableObject {
    async put(key, value) { await this.ctx.storage.put(key, value); }
    async alarmSoon() { await this.ctx.storage.setAlarm(Date.now()); }
    alarm() {}
  }
  export default {
    async fetch(request, env, ctx) {
      const url = new URL(request.url);
      const text = decodeURIComponent(url.searchParams.get("text") ?? "");
      const box = env.BOX.getByName(text);
      switch (url.pathname) {
        case "/throw": throw new Error("No route " + text);
        case "/throw-text": throw "No route " + text;
        case "/throw-named": throw Object.assign(new Error("named"), { name: text });
        case "/throw-property": throw Object.assign(new Error("with"), { [text]: text });
        case "/throw-cause": throw new Error("because", { cause: new Error(text) });
        case "/reject": ctx.waitUntil(Promise.reject(new Error(text))); break;
        case "/console": console.log(text, { text, [text]: 1 }); console.error(text); break;
        case "/alarm": await box.alarmSoon(); break;
        case "/put": {
          await box.put(text, text);
          await box.put("map", new Map([[text, text]]));
          await box.put("error", new Error(text));
          break;
        }
      }
      return new Response("done", { headers: { "x-text": "plain" } });
    },
  };`;

const config = {
  durable_objects: { bindings: [{ name: "BOX", class_name: "Box" }] },
  migrations: [{ tag: "v1", new_sqlite_classes: ["Box"] }],
};

const files = { "worker.js": script, "wrangler.json": configText(config) };

async function attack(server) {
  for (const path of ["throw", "throw-text", "throw-named", "throw-property", "throw-cause", "reject", "console", "alarm", "put"]) {
    for (const text of kPercentEncoded) {
      await server.text(`/${path}?text=${encodeURIComponent(text)}`);
    }
  }
  for (const raw of ["\xc2\x9d52;c;aGFjaw==\xc2\x9c", "\x9d52;c;aGFjaw==\x9c", "\xff\xfe"]) {
    const connection = await server.connect();
    connection.send(`GET /raw?${raw} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    await connection.receiveAll();
  }
}

for (const command of ["serve", "dev"]) {
  test(`${command}: what clients send is shown without its control characters`, async (t) => {
    const cwd = project(t, files);
    const level = ["--log-level", "debug"];
    const server = await ready(start(t, [command, "--port", "0", ...level], { cwd }));
    await attack(server);
    await server.waitFor("stderr", /GET \/raw\?[^\n]*fe/);
    await server.stop();
    assertHarmless(server.stderr, "stderr");
    assertHarmless(server.stdout, "stdout");
    // It is told all the same.
    assert.match(server.stderr, /No route \\x1b\]52;c;aGFjaw==\\x07/);
    assert.match(server.stderr, /No route \\u009d52;c/);
  });

  test(`${command}: JSON logs are JSON, in UTF-8, and without control characters`, async (t) => {
    const cwd = project(t, files);
    const args = [command, "--port", "0", "--log-format", "json", "--log-level", "debug"];
    const server = start(t, args, { cwd });
    [, server.url] = await server.waitFor("stdout", /"url":"([^"]+)"/);
    server.port = Number(new URL(server.url).port);
    await attack(server);
    await server.waitFor("stderr", /"url":"\/raw/);
    await server.stop();
    const lines = server.stderr.trim().split("\n");
    for (const line of lines) assertHarmless(line, "a line");
    const texts = lines.map((line) => JSON.parse(line));
    assert.ok(texts.some(({ kind, text }) => kind === "exception" && text.includes(kAttacks[0])));
    assert.ok(texts.some(({ url }) => url?.includes("\ufffd")), "what was no UTF-8 is replaced");
  });
}

test("a script's own colours stay, and end with its message", async (t) => {
  const cwd = project(t, `
    export default {
      fetch() {
        console.log("\\x1b[31mred\\x1b[0m and \\x1b[38;5;2mgreen");
        console.log("\\x1b[8mhidden \\x1b[2J");
        return new Response("done");
      },
    };`);
  const server = await serve(t, [], { cwd });
  await server.text("/");
  await server.stop();
  assert.ok(server.stderr.includes("\x1b[31mred\x1b[0m and \x1b[38;5;2mgreen\x1b[0m\n"));
  assert.ok(server.stderr.includes("\x1b[8mhidden \\x1b[2J\x1b[0m\n"));
});

test("pages of errors and what is not found are harmless to who shows them on a terminal", async (t) => {
  const server = await ready(start(t, ["dev", "--port", "0"], { cwd: project(t, files) }));
  for (const text of kPercentEncoded) {
    for (const path of [`/throw?text=${encodeURIComponent(text)}`, `/__lathe/${text}`]) {
      for (const accept of ["*/*", "text/html"]) {
        assertHarmless(await server.text(path, { headers: { accept } }), path);
      }
    }
  }
});

test("lathe storage shows names, keys and values without their control characters", async (t) => {
  const cwd = project(t, files);
  const server = await serve(t, [], { cwd });
  for (const text of kPercentEncoded) await server.text(`/put?text=${encodeURIComponent(text)}`);
  const look = async () => {
    for (const args of [
      ["ls"], ["ls", "Box"], ["ls", "Box", "--json"], ["dump"], ["ls", "--json"], ["get", "Box", "none"],
      ...kAttacks.filter((text) => !text.includes("\0")).flatMap((text) => [
        ["ls", "Box", text],
        ["ls", "Box", text, "--json"],
        ["get", "Box", text, text],
        ["get", "Box", text, text, "--json"],
        ["get", "Box", text, "map"],
        ["get", "Box", text, "error"],
        ["get", "Box", text, `no ${text}`],
        ["get", `No${text}`, text, text],
        ["delete", "Box", text, "none"],
        ["put", "Box", text, text, '"x"'],
      ]),
    ]) {
      const { stdout, stderr, signal } = await run(["storage", ...args], { cwd });
      assert.equal(signal, null);
      assertHarmless(stdout, args.join(" "));
      assertHarmless(stderr, args.join(" "));
    }
  };
  await look(); // asks the server
  await server.stop();
  await look();
  const { stdout } = await run(["storage", "ls", "Box"], { cwd });
  assert.match(stdout, /^\\x1b\]52;c;aGFjaw==\\x07$/m);
});

test("commands show what is wrong in a stranger's project without its control characters", async (t) => {
  for (const text of kAttacks) {
    const cwd = project(t, {
      "worker.js": "export default {}",
      "syntax.js": `const a = "${text.replace(/[\r\0]/g, "")}"; const b = ;`,
      "tests.js": `export const odd = { test() { throw new Error(${JSON.stringify(text)}); } };
        export { odd as ${JSON.stringify(text)} };`,
    });
    const written = {
      "name.json": { name: text },
      "main.json": { main: `${text.replaceAll("\0", "")}.js` },
      "key.json": { [text]: 1, lathe: { [text]: 1 } },
      "vars.json": { vars: { [text]: text }, define: { [text]: text } },
      "syntax.json": { main: "syntax.js" },
      "tests.json": { main: "tests.js" },
      "flags.json": { compatibility_flags: [text] },
      "class.json": { durable_objects: { bindings: [{ name: text, class_name: text }] } },
    };
    for (const [name, content] of Object.entries(written)) {
      write(cwd, { [name]: configText(content) });
      for (const command of ["check", "test"]) {
        const { stdout, stderr, signal } = await run([command, join(cwd, name)], { cwd });
        assert.equal(signal, null);
        assertHarmless(stdout, `${command} ${name}`);
        assertHarmless(stderr, `${command} ${name}`);
      }
    }
    if (text.includes("\0")) continue;
    for (const args of [["check", text], ["serve", "--ip", text], [text], ["--cwd", text], ["fetch", "worker.js", text]]) {
      const { stdout, stderr, signal } = await run(args, { cwd });
      assert.equal(signal, null);
      assertHarmless(stdout, args.join(" "));
      assertHarmless(stderr, args.join(" "));
    }
  }
});
