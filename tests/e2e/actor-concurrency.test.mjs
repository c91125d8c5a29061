// Many events at once, in one object and between objects, also while its code is replaced.
// `LATHE_TORTURE_ROUNDS` says how often it is.

import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";

import { configText, pause, project, serve } from "./lathe.mjs";

const replacements = Number(process.env.LATHE_TORTURE_ROUNDS ?? 100);

// How long a section may wait, and then some.
const kSectionMs = 30_000;
const kSectionPatienceMs = 60_000;

const models = [
  ["the synchronous model", { new_sqlite_classes: ["Subject"] }],
  ["the cached model", { new_classes: ["Subject"] }],
];

function subject(t, script, classes = models[0][1]) {
  const config = configText({
    durable_objects: { bindings: [{ name: "SUBJECTS", class_name: "Subject" }] },
    migrations: [{ tag: "v1", ...classes }],
  });
  return project(t, { "worker.js": script, "wrangler.json": config });
}

// Asks over few connections for all that is asked at once. Answers {status, text}.
function client(t, server, connections = 256) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  t.after(() => agent.destroy());
  return (path) =>
    new Promise((done, fail) => {
      const sent = request({ agent, port: server.port, path }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (more) => (text += more));
        response.once("end", () => done({ status: response.statusCode, text }));
      });
      sent.once("error", fail).end();
    });
}

const counting = `
  import { DurableObject } from "cloudflare:workers";

  const increments = {
    // The input gate alone: nothing else awaits between the two.
    async plain(ctx) {
      const count = (await ctx.storage.get("count")) ?? 0;
      await ctx.storage.put("count", count + 1);
    },
    section: (ctx) =>
      ctx.blockConcurrencyWhile(async () => {
        const count = (await ctx.storage.get("count")) ?? 0;
        await scheduler.wait(Math.random() * 3);
        await ctx.storage.put("count", count + 1);
      }),
    transaction: (ctx) =>
      ctx.storage.transaction(async (txn) => {
        const count = (await txn.get("count")) ?? 0;
        await scheduler.wait(Math.random() * 3);
        await txn.put("count", count + 1);
      }),
    rolledBack: (ctx) =>
      ctx.storage.transaction(async (txn) => {
        await txn.put("count", -1e6);
        await scheduler.wait(Math.random() * 3);
        txn.rollback();
      }),
  };

  export class Subject extends DurableObject {
    async fetch(request) {
      const kind = new URL(request.url).pathname.slice(1);
      if (Math.random() < 0.3) await scheduler.wait(Math.random() * 5);
      await increments[kind]?.(this.ctx);
      if (kind === "forget") this.ctx.abort("by request");
      return new Response(await this.ctx.storage.get("count"));
    }
  }
  export default {
    fetch: (request, env) => env.SUBJECTS.getByName("only").fetch(request),
  };`;

for (const [model, classes] of models) {
  test(`a thousand increments at once are a thousand: ${model}`, async (t) => {
    const server = await serve(t, [], { cwd: subject(t, counting, classes) });
    const ask = client(t, server);
    const kinds = ["plain", "section", "transaction"];
    const asked = Array.from({ length: 1000 }, (_, i) => ask(`/${kinds[i % kinds.length]}`));
    const between = Array.from({ length: 100 }, () => ask("/rolledBack"));
    for (const { status, text } of await Promise.all([...asked, ...between])) {
      assert.equal(status, 200, text);
    }
    assert.equal(await server.text("/"), "1000");
    // So says the store, too.
    assert.equal((await server.fetch("/forget")).status, 500);
    assert.equal(await server.text("/"), "1000");
  });
}

// ---- Sections ----

