// Where a message or an exception comes from, as the terminal tells it.
import assert from "node:assert/strict";
import { test } from "node:test";

import { project, ready, run, start } from "./lathe.mjs";

const script = `const target = new EventTarget();
target.addEventListener("x", () => {
  console.log("in a listener");
  console.trace("traced");
  console.log(new Error("shown"));
});
export default {
  async fetch(request) {
    if (new URL(request.url).pathname === "/throw") new EventTarget().addEventListener();
    target.dispatchEvent(new Event("x"));
    target.addEventListener("y", console.log);
    target.dispatchEvent(new Event("y"));
    [1].forEach(console.log);
    queueMicrotask(console.log);
    await null;
    return new Response("ok");
  },
};
`;

test("no place is one of the built-in JavaScript", async (t) => {
  const server = await ready(start(t, ["dev", "--port", "0"], { cwd: project(t, script) }));
  assert.equal(await server.text("/"), "ok");
  await server.fetch("/throw");
  await server.waitFor("stderr", /addEventListener/);
  await server.stop();
  const all = server.stdout + server.stderr;
  assert.doesNotMatch(all, /lathe:builtins/);
  assert.match(all, /in a listener +worker\.js:3:11/);
  assert.match(all, /worker\.js:9:/);
});

test("with --log-level debug they are shown", async (t) => {
  const cwd = project(t, script);
  const quiet = await run(["fetch", "worker.js"], { cwd });
  assert.doesNotMatch(quiet.stdout + quiet.stderr, /lathe:builtins/);
  const loud = await run(["fetch", "worker.js", "--log-level", "debug"], { cwd });
  assert.match(loud.stdout + loud.stderr, /lathe:builtins:\d+:\d+/);
});

test("an exception of a top level names the place in the script", async (t) => {
  for (const [code, place] of [
    ["new EventTarget().addEventListener();", /worker\.js:1:19: Uncaught TypeError/],
    ["const f = () => queueMicrotask(); f();", /worker\.js:1:17: Uncaught TypeError/],
    ["throw new RangeError('mine');", /worker\.js:1:7: Uncaught RangeError: mine/],
  ]) {
    const { code: exit, stderr } = await run(["check"], { cwd: project(t, `${code} export default {};`) });
    assert.equal(exit, 1);
    assert.match(stderr, place);
    assert.doesNotMatch(stderr, /lathe:builtins/);
  }
});
