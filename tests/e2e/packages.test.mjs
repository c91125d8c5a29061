// Packages of npm, each imported and used by a worker that is written in TypeScript. Their versions are locked in
// tests/packages; they are installed into the build folder when they are needed first.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { before, describe, test } from "node:test";

import { project, root, run } from "./lathe.mjs";

const source = join(root, "tests/packages");
const installed = resolve(process.env.LATHE_BUILD ?? join(root, "build"), "test-packages");

function install() {
  const lock = createHash("sha256").update(readFileSync(join(source, "package-lock.json"))).digest("hex");
  const stamp = join(installed, ".installed");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  rmSync(installed, { recursive: true, force: true });
  mkdirSync(installed, { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) copyFileSync(join(source, name), join(installed, name));
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: installed, stdio: "pipe" });
  writeFileSync(stamp, lock);
}

// By package: the script of a worker, what it answers as JSON, and the expression for that when it is not `value`.
// A package that asks for what lathe does not have yet stands in `needs`, with that; it leaves when that is there.
const needs = { effect: "process", lodash: "Buffer" };
const table = {
  "@noble/hashes": [`import { sha256 } from "@noble/hashes/sha2.js"; import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
    const value = bytesToHex(sha256(utf8ToBytes("abc"))).slice(0, 8);`, "ba7816bf"],
  "date-fns": [`import { addDays, formatISO } from "date-fns";
    const value = formatISO(addDays(new Date(2026, 1, 27), 2), { representation: "date" });`, "2026-03-01"],
  "drizzle-orm": [`import { eq } from "drizzle-orm"; import { integer, QueryBuilder, sqliteTable, text } from "drizzle-orm/sqlite-core";
    const shops = sqliteTable("shops", { id: integer().primaryKey(), name: text().notNull() });
    const { sql, params } = new QueryBuilder().select({ name: shops.name }).from(shops).where(eq(shops.id, 7)).toSQL();
    const value = [sql, params];`, ['select "name" from "shops" where "shops"."id" = ?', [7]]],
  effect: [`import { Effect, pipe } from "effect";
    const value = await Effect.runPromise(pipe(Effect.succeed(20), Effect.map((n) => n + 1), Effect.flatMap((n) => Effect.succeed(n * 2))));`, 42],
  graphql: [`import { buildSchema, graphql } from "graphql";
    const { data } = await graphql({ schema: buildSchema("type Query { two: Int }"), source: "{ two }", rootValue: { two: () => 2 } });
    const value = { ...data };`, { two: 2 }],
  hono: [`/** @jsxRuntime automatic @jsxImportSource hono/jsx */
    import { Hono } from "hono"; import { html } from "hono/html"; import { HTTPException } from "hono/http-exception";
    const app = new Hono<{ Bindings: object }>();
    const Page = ({ name }: { name: string }) => <p class="a">{name} {"<&>"}</p>;
    app.get("/p/:name", (c) => c.html(<Page name={c.req.param("name")} />));
    app.get("/fails", () => { throw new HTTPException(418, { message: String(html\`<b>\${"<"}</b>\`) }); });
    const page = await app.request("/p/ada"), failed = await app.request("/fails");
    const value = [await page.text(), failed.status, await failed.text()];`,
  ['<p class="a">ada &lt;&amp;&gt;</p>', 418, "<b>&lt;</b>"]],
  immer: [`import { produce } from "immer";
    const before = { list: [1], other: {} }; const after = produce(before, (draft) => { draft.list.push(2); });
    const value = [before.list, after.list, before.other === after.other];`, [[1], [1, 2], true]],
  "itty-router": [`import { AutoRouter } from "itty-router";
    const router = AutoRouter(); router.get("/shops/:id", ({ id }) => ({ id }));
    const value = await (await router.fetch(new Request("http://a.b/shops/7"))).json();`, { id: "7" }],
  jose: [`import { base64url, decodeJwt, UnsecuredJWT } from "jose";
    const token = new UnsecuredJWT({ shop: 7 }).setIssuer("lathe").encode();
    const value = [decodeJwt(token), base64url.encode("a?")];`, [{ shop: 7, iss: "lathe" }, "YT8"]],
  lodash: [`import _ from "lodash"; import chunk from "lodash/chunk";
    const value = [_.kebabCase("FooBar"), chunk([1, 2, 3], 2), _.merge({ a: { b: 1 } }, { a: { c: 2 } })];`,
  ["foo-bar", [[1, 2], [3]], { a: { b: 1, c: 2 } }]],
  nanoid: [`import { nanoid } from "nanoid"; const make = () => nanoid(10).length;`, 10, "make()"],
  preact: [`/** @jsxRuntime automatic @jsxImportSource preact */
    import { render } from "preact-render-to-string"; import { useState } from "preact/hooks";
    function Counter({ from }: { from: number }) { const [count] = useState(from); return <b title="x">{count}</b>; }
    const value = render(<ul>{[1, 2].map((n) => <li key={n}><Counter from={n} /></li>)}</ul>);`,
  '<ul><li><b title="x">1</b></li><li><b title="x">2</b></li></ul>'],
  react: [`/** @jsxRuntime automatic @jsxImportSource react */
    import { createContext, use } from "react"; import { renderToStaticMarkup } from "react-dom/server.edge";
    const Theme = createContext("light"); const Named = () => <i>{use(Theme)}</i>;
    const value = renderToStaticMarkup(<Theme.Provider value="dark"><Named /></Theme.Provider>);`, "<i>dark</i>"],
  rxjs: [`import { firstValueFrom, from, map, toArray } from "rxjs";
    const value = await firstValueFrom(from([1, 2, 3]).pipe(map((n) => n * n), toArray()));`, [1, 4, 9]],
  superjson: [`import superjson from "superjson";
    const value = superjson.parse<{ when: Date }>(superjson.stringify({ when: new Date(0), set: new Set([1]) })).when.getTime();`, 0],
  ulid: [`import { ulid } from "ulid"; const make = () => ulid(1469918176385).slice(0, 10);`, "01ARYZ6S41", "make()"],
  uuid: [`import { v5, validate } from "uuid";
    const value = [v5("lathe", v5.URL), validate("x")];`, ["82557898-9f38-5fa5-b72e-2da58131b912", false]],
  valibot: [`import * as v from "valibot";
    const Shop = v.object({ name: v.pipe(v.string(), v.minLength(2)) });
    const value = [v.parse(Shop, { name: "ab" }), v.safeParse(Shop, { name: "a" }).success];`, [{ name: "ab" }, false]],
  zod: [`import { z } from "zod";
    const Shop = z.object({ name: z.string().min(2), open: z.coerce.boolean().default(true) });
    const value = [Shop.parse({ name: "ab" }), Shop.safeParse({ name: "a" }).error!.issues[0].path];`,
  [{ name: "ab", open: true }, ["name"]]],
};

describe("a worker uses", { concurrency: false }, () => {
  before(install, { timeout: 300_000 });
  for (const [name, [script, want, expression = "value"]] of Object.entries(table)) {
    test(name, async (t) => {
      const cwd = project(t, {
        "worker.tsx": `${script}\nexport default { fetch: async () => Response.json(${expression}) };\n`,
        "wrangler.json": JSON.stringify({ name: "w", main: "worker.tsx", compatibility_date: "2026-08-04" }),
      });
      symlinkSync(join(installed, "node_modules"), join(cwd, "node_modules"));
      const { code, stdout, stderr } = await run(["fetch"], { cwd });
      if (needs[name]) {
        assert.equal(code, 1, stdout + stderr);
        assert.match(stderr, new RegExp(`not implemented in lathe: ${needs[name]}\\b`));
        return;
      }
      assert.equal(code, 0, stdout + stderr);
      assert.deepEqual(JSON.parse(stdout), want);
    });
  }
});