const sections = `
  import { DurableObject } from "cloudflare:workers";

  export class Subject extends DurableObject {
    log = [];
    get self() {
      return this.env.SUBJECTS.get(this.ctx.id);
    }
    async section(name, ms) {
      await this.ctx.blockConcurrencyWhile(async () => {
        this.log.push("in " + name);
        await scheduler.wait(ms);
        this.log.push("out " + name);
      });
    }
    event(name) {
      this.log.push(name);
    }
    read() {
      return this.log;
    }

    // Calls through one object after the other, the last of which answers.
    async call(names, how) {
      const [next, ...rest] = names;
      if (next === undefined) return "the end of " + this.ctx.id.name;
      const call = () => this.env.SUBJECTS.getByName(next).call(rest, how);
      if (how !== "section") return await call();
      return await this.ctx.blockConcurrencyWhile(call);
    }
    // Waits, in a section, for what began outside of it.
    async outside() {
      const outside = scheduler.wait(5);
      await this.ctx.blockConcurrencyWhile(() => outside);
    }
  }

  export default {
    async fetch(request, env) {
      const url = new URL(request.url);
      const names = url.searchParams.get("names")?.split(",") ?? [];
      const subject = env.SUBJECTS.getByName(names[0] ?? "a");
      try {
        switch (url.pathname) {
          case "/order":
            await Promise.all([
              ...[0, 1, 2, 3, 4].map((i) => subject.section(i, 5 - i)),
              ...[0, 1, 2].map((i) => subject.event("event " + i)),
              subject.section(5, 0),
            ]);
            return Response.json(await subject.read());
          case "/call":
            return Response.json(await subject.call(names.slice(1), url.searchParams.get("how")));
          case "/outside":
            return Response.json(await subject.outside());
        }
      } catch ({ message, durableObjectReset }) {
        return Response.json({ message, durableObjectReset }, { status: 500 });
      }
    },
  };`;

describe("sections", { concurrency: true }, () => {
  test("come one after the other, and nothing within them", async (t) => {
    const server = await serve(t, [], { cwd: subject(t, sections) });
    const log = JSON.parse(await server.text("/order"));
    const of = (what) => log.filter((line) => what.test(line));
    const pairs = [0, 1, 2, 3, 4, 5].flatMap((i) => [`in ${i}`, `out ${i}`]);
    assert.deepEqual(of(/in|out/), pairs);
    assert.deepEqual(of(/event/), ["event 0", "event 1", "event 2"]);
    for (const [i, line] of log.entries()) {
      if (line.startsWith("in")) assert.equal(log[i + 1], line.replace("in", "out"));
    }
  });

  test("an object may call itself, and be called by what it calls", async (t) => {
    const server = await serve(t, [], { cwd: subject(t, sections) });
    for (const [names, end] of [
      ["a,a", "a"],
      ["a,a,a,a", "a"],
      ["a,b,a", "a"],
      ["a,b,c,a,b,c", "c"],
    ]) {
      assert.equal(await server.text(`/call?names=${names}`), `"the end of ${end}"`);
    }
    assert.equal(await server.text("/call?names=a,b,c&how=section"), '"the end of c"');
  });

  for (const [what, path] of [
    ["calls its object", "/call?names=a,a&how=section"],
    ["calls who calls its object", "/call?names=a,b,a&how=section"],
    ["waits for what began outside", "/outside"],
  ]) {
    test(`IG-36: one that ${what} ends after 30 seconds, with its object`, async (t) => {
      const server = await serve(t, [], { cwd: subject(t, sections) });
      const begin = Date.now();
      const signal = AbortSignal.timeout(kSectionPatienceMs);
      const response = await server.fetch(path, { signal });
      assert.deepEqual(await response.json(), {
        message:
          "A call to blockConcurrencyWhile() in a Durable Object waited for too long. The call " +
          "was canceled and the Durable Object was reset.",
        durableObjectReset: true,
      });
      // By a clock that is not the one that the server went by.
      assert.ok(Date.now() - begin > kSectionMs - 100);
      assert.equal(await server.text("/call?names=a,b,a"), '"the end of a"');
    });
  }
});

// ---- Replacement ----

