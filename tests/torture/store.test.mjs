// The store on the disk, killed while it writes, and on a disk that fails. `LATHE_BUILD` names the
// folder with the programs.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";

import { pause, root } from "../e2e/lathe.mjs";
import { rounds } from "./rounds.mjs";

const build = resolve(root, process.env.LATHE_BUILD ?? "build");
const program = join(build, "store-writer");
const failingFsync = join(build, "libfailing-fsync.so");
const kPatienceMs = 30_000;

function temporaryFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), "lathe-torture-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// A program that writes to the store in `folder`, and what it says: `confirmed` has the greatest number
// of each actor, `failures` the texts of what failed.
class Writer {
  confirmed = new Map();
  confirmations = 0;
  failures = [];
  #rest = "";
  #stderr = "";
  #child;

  constructor(t, folder, { durability = "fsync", env = {} } = {}) {
    this.#child = spawn(program, ["write", folder, durability], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout.setEncoding("utf8").on("data", (text) => this.#hear(text));
    this.#child.stderr.setEncoding("utf8").on("data", (text) => (this.#stderr += text));
    this.gone = new Promise((done) => this.#child.once("close", done));
    t.after(() => this.kill());
  }

  #hear(text) {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop(); // a line that was not finished was not said
    for (const line of lines) {
      const [, what, actor, number, why] = line.match(/^(\w+) (\d+) (\d+) ?(.*)$/);
      if (what === "failed") this.failures.push(why);
      else {
        assert.equal(what, "confirmed");
        const before = this.confirmed.get(actor) ?? 0;
        assert.ok(Number(number) > before, `${line} after ${before}`);
        this.confirmed.set(actor, Number(number));
        ++this.confirmations;
      }
    }
  }

  async until(condition) {
    const deadline = Date.now() + kPatienceMs;
    while (!condition()) {
      assert.equal(this.#child.exitCode, null, `it ended: ${this.#stderr}`);
      assert.ok(Date.now() < deadline, `it is stuck: ${this.#stderr}`);
      await pause(1);
    }
  }

  // Answers when all that it said has been heard.
  async kill() {
    this.#child.kill("SIGKILL");
    await this.gone;
  }
}

// What the store holds, by actor. Fails when a batch is there in part.
function stored(folder) {
  const { status, stdout, stderr } = spawnSync(program, ["check", folder], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stdout, /torn/);
  return new Map([...stdout.matchAll(/^stored (\d+) (\d+)$/gm)].map((m) => [m[1], Number(m[2])]));
}

function assertNothingMissing(folder, confirmed) {
  const numbers = stored(folder);
  for (const [actor, number] of confirmed) {
    assert.ok(
      numbers.get(actor) >= number,
      `actor ${actor}: ${number} was confirmed, ${numbers.get(actor)} is stored`,
    );
  }
}

for (const durability of ["fsync", "os"]) {
  test(`${durability}: whoever is killed has lost nothing that was confirmed, ${rounds} times`, async (t) => {
    const folder = join(temporaryFolder(t), "state");
    const confirmed = new Map();
    let confirmations = 0;
    for (let round = 0; round < rounds; ++round) {
      const writer = new Writer(t, folder, { durability });
      // Often at once, so that it is also met while it opens the file.
      if (round % 5 !== 4) await writer.until(() => writer.confirmations > 0);
      await pause(Math.random() * 200);
      await writer.kill();
      for (const [actor, number] of writer.confirmed) {
        assert.ok(number > (confirmed.get(actor) ?? 0), "it began again from an older state");
        confirmed.set(actor, number);
      }
      confirmations += writer.confirmations;
      // Not always: the next writer, too, opens what the last one left.
      if (round % 3 !== 2) assertNothingMissing(folder, confirmed);
    }
    assertNothingMissing(folder, confirmed);
    t.diagnostic(`${confirmations} batches were confirmed`);
    assert.ok(confirmations > rounds);
  });
}

test("while fsync fails nothing is confirmed, and when it does not all goes on", async (t) => {
  const folder = temporaryFolder(t);
  const state = join(folder, "state");
  const flag = join(folder, "fsync-fails");
  const env = { LD_PRELOAD: failingFsync, LATHE_FAILING_FSYNC: flag };
  const writer = new Writer(t, state, { env });
  for (let round = 0; round < 3; ++round) {
    const before = writer.confirmations;
    await writer.until(() => writer.confirmations > before + 20);
    writer.failures = [];
    writeFileSync(flag, "");
    await writer.until(() => writer.failures.length > 0);
    // A commit may have been through before the first one failed; from here on none is.
    const { confirmations } = writer;
    await writer.until(() => writer.failures.length > 50);
    assert.equal(writer.confirmations, confirmations);
    for (const why of writer.failures) {
      // The file may have been about to grow.
      assert.match(
        why,
        /^failed \S*\/state\/actors\.mdb cannot (be written|grow): Input\/output error$/,
      );
    }
    rmSync(flag);
  }
  const { confirmations } = writer;
  await writer.until(() => writer.confirmations > confirmations + 20);
  await writer.kill();
  assertNothingMissing(state, writer.confirmed);
});

test("whoever is killed while fsync fails leaves what was confirmed before", async (t) => {
  const folder = temporaryFolder(t);
  const state = join(folder, "state");
  const flag = join(folder, "fsync-fails");
  const env = { LD_PRELOAD: failingFsync, LATHE_FAILING_FSYNC: flag };
  const writer = new Writer(t, state, { env });
  await writer.until(() => writer.confirmations > 20);
  writeFileSync(flag, "");
  await writer.until(() => writer.failures.length > 10);
  await writer.kill();
  const numbers = stored(state);
  assert.deepEqual(new Set(numbers.keys()), new Set(writer.confirmed.keys()));
  assertNothingMissing(state, writer.confirmed);
});

test("a second writer is told who the first is", async (t) => {
  const folder = join(temporaryFolder(t), "state");
  const writer = new Writer(t, folder);
  await writer.until(() => writer.confirmations > 0);
  const second = spawnSync(program, ["check", folder], { encoding: "utf8" });
  assert.equal(second.status, 1);
  assert.match(second.stderr, /^the state folder \S+ is in use by process \d+\n$/);
});
