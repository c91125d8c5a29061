// State files that are damaged in any way: the program says so, with exit code 4, and what can be
// read can be dumped. It is never ended by a signal.

import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { configText, project, ready, run, serve, start } from "../../e2e/lathe.mjs";
import { rounds } from "../rounds.mjs";

const kPage = 4096;
const kObjects = 60;
const kKeys = 30;
const kRounds = Math.ceil(rounds / 10);

const script = `
  import { DurableObject } from "cloudflare:workers";
  export class Box extends DurableObject {
    async fill() {
      for (let i = 0; i < ${kKeys}; ++i) this.ctx.storage.put("key-" + i, "value ".repeat(20) + i);
      await this.ctx.storage.put("long-" + "k".repeat(700), "long");
      await this.ctx.storage.put("large", "x".repeat(20_000));
      await this.ctx.storage.setAlarm(Date.UTC(2100, 0));
    }
    async look() {
      return (await this.ctx.storage.list()).size;
    }
    async write() {
      await this.ctx.storage.put("key-1", "new " + Math.random());
      await this.ctx.storage.delete("key-2");
    }
    async clear() { await this.ctx.storage.deleteAll(); }
  }
  export default {
    async fetch(request, env) {
      const { pathname } = new URL(request.url);
      const [, action, name] = pathname.split("/");
      if (!name) return new Response("here");
      try {
        return new Response(String(await env.BOX.getByName(name)[action]()));
      } catch (error) {
        return new Response("failed: " + error.message, { status: 500 });
      }
    },
  };`;

const files = {
  "worker.js": script,
  "wrangler.json": configText({
    durable_objects: { bindings: [{ name: "BOX", class_name: "Box" }] },
    migrations: [{ tag: "v1", new_sqlite_classes: ["Box"] }],
  }),
};