// Each instance counts in memory: were there two of an object, one would count what the other has.
const versions = (number) => `
  import { DurableObject } from "cloudflare:workers";

  export class Subject extends DurableObject {
    constructor(ctx, env) {
      super(ctx, env);
      ctx.blockConcurrencyWhile(async () => {
        this.count = (await ctx.storage.get("count")) ?? 0;
      });
    }
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/read") return Response.json(await this.ctx.storage.get("count"));
      if (pathname === "/slow") await scheduler.wait(Math.random() * 20);
      const count = ++this.count;
      this.ctx.storage.put("count", count);
      return Response.json([count, ${number}]);
    }
  }
  export default {
    fetch(request, env) {
      const name = new URL(request.url).searchParams.get("name");
      return env.SUBJECTS.getByName(name).fetch(request);
    },
  };`;

const slow = (version) => `
  import { DurableObject } from "cloudflare:workers";

  export class Subject extends DurableObject {
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const { storage } = this.ctx;
      if (pathname !== "/") {
        storage.put("begun", pathname);
        console.log("begun " + pathname);
        await scheduler.wait(Number(pathname.slice(1)));
        storage.put("ended", pathname);
      }
      const ended = await storage.get("ended");
      return Response.json([${version}, await storage.get("begun"), ended ?? null]);
    }
  }
  export default {
    async fetch(request, env) {
      try {
        return await env.SUBJECTS.getByName("only").fetch(request);
      } catch ({ message, durableObjectReset }) {
        return Response.json({ message, durableObjectReset }, { status: 500 });
      }
    },
  };`;

describe("an event that runs while its code is replaced", { concurrency: true }, () => {
  for (const [what, ms, answer, after] of [
    ["ends on the old one, before those that wait", 1000, [1, "/1000", "/1000"], "/1000"],
    [
      "is ended after five seconds",
      60_000,
      { message: "Durable Object reset because its code was updated.", durableObjectReset: true },
      null,
    ],
  ]) {
    test(what, async (t) => {
      const folder = subject(t, slow(1));
      const server = await serve(t, [], { cwd: folder });
      const running = server.fetch(`/${ms}`);
      await server.waitFor("stderr", /begun/);
      writeFileSync(join(folder, "worker.js"), slow(2));
      server.signal("SIGHUP");
      await server.waitFor("stderr", /Reloaded/);
      const next = server.fetch("/");
      assert.deepEqual(await (await running).json(), answer);
      assert.deepEqual(await (await next).json(), [2, `/${ms}`, after]);
    });
  }
});

for (const [model, classes] of models) {
  test(`${replacements} new versions of the code, and no event is lost or doubled: ${model}`, async (t) => {
    const folder = subject(t, versions(0), classes);
    const server = await serve(t, [], { cwd: folder });
    const ask = client(t, server);
    const names = ["a", "b", "c"];
    const counts = new Map(names.map((name) => [name, []]));
    const seen = new Set();
    let stopping = false;
    const load = Array.from({ length: 12 }, async (_, i) => {
      const name = names[i % names.length];
      while (!stopping) {
        const { status, text } = await ask(`/${i % 2 ? "fast" : "slow"}?name=${name}`);
        assert.equal(status, 200, text);
        const [count, version] = JSON.parse(text);
        counts.get(name).push(count);
        seen.add(version);
      }
    });
    const replacing = (async () => {
      for (let number = 1; number <= replacements; ++number) {
        const said = server.stderr.length;
        writeFileSync(join(folder, "worker.js"), versions(number));
        server.signal("SIGHUP");
        await server.waitFor("stderr", /Reloaded/, said);
        await pause(Math.random() * 5);
      }
    })();
    // What fails ends the test at once.
    await Promise.race([replacing, Promise.all(load)]);
    stopping = true;
    await Promise.all(load);
    for (const [name, confirmed] of counts) {
      confirmed.sort((a, b) => a - b);
      assert.deepEqual(confirmed, Array.from(confirmed, (_, i) => i + 1));
      const { text } = await ask(`/read?name=${name}`);
      assert.equal(text, String(confirmed.length));
    }
    t.diagnostic(`${seen.size} versions answered ${[...counts.values()].flat().length} requests`);
    assert.ok(seen.size > 1);
  });
}
