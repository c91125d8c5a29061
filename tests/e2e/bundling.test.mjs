// TypeScript, JSX and packages as they lie on the disk: what is bundled and what is not, what is told of failures,
// reloads, and the cache.

import assert from "node:assert/strict";
import { chmodSync, copyFileSync, linkSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";

import { binary, pause, project, ready, run, start, write } from "./lathe.mjs";

const typed = `interface Greeting { text: string }
const greeting: Greeting = { text: "typed" };
export default { fetch: (): Response => new Response(greeting.text) };
`;

// A folder of node_modules: {"name": {"file": text}}.
const packages = (all, folder = "node_modules") =>
  Object.fromEntries(
    Object.entries(all).flatMap(([name, files]) =>
      Object.entries(files).map(([file, text]) => [
        `${folder}/${name}/${file}`,
        typeof text === "string" ? text : JSON.stringify(text),
      ]),
    ),
  );

const config = (main, more = {}) => ({
  "wrangler.json": JSON.stringify({ name: "w", main, compatibility_date: "2026-08-04", ...more }, null, 2),
});

// What `lathe fetch` prints; stderr has to be empty.
async function fetched(t, files, args = [], options = {}) {
  const cwd = project(t, files);
  const { code, stdout, stderr } = await run(["fetch", ...args], { cwd, ...options });
  assert.equal(stderr, "");
  assert.equal(code, 0);
  return stdout;
}

// The processes of esbuild that a lathe has started.
function esbuildsOf(pid) {
  return readdirSync("/proc").filter((name) => {
    try {
      const [, parent] = /^\d+ \(.*\) \w (\d+)/s.exec(readFileSync(`/proc/${name}/stat`, "utf8"));
      return Number(parent) === pid && readFileSync(`/proc/${name}/cmdline`, "utf8").includes("--service=");
    } catch {
      return false;
    }
  });
}

async function until(condition) {
  for (let i = 0; i < 3000; ++i) {
    if (await condition()) return;
    await pause(10);
  }
  assert.fail("it never came to pass");
}

// A lathe in a folder of its own, with the esbuild that `make` puts beside it.
function moved(t, make) {
  const folder = project(t, { "bin/.keep": "" });
  const bin = join(folder, "bin");
  for (const name of ["lathe", "liblathe.so"]) {
    try {
      linkSync(join(dirname(binary), name), join(bin, name));
    } catch {
      copyFileSync(join(dirname(binary), name), join(bin, name));
    }
  }
  make(join(bin, "esbuild"));
  return join(bin, "lathe");
}

describe("a script alone", () => {
  test("may be TypeScript", async (t) => {
    assert.equal(await fetched(t, { "app.ts": typed }, ["app.ts", "--compatibility-date", "2026-08-01"]), "typed");
  });

  test("may be TSX, whose factory a comment or an option names", async (t) => {
    const script = (pragma) => `${pragma}
      const h = (tag: string, _: unknown, ...inner: string[]) => "<" + tag + ">" + inner.join("");
      export default { fetch: () => new Response(<p>{"a" as string}</p>) };`;
    const args = ["--compatibility-date", "2026-08-01"];
    assert.equal(await fetched(t, { "app.tsx": script("/** @jsx h */") }, ["app.tsx", ...args]), "<p>a");
    assert.equal(await fetched(t, { "app.tsx": script("") }, ["app.tsx", "--jsx-factory", "h", ...args]), "<p>a");
  });

  test("may come over standard input", async (t) => {
    const cwd = project(t, { "part.ts": `export const part: string = "part";` });
    for (const [script, want] of [
      [typed, "typed"],
      [`import { part } from "./part"; export default { fetch: () => new Response(part) };`, "part"],
      [`export default { fetch: () => { throw new Error("here"); } };`, /Error: here\n +at Object\.fetch \(stdin\.ts:1:39\)/],
    ]) {
      const server = start(t, ["serve", "-", "--port", "0"], { cwd, stdin: "pipe" });
      server.stdin.end(script);
      await ready(server);
      const text = await server.text();
      if (typeof want === "string") assert.equal(text, want);
      else assert.match(text, want);
      await server.stop();
    }
  });
});

describe("what does not need esbuild", () => {
  const plain = {
    "worker.js": `import text from "./a.txt"; import { b } from "./lib/b.js"; import { ok } from "node:assert";
      export default { fetch: () => new Response(text + b + typeof ok) };`,
    "a.txt": "text ",
    "lib/b.js": `/** @typedef {import("left-pad").Pad} Pad */ export const b = "b ";`,
    ...config("worker.js"),
  };

  test("is loaded without it", async (t) => {
    const lathe = moved(t, () => {});
    assert.equal(await fetched(t, plain, [], { binary: lathe }), "text b function");
  });

  test("is told what is missing when it begins to", async (t) => {
    const lathe = moved(t, () => {});
    const cwd = project(t, { ...plain, "lib/b.js": `import "left-pad"; export const b = 1;` });
    const { code, stderr } = await run(["check"], { cwd, binary: lathe });
    assert.equal(code, 1);
    assert.match(stderr, /esbuild 0\.\d+\.\d+, which bundles TypeScript and packages, is missing: .* beside this program, at .*bin\/esbuild/);
  });

  test("stays as it is with no_bundle, and TypeScript is refused", async (t) => {
    const files = { ...plain, ...config("worker.js", { no_bundle: true, define: { b: "1" } }) };
    assert.equal(await fetched(t, files), "text b function");
    const cwd = project(t, { "app.ts": typed, ...config("app.ts", { no_bundle: true }) });
    const { code, stderr } = await run(["check"], { cwd });
    assert.equal(code, 1);
    assert.match(stderr, /app\.ts: TypeScript and JSX are translated when a script is bundled, and this one is taken as it lies/);
  });
});

describe("an esbuild beside lathe", () => {
  for (const [what, make, pattern] of [
    ["that is of another version", (path) => writeFileSync(path, `#!/bin/sh\nprintf '\\006\\000\\000\\0000.1.99'; sleep 60`, { mode: 0o755 }),
      /not the one that belongs to it, 0\.\d+\.\d+: it is of version 0\.1\.99/],
    ["that ends at once", (path) => writeFileSync(path, "#!/bin/sh\nexit 3", { mode: 0o755 }),
      /esbuild has ended while it bundled worker\.ts: it ended with exit code 3; it is started again\n[^]*error: esbuild has ended/],
    ["that speaks nonsense", (path) => writeFileSync(path, `#!/bin/sh\nexec sed -u 's/^.*$/nonsense/' </dev/zero`, { mode: 0o755 }), null],
    ["that cannot be run", (path) => { writeFileSync(path, "text"); chmodSync(path, 0o644); }, /esbuild, at .*, cannot be started: Permission denied/],
  ]) {
    if (pattern === null) continue;
    test(`${what} is told`, async (t) => {
      const lathe = moved(t, make);
      const cwd = project(t, { "worker.ts": typed, ...config("worker.ts") });
      const { code, stderr } = await run(["check"], { cwd, binary: lathe, env: { XDG_CACHE_HOME: join(cwd, "cache") } });
      assert.equal(code, 1);
      assert.match(stderr, pattern);
    });
  }

  test("ends with lathe, also when that is killed", async (t) => {
    const cwd = project(t, { "worker.ts": typed, ...config("worker.ts") });
    const env = { XDG_CACHE_HOME: join(cwd, "cache") };
    for (const signal of ["SIGTERM", "SIGKILL"]) {
      const server = await ready(start(t, ["dev", "--port", "0"], { cwd, env }));
      write(cwd, { "worker.ts": typed.replace('"typed"', `"${signal}"`) });
      await server.waitFor("stderr", /Reloaded worker\.ts/);
      const [esbuild, ...others] = esbuildsOf(server.pid);
      assert.ok(esbuild);
      assert.deepEqual(others, []);
      await server.stop(signal);
      await until(() => {
        try {
          return readFileSync(`/proc/${esbuild}/stat`, "utf8").includes(") Z ");
        } catch {
          return true;
        }
      });
    }
  });

  test("is started again when it has ended", async (t) => {
    const cwd = project(t, { "worker.ts": typed, ...config("worker.ts") });
    const server = await ready(start(t, ["dev", "--port", "0"], { cwd, env: { XDG_CACHE_HOME: join(cwd, "cache") } }));
    for (const text of ["first", "second"]) {
      write(cwd, { "worker.ts": typed.replace("typed", text) });
      await until(async () => (await server.text()) === text);
      for (const pid of esbuildsOf(server.pid)) process.kill(Number(pid), "SIGKILL");
    }
    write(cwd, { "worker.ts": typed.replace("typed", "third") });
    await until(async () => (await server.text()) === "third");
  });
});

describe("packages", () => {
  const use = `import name from "pk"; export default { fetch: () => new Response(String(name)) };`;
  const table = {
    "of ES modules": { pk: { "package.json": { exports: "./i.mjs" }, "i.mjs": `export default "esm";` } },
    "of CommonJS": { pk: { "package.json": { main: "./i.js" }, "i.js": `module.exports = "cjs";` } },
    "of CommonJS made from ES modules": {
      pk: { "package.json": { main: "./i.js" }, "i.js": `exports.__esModule = true; exports.default = "interop";` },
    },
    "with conditions": {
      pk: {
        "package.json": {
          exports: { ".": { node: "./n.js", workerd: "./w.js", worker: "./x.js", browser: "./b.js", default: "./d.js" } },
        },
        "w.js": `export default "workerd";`,
      },
    },
    "for browsers": {
      pk: { "package.json": { main: "./m.js", module: "./e.js", browser: "./b.js" }, "b.js": `export default "browser";` },
    },
    "that import others, themselves and what is internal": {
      pk: {
        "package.json": { name: "pk", exports: { ".": "./i.js", "./own": "./own.js" }, imports: { "#in": "./in.js" } },
        "i.js": `import own from "pk/own"; import within from "#in"; import other from "@scope/other"; export default own + within + other;`,
        "own.js": `export default "own";`,
        "in.js": `export default "in";`,
      },
      "@scope/other": { "index.js": `module.exports = "other";` },
    },
    "that leave files out for browsers": {
      pk: {
        "package.json": { main: "./i.js", browser: { fs: false, "./node.js": "./browser.js" } },
        "i.js": `module.exports = Object.keys(require("fs")).length + require("./node.js");`,
        "browser.js": `module.exports = "browser";`,
      },
    },
    "with text beside them": { pk: { "i.js": "", "index.js": `export { default } from "./t.txt";`, "t.txt": "a text" } },
  };
  const wanted = ["esm", "cjs", "interop", "workerd", "browser", "owninother", "0browser", "a text"];
  for (const [i, [what, all]] of Object.entries(table).entries()) {
    test(what, async (t) => {
      // What a package leaves out is left out where Node's modules are not there.
      const more = what.includes("leave") ? { compatibility_flags: ["no_nodejs_compat"] } : {};
      assert.equal(await fetched(t, { "worker.js": use, ...config("worker.js", more), ...packages(all) }), wanted[i]);
    });
  }

  test("behind symbolic links, as pnpm and workspaces lay them", async (t) => {
    const cwd = project(t, {
      "apps/w/worker.ts": use,
      ...packages({ pk: { "index.js": `export { default } from "dep";` } }, ".store/pk@1/node_modules"),
      ...packages({ dep: { "index.js": `export default "stored";` } }, ".store/dep@1/node_modules"),
    });
    write(cwd, Object.fromEntries(Object.entries(config("worker.ts")).map(([name, text]) => [`apps/w/${name}`, text])));
    mkdirSync(join(cwd, "apps/w/node_modules"));
    symlinkSync("../../../.store/pk@1/node_modules/pk", join(cwd, "apps/w/node_modules/pk"));
    symlinkSync("../../dep@1/node_modules/dep", join(cwd, ".store/pk@1/node_modules/dep"));
    const { stdout, stderr } = await run(["fetch"], { cwd: join(cwd, "apps/w") });
    assert.deepEqual([stdout, stderr], ["stored", ""]);
  });

  test("called as Node's modules are, which are the runtime's", async (t) => {
    const files = { "worker.ts": `import { equal } from "assert"; import name from "pk"; export default { fetch: () => new Response(typeof equal + name) };`,
      ...packages({ pk: { "index.js": `module.exports = typeof require("node:assert").equal;` }, assert: { "index.js": `export const equal = 1;` } }) };
    assert.equal(await fetched(t, { ...files, ...config("worker.ts") }), "functionfunction");
  });

  test("an alias leads to a package, wherever it is imported", async (t) => {
    const files = {
      "worker.js": `import a from "left"; import b from "pk"; export default { fetch: () => new Response(a + b) };`,
      ...packages({ pk: { "index.js": `export { default } from "left";` }, right: { "index.js": `export default "right";` } }),
    };
    assert.equal(await fetched(t, { ...files, ...config("worker.js", { alias: { left: "right" } }) }), "rightright");
  });
});

describe("additional modules", () => {
  test("are there for what is imported by a name that is made", async (t) => {
    const files = {
      "src/worker.ts": `export default { async fetch(request: Request) {
        const name = new URL(request.url).pathname.slice(1);
        const module = await import("./words/" + name + ".mjs");
        return new Response(module.default);
      } };`,
      "src/words/a.mjs": `import b from "./b.mjs"; export default "a" + b;`,
      "src/words/b.mjs": `export default "b";`,
      ...config("src/worker.ts", { find_additional_modules: true, rules: [{ type: "ESModule", globs: ["**/*.mjs"] }] }),
    };
    assert.equal(await fetched(t, files, ["/a"]), "ab");
  });
});

describe("bad input", () => {
  const table = [
    ["a package that is not installed", { "worker.ts": `import { z } from "zod"; z();` },
      /worker\.ts:1:19: Could not resolve "zod": there is no node_modules .*; install it with: npm install zod/],
    ["one that package.json lists", { "worker.ts": `import "@a/b/c";`, "package.json": `{"dependencies":{"@a/b":"1"}}`, "node_modules/x/index.js": "" },
      /Could not resolve "@a\/b\/c": the package is not in node_modules; it stands in package\.json, so install it with: npm install/],
    ["a path that exports forbids", { "worker.ts": `import "pk/secret";`, ...packages({ pk: { "package.json": { name: "pk", exports: "./i.js" }, "secret.js": "" } }) },
      /worker\.ts:1:8: Could not resolve "pk\/secret"\n +node_modules\/pk\/package\.json:1:\d+: The path "\.\/secret" is not exported by package "pk"/],
    ["a native addon", { "worker.ts": `import "pk";`, ...packages({ pk: { "package.json": { main: "a.node" }, "a.node": "" } }) },
      /worker\.ts:1:8: No loader is configured for "\.node" files: .*: it is a native addon, made for Node, which cannot run in a worker/],
    ["a syntax error in a package", { "worker.ts": `import "pk";`, ...packages({ pk: { "index.js": "let ü = ;" } }) },
      /node_modules\/pk\/index\.js:1:9: Unexpected ";"/],
    ["a tsconfig that is no JSON", { "worker.ts": typed, "tsconfig.json": `{\n  nothing\n}` }, /tsconfig\.json:2:3: Expected string in JSON but found "nothing"/],
    ["a syntax error, with the line", { "worker.ts": `const a: string = "😀"; let b:: number;\nexport default {};` },
      /worker\.ts:1:31: [^\n]*\n> 1 \| const a: string = "😀"; let b:: number;/],
    ["a cycle that needs what is not there yet",
      { "worker.ts": `import { B } from "./b"; export class A {} export default { B };`, "b.ts": `import { A } from "./worker";\nexport class B extends A {}` },
      /b\.ts:2:\d+: Uncaught TypeError: Class extends value undefined/],
    ["a main script that is not there", {}, /worker\.ts/],
  ];
  for (const [what, files, pattern] of table) {
    test(what, async (t) => {
      const cwd = project(t, { ...files, ...config("worker.ts") });
      const { code, stdout, stderr } = await run(["check"], { cwd });
      assert.equal(code, 1, stdout + stderr);
      assert.match(stderr, pattern);
    });
  }

  test("a module of Node that lathe lacks is named when it is used", async (t) => {
    const cwd = project(t, { "worker.ts": `import { join } from "path"; export default { fetch: () => new Response(String(join("a"))) };`, ...config("worker.ts") });
    const { stdout } = await run(["fetch"], { cwd });
    assert.match(stdout, /^a$|not implemented in lathe: node:path/);
  });
});

describe("reloads", () => {
  const develop = async (t, files, args = []) => {
    const cwd = project(t, files);
    const server = await ready(start(t, ["dev", "--port", "0", ...args], { cwd, env: { XDG_CACHE_HOME: join(cwd, "cache") } }));
    return { cwd, server };
  };
  const using = (specifier) => `import { value } from "${specifier}"; export default { fetch: () => new Response(value as string) };`;

  test("follow every file that went in, packages and tsconfig.json included", async (t) => {
    const { cwd, server } = await develop(t, {
      "src/worker.ts": using("@lib"),
      "lib/index.ts": `export { value } from "pk";`,
      "other/index.ts": `export const value = "other";`,
      "tsconfig.json": `{ "extends": "./base.json" }`,
      "base.json": `{ "compilerOptions": { "paths": { "@lib": ["./lib/index.ts"] } } }`,
      ...packages({ pk: { "index.js": `export const value = "one";` } }),
      ...config("src/worker.ts"),
    });
    assert.equal(await server.text(), "one");
    write(cwd, { "node_modules/pk/index.js": `export const value = "two";` });
    await until(async () => (await server.text()) === "two");
    write(cwd, { "base.json": `{ "compilerOptions": { "paths": { "@lib": ["./other/index.ts"] } } }` });
    await until(async () => (await server.text()) === "other");
  });

  test("a save that fails leaves the version before, and tells; what mends it is heard", async (t) => {
    const { cwd, server } = await develop(t, { "worker.ts": using("./part"), "part.ts": `export const value = "one";`, ...config("worker.ts") });
    assert.equal(await server.text(), "one");
    write(cwd, { "part.ts": `export const value = ;` });
    await server.waitFor("stderr", /error: part\.ts:1:22: Unexpected ";"\n> 1 \| export const value = ;/);
    assert.equal(await server.text(), "one");
    write(cwd, { "part.ts": `export const value = "two";` });
    await until(async () => (await server.text()) === "two");
  });

  test("a first version that fails is mended in any of its files", async (t) => {
    const { cwd, server } = await develop(t, { "worker.ts": using("./a"), "a.ts": `export { value } from "./b";`, "b.ts": "let", ...config("worker.ts") });
    assert.equal((await server.fetch()).status, 500);
    write(cwd, { "b.ts": `export const value = "mended";` });
    await until(async () => (await server.text()) === "mended");
  });

  test("the package that is missing is installed", async (t) => {
    const { cwd, server } = await develop(t, { "worker.ts": using("pk"), ...config("worker.ts") });
    assert.match(await server.text(), /Could not resolve "pk"/);
    write(cwd, packages({ pk: { "package.json": { main: "i.js" }, "i.js": `export const value = "installed";` } }));
    await until(async () => (await server.text()) === "installed");
  });

  test("a file that was missing comes", async (t) => {
    const { cwd, server } = await develop(t, { "worker.ts": using("./later"), ...config("worker.ts") });
    assert.match(await server.text(), /Could not resolve "\.\/later"/);
    write(cwd, { "later/index.ts": `export const value = "came";` });
    await until(async () => (await server.text()) === "came");
  });

  test("a warning is told once", async (t) => {
    const { cwd, server } = await develop(t, { "worker.ts": `export default { fetch: (r: unknown) => new Response(typeof r === "nmber" ? "" : "one") };`, ...config("worker.ts") });
    for (const text of ["two", "three"]) {
      write(cwd, { "worker.ts": `export default { fetch: (r: unknown) => new Response(typeof r === "nmber" ? "" : "${text}") };` });
      await until(async () => (await server.text()) === text);
    }
    assert.equal(server.stderr.match(/warning: worker\.ts:1:\d+: The "typeof" operator/g).length, 1);
  });
});

describe("the cache", () => {
  const files = { "worker.ts": using("./part"), "part.ts": `export const value = "one";`, ...config("worker.ts") };
  function using(specifier) {
    return `import { value } from "${specifier}"; export default { fetch: () => new Response(value as string) };`;
  }
  const bundles = (cwd) => join(cwd, ".cache/lathe/bundles");
  const entries = (cwd) => {
    try {
      return readdirSync(bundles(cwd));
    } catch {
      return [];
    }
  };
  const fetchIn = (cwd, options = {}) => run(["fetch"], { cwd, env: { XDG_CACHE_HOME: join(cwd, ".cache") }, ...options });

  // What has just been written is not kept: it may be written again unnoticed.
  const warm = async (t, more = {}) => {
    const cwd = project(t, { ...files, ...more });
    await until(async () => {
      assert.equal((await fetchIn(cwd)).stdout, "one");
      return entries(cwd).length === 1;
    });
    return cwd;
  };

  test("saves the next start from esbuild, until something changes", async (t) => {
    const cwd = await warm(t);
    const without = moved(t, () => {});
    assert.equal((await fetchIn(cwd, { binary: without })).stdout, "one");
    write(cwd, { "part.ts": `export const value = "two";` });
    assert.match((await fetchIn(cwd, { binary: without })).stderr, /esbuild .* is missing/);
    assert.equal((await fetchIn(cwd)).stdout, "two");
  });

  for (const [what, change, want] of [
    ["a file that comes before in the order of names", { "part.tsx": `export const value = "tsx";` }, "tsx"],
    ["a tsconfig.json", { "tsconfig.json": `{"compilerOptions": {"paths": {"./part": ["./worker.ts"], "x": []}}}` }, null],
    ["a define", config("worker.ts", { define: { value: '"defined"' } }), null],
  ]) {
    test(`is passed over after ${what}`, async (t) => {
      const cwd = await warm(t);
      write(cwd, change);
      const without = moved(t, () => {});
      assert.match((await fetchIn(cwd, { binary: without })).stderr, /esbuild .* is missing/);
      if (want) assert.equal((await fetchIn(cwd)).stdout, want);
    });
  }

  test("is made anew where it is broken", async (t) => {
    const cwd = await warm(t);
    const entry = join(bundles(cwd), entries(cwd)[0]);
    const whole = readFileSync(entry);
    for (const broken of ["", "{}\n", "nonsense", whole.subarray(0, whole.length / 2), Buffer.concat([whole, whole]), whole.toString().replace("one", "eno")]) {
      writeFileSync(entry, broken);
      const { code, stdout, stderr } = await fetchIn(cwd);
      assert.deepEqual([code, stdout, stderr], [0, "one", ""]);
    }
  });

  test("is done without where it cannot be kept", async (t) => {
    const cwd = project(t, { ...files, "file": "" });
    for (const folder of [join(cwd, "file"), "/proc/nowhere", "/dev/full"]) {
      const { code, stdout, stderr } = await run(["fetch"], { cwd, env: { XDG_CACHE_HOME: folder } });
      assert.deepEqual([code, stdout, stderr], [0, "one", ""]);
    }
  });

  test("has entries of files that are gone", async (t) => {
    const cwd = await warm(t);
    rmSync(join(cwd, "part.ts"));
    const { code, stderr } = await fetchIn(cwd);
    assert.equal(code, 1);
    assert.match(stderr, /Could not resolve "\.\/part"/);
  });
});

describe("places", () => {
  test("of exceptions and console messages are those of the source", async (t) => {
    const cwd = project(t, {
      "worker.ts": `import { fail } from "pk";
type A = { a: number };
export default {
  fetch(request: Request) {
    const unused: A | undefined = undefined;
    console.log("said");
    if (request.url.endsWith("/pk")) fail(unused);
    throw new Error("here");
  },
};
`,
      // As a package comes that was made from TypeScript, with its map.
      ...packages({
        pk: {
          "index.js": `export function fail(x){throw new TypeError("within")}\n//# sourceMappingURL=index.js.map\n`,
          "index.js.map": { version: 3, sources: ["src/index.ts"], names: [], mappings: "AAEA,SAAS,OAAI,CAAC" },
        },
      }),
      ...config("worker.ts"),
    });
    const server = await ready(start(t, ["dev", "--port", "0"], { cwd, env: { XDG_CACHE_HOME: join(cwd, "cache") } }));
    assert.match(await server.text(), /Error: here\n +at Object\.fetch \(worker\.ts:8:11\)/);
    await server.waitFor("stderr", /said {2}worker\.ts:6:13/);
    await server.waitFor("stderr", /> 8 \| {5}throw new Error\("here"\);/);
    assert.match(await server.text("/pk"), /TypeError: within\n +at fail \(node_modules\/pk\/src\/index\.ts:3:\d+\)\n +at Object\.fetch \(worker\.ts:7:38\)/);
  });

  test("of a top level, and of a test that fails", async (t) => {
    const cwd = project(t, {
      "top.ts": `const a: number = 1;\n\nnull!.x;\nexport default {};`,
      "test.ts": `type A = 1;\nexport const fails = { test() {\n  throw new RangeError("failed");\n} };`,
      ...config("test.ts"),
    });
    const { stderr } = await run(["check", "top.ts"], { cwd });
    assert.match(stderr, /top\.ts:3:\d+: Uncaught TypeError: Cannot read properties of null/);
    const { code, stdout } = await run(["test", "wrangler.json"], { cwd });
    assert.equal(code, 5);
    assert.match(stdout, /RangeError: failed\n +at Object\.test \(test\.ts:3:9\)/);
  });
});