// A generator of its own, so that a failure can be had again.
function random(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

async function filled(t) {
  const cwd = project(t, files);
  const server = await serve(t, [], { cwd });
  for (let i = 0; i < kObjects; ++i) await server.text(`/fill/box-${i}`);
  await server.stop();
  return { cwd, whole: readFileSync(join(cwd, ".lathe/state/actors.mdb")) };
}

// What can be done to a file, each with what is to be said of it.
const damages = {
  "random bytes of a page"(bytes, next, used) {
    const page = next(used);
    for (let i = 0; i < 64; ++i) bytes[page * kPage + next(kPage)] = next(256);
  },
  "a page of noise"(bytes, next, used) {
    const page = next(used);
    for (let i = 0; i < kPage; ++i) bytes[page * kPage + i] = next(256);
  },
  "a page of zeros"(bytes, next, used) {
    bytes.fill(0, 0, 0);
    const page = 2 + next(used - 2);
    bytes.fill(0, page * kPage, (page + 1) * kPage);
  },
  "a page of ones"(bytes, next, used) {
    const page = 2 + next(used - 2);
    bytes.fill(0xff, page * kPage, (page + 1) * kPage);
  },
  "a page in the place of another"(bytes, next, used) {
    const [from, to] = [next(used), next(used)];
    bytes.copy(bytes, to * kPage, from * kPage, (from + 1) * kPage);
  },
  "the heads of all pages"(bytes, next, used) {
    for (let page = 2; page < used; ++page) bytes[page * kPage + 8 + next(8)] ^= 1 << next(8);
  },
  "the places of nodes"(bytes, next, used) {
    for (let page = 2; page < used; ++page) bytes[page * kPage + 16 + next(64)] = next(256);
  },
  "a bit of each page"(bytes, next, used) {
    for (let page = 0; page < used; ++page) bytes[page * kPage + next(kPage)] ^= 1 << next(8);
  },
  "what the file says of itself"(bytes, next) {
    for (let i = 0; i < 3; ++i) bytes[next(2) * kPage + next(152)] = next(256);
  },
};

test(`a damaged file is told, ${kRounds} times each kind of damage`, async (t) => {
  const { cwd, whole } = await filled(t);
  const file = join(cwd, ".lathe/state/actors.mdb");
  const used = Math.max(readLastPage(whole, 0), readLastPage(whole, kPage)) + 1;
  const seed = Number(process.env.LATHE_SEED ?? Date.now() % 2 ** 31);
  t.diagnostic(`LATHE_SEED=${seed}, ${used} pages`);
  const next = random(seed);
  for (const [name, damage] of Object.entries(damages)) {
    let told = 0;
    for (let round = 0; round < kRounds; ++round) {
      const bytes = Buffer.from(whole);
      damage(bytes, next, used);
      const what = `${name}, round ${round}, LATHE_SEED=${seed}`;
      const restore = () => {
        rmSync(`${file}-lock`, { force: true });
        writeFileSync(file, bytes);
      };
      restore();
      for (const args of [["dump"], ["ls"], ["ls", "Box"], ["put", "Box", "box-1", "key-1", "1"], ["delete", "Box", "box-2"]]) {
        const { code, signal, stderr } = await run(["storage", ...args], { cwd });
        assert.equal(signal, null, `${args}: ${what}\n${stderr}`);
        // What is damaged may also not be noticed, or be a key that is gone.
        assert.ok([0, 1, 4].includes(code), `${args} gives ${code}: ${what}\n${stderr}`);
        if (code === 4) {
          assert.match(stderr, /damaged|not a state file|has been cut|another version|newer lathe/, what);
          ++told;
        }
      }
      restore();
      await serveDamaged(t, cwd, what);
    }
    t.diagnostic(`${name}: told ${told} times`);
  }
});

function readLastPage(bytes, at) {
  return Number(bytes.readBigUInt64LE(at + 16 + 120));
}

// Whatever it answers: it lives until it is stopped, unless it says with exit code 4 why it cannot.
async function serveDamaged(t, cwd, what) {
  const server = start(t, ["serve", "--port", "0"], { cwd });
  const began = await Promise.race([ready(server).then(() => true, () => false), server.exited.then(() => false)]);
  if (began) {
    for (let i = 0; i < 4; ++i) {
      for (const action of ["look", "write", "clear"]) {
        await server.text(`/${action}/box-${i}`).catch((error) => assert.fail(`${what}: ${error}\n${server.stderr}`));
      }
    }
    assert.equal(await server.text("/"), "here", what);
  }
  const { code, signal } = await server.stop();
  assert.equal(signal, null, `${what}\n${server.stderr}`);
  assert.ok(began ? code === 0 : code === 4, `${code}: ${what}\n${server.stderr}`);
}

test("what can be read of a damaged file can be dumped", async (t) => {
  const { cwd, whole } = await filled(t);
  const file = join(cwd, ".lathe/state/actors.mdb");
  const dump = async () => {
    const { code, stdout, stderr, signal } = await run(["storage", "dump"], { cwd });
    assert.equal(signal, null, stderr);
    const lines = stdout.trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
    // An object of which nothing is left has a line too.
    const left = lines.filter(({ key, alarm }) => key ?? alarm);
    return { code, stderr, keys: new Set(left.map(({ id, key, alarm }) => `${id} ${key ?? alarm}`)) };
  };
  const all = await dump();
  assert.equal(all.code, 0);
  // The pages that hold the records, by what is in them.
  const leaves = [];
  for (let at = 2 * kPage; at < whole.length; at += kPage) {
    const isLeaf = whole.readUInt16LE(at + 10) === 2;
    if (isLeaf && whole.subarray(at, at + kPage).includes("value value")) leaves.push(at);
  }
  assert.ok(leaves.length > 20);
  let damaged = 0;
  let first = 0;
  for (const at of leaves) {
    const bytes = Buffer.from(whole);
    bytes.fill(0xff, at, at + kPage);
    rmSync(`${file}-lock`, { force: true });
    writeFileSync(file, bytes);
    const part = await dump();
    if (part.code === 0) {
      // A page that nothing leads to any more.
      assert.deepEqual(part.keys, all.keys);
      continue;
    }
    ++damaged;
    assert.equal(part.code, 4, part.stderr);
    assert.match(part.stderr, /damaged/);
    for (const key of part.keys) assert.ok(all.keys.has(key));
    const lost = all.keys.size - part.keys.size;
    // The first one has the table of all classes, too.
    if (lost === all.keys.size && first++ === 0) continue;
    assert.ok(lost > 0 && lost < 4 * kKeys, `${lost} of ${all.keys.size} were lost with one page`);
  }
  assert.ok(damaged > 10);
});

test("a file that is cut while it is served, and before, is an error and no end", async (t) => {
  const { cwd, whole } = await filled(t);
  const file = join(cwd, ".lathe/state/actors.mdb");
  for (const bytes of [0, 100, kPage, 2 * kPage, 10 * kPage, 100 * kPage]) {
    rmSync(`${file}-lock`, { force: true });
    writeFileSync(file, whole);
    const server = await serve(t, [], { cwd });
    assert.equal(await server.text("/look/box-1"), String(kKeys + 2));
    truncateSync(file, bytes);
    for (let i = 0; i < 10; ++i) {
      for (const action of ["look", "write"]) await server.text(`/${action}/box-${i}`);
    }
    await run(["storage", "dump"], { cwd });
    assert.equal(await server.text("/"), "here");
    const { signal } = await server.stop();
    assert.equal(signal, null, `${bytes}\n${server.stderr}`);
    const { code, signal: ended, stderr } = await run(["storage", "ls"], { cwd });
    assert.equal(ended, null, stderr);
    assert.ok([0, 1, 4].includes(code), stderr);
  }
});

test("what lies beside the file may be anything", async (t) => {
  const { cwd, whole } = await filled(t);
  const state = join(cwd, ".lathe/state");
  const next = random(7);
  for (const name of ["actors.mdb-lock", "actors.mdb-checkpoint", "lock.json"]) {
    for (const content of ["", "x", "{", Buffer.alloc(10_000), Buffer.from(Array.from({ length: 9000 }, () => next(256)))]) {
      rmSync(state, { recursive: true });
      mkdirSync(state);
      writeFileSync(join(state, "actors.mdb"), whole);
      writeFileSync(join(state, name), content);
      const { code, signal, stderr } = await run(["storage", "ls"], { cwd });
      assert.equal(signal, null, stderr);
      assert.ok([0, 4].includes(code), stderr);
    }
  }
  copyFileSync(join(cwd, "worker.js"), join(state, "actors.mdb"));
  const { code } = await run(["storage", "ls"], { cwd });
  assert.equal(code, 4);
});
