// Where Workers depart from the web's standards on purpose, lathe goes with Workers: the tables hold what the peer has
// answered (tests/data/workerd-answers/ask.mjs asks it again).
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { ask, expressionWorker, kDate, readTable, wireWorker } from "../data/workerd-answers/worker.mjs";
import { serveFiles, worker } from "./lathe.mjs";

const config = { compatibility_date: kDate };
const wanted = (row) => row.lathe ?? row.peer;

describe("as workerd answers", () => {
  test("what an expression comes to", async (t) => {
    const rows = readTable("expressions");
    const server = await serveFiles(t, worker(expressionWorker(rows), config));
    const outcomes = await (await server.fetch("/")).json();
    for (const [i, row] of rows.entries()) {
      await t.test(row.expression, () => assert.equal(outcomes[i], wanted(row)));
    }
  });

  test("what is on the wire", async (t) => {
    const rows = readTable("wire");
    const server = await serveFiles(t, worker(wireWorker(rows), config));
    for (const [i, row] of rows.entries()) {
      const name = [row.method ?? "GET", ...(row.headers ?? []), row.handler].join(" ");
      await t.test(name, async () => assert.deepEqual(await ask(server.port, i, row), wanted(row)));
    }
  });

  test("every other answer of lathe's has its reason", () => {
    for (const row of [...readTable("expressions"), ...readTable("wire")]) {
      assert.equal("lathe" in row, "why" in row, JSON.stringify(row));
      if ("lathe" in row) assert.notDeepEqual(row.lathe, row.peer);
    }
  });
});
