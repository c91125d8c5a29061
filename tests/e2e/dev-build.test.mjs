// `lathe dev` with a build command: what becomes of a save of what it builds from.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { configText, pause, project, ready, start, write } from "./lathe.mjs";

const script = (text) => `export default { fetch() { return new Response("${text}"); } };`;
const copying = "mkdir -p out && cp src/in.txt out/worker.js && echo copied";

const config = (build, more) => ({ "wrangler.json": configText({ main: "out/worker.js", build, ...more }) });

// Starts `lathe dev` on a worker that is built of src/in.txt.
async function building(t, build = {}, text = script("old")) {
  const folder = project(t, { "src/in.txt": text, ...config({ command: copying, ...build }) });
  const server = await ready(start(t, ["dev", "--port", "0"], { cwd: folder }));
  return { folder, server };
}

async function until(server, want) {
  const deadline = Date.now() + 10_000;
  for (let got; (got = await server.text()) !== want; await pause(5)) {
    assert.ok(Date.now() < deadline, `answers ${got} and not ${want}\n${server.stderr}`);
  }
}

const count = (server, pattern) => server.stderr.match(pattern)?.length ?? 0;

describe("a save below build.watch_dir", () => {
  test("is built and answered with the new code", async (t) => {
    const { folder, server } = await building(t);
    write(folder, { "src/in.txt": script("new") });
    await until(server, "new");
    const builds = server.stderr.replace(/^GET .*\n/gm, "");  // the questions above, whenever they were asked
    assert.match(builds, /^\[build\] \$ mkdir .* {2}# src\/in\.txt changed\n\[build\] copied\nReloaded out\/worker\.js/m);
    write(folder, { "src/deep/other.txt": "unused" });
    await server.waitFor("stderr", /^Built; nothing that the worker is made of has changed$/m);
    assert.equal(count(server, /^Reloaded/gm), 1);
  });

  test("counts in each of several folders, and not outside of them", async (t) => {
    const { folder, server } = await building(t, { watch_dir: ["a", "./b"] });
    for (const name of ["src/in.txt", "a/x", "b/y"]) {
      const builds = count(server, /\$ mkdir/g);
      write(folder, { [name]: script(name) });
      if (name.startsWith("src")) await pause(150);
      else await server.waitFor("stderr", new RegExp(`# ${name} changed\\n.*copied`));
      assert.equal(count(server, /\$ mkdir/g), builds + (name.startsWith("src") ? 0 : 1));
    }
    await until(server, "src/in.txt");
  });

  test("that does not build leaves the version before, and is shown until it is mended", async (t) => {
    const command = `grep -q BAD src/in.txt && { echo "in.txt is bad" >&2; exit 2; }; ${copying}`;
    const { folder, server } = await building(t, { command });
    write(folder, { "src/in.txt": script("BAD") });
    await server.waitFor("stderr", /ended with exit code 2\nThe version before goes on/);
    assert.match(server.stderr, /^\[build\] in\.txt is bad$/m);
    assert.equal(await server.text(), "old");
    const events = await fetch(new URL("/__lathe/events", server.url));
    const { value } = await events.body.getReader().read();
    assert.match(new TextDecoder().decode(value), /exit code 2\\n\\nin\.txt is bad/);
    // As it was: there is nothing to load, and yet the error has to go.
    write(folder, { "src/in.txt": script("old") });
    await server.waitFor("stderr", /^Reloaded wrangler\.json/m);
  });

  test("that does not build at the start is shown, and waited for", async (t) => {
    const { folder, server } = await building(t, { command: `grep -q BAD src/in.txt && exit 2; ${copying}` }, "BAD");
    const answer = await server.fetch();
    assert.equal(answer.status, 500);
    assert.match(await answer.text(), /ended with exit code 2/);
    write(folder, { "src/in.txt": script("mended") });
    await until(server, "mended");
  });

  test("while a build writes the worker does not show the half of it", async (t) => {
    const command = `mkdir -p out; rm -f out/worker.js; sleep 0.3; cp src/in.txt out/worker.js`;
    const { folder, server } = await building(t, { command });
    write(folder, { "src/in.txt": script("new") });
    await until(server, "new");
    assert.doesNotMatch(server.stderr, /error/);
  });
});

test("a build command that changes is run, also in the place of one that does not end", async (t) => {
  const { folder, server } = await building(t);
  write(folder, config({ command: "echo pid $$; exec sleep 60" }));
  const [, pid] = await server.waitFor("stderr", /^\[build\] pid (\d+)$/m);
  write(folder, config({ command: `sed s/old/sed/ src/in.txt > out/worker.js` }));
  await until(server, "sed");
  assert.ok(!existsSync(`/proc/${pid}`));
  assert.equal(await server.text(), "sed");
  write(folder, config(undefined));
  await server.waitFor("stderr", /Reloaded wrangler\.json/);
});

test("SIGHUP builds, too, and a build goes with lathe", async (t) => {
  const { server } = await building(t, { command: `${copying}; echo pid $$; [ ! -e slow ] || exec sleep 60` });
  const from = server.stderr.length;
  server.signal("SIGHUP");
  await server.waitFor("stderr", /copied\n[^]*Reloaded wrangler\.json/, from);
});

for (const signal of ["SIGINT", "SIGKILL"]) {
  test(`a build that runs goes with lathe on ${signal}`, async (t) => {
    const { folder, server } = await building(t, { command: `${copying}; [ ! -e src/slow ] || { echo pid $$; exec sleep 60; }` });
    write(folder, { "src/slow": "" });
    const [, pid] = await server.waitFor("stderr", /\[build\] pid (\d+)/);
    await server.stop(signal);
    const alive = () => existsSync(`/proc/${pid}`) && !readFileSync(join("/proc", pid, "stat"), "utf8").includes(") Z ");
    while (alive()) await pause(10);
  });
}
