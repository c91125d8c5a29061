// The launcher of the single-file lathe, with scripts in place of the program: what it unpacks, where to, and what it
// says when it cannot.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, truncateSync,
  utimesSync, writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { pack } from "../../../tools/packaging/single-file.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const build = resolve(process.env.LATHE_BUILD ?? join(root, "build"));
const launcher = join(build, "single-file-launcher");

// Prints what a program knows about itself: the arguments, and the file that lies beside it.
const kProgram = '#!/bin/sh\nread text <"${0%/*}/beside"\necho "$@" "$text"\n';

// A folder outside of /tmp that goes when the test ends, with `file`, a single file made of `program` and what lies beside it, and
// `cache`, which is the user's cache folder.
function singleFile(t, { program = kProgram, beside = "a library\n", needs = "a system" } = {}) {
  const folder = mkdtempSync(join(build, "single-file-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name) => join(folder, name);
  const files = [
    { name: "program", bytes: Buffer.from(program) },
    { name: "beside", bytes: Buffer.from(beside) },
  ];
  pack(at("lathe"), { launcher, files, version: "1.2.3", needs });
  return { file: at("lathe"), cache: at("cache"), programs: at("cache/lathe/programs"), at };
}

const environment = (cache, extra = {}) => ({ PATH: process.env.PATH, XDG_CACHE_HOME: cache, ...extra });

function start({ file, cache }, args = [], env = {}) {
  const options = { encoding: "utf8", env: environment(cache, env), timeout: 60_000 };
  return spawnSync(file, args, options);
}

function startsWell(single, env) {
  const { status, stdout, stderr } = start(single, ["one", "two"], env);
  assert.equal(stderr, "");
  assert.equal(stdout, "one two a library\n");
  assert.equal(status, 0);
}

// The folders of versions below the cache.
const versions = ({ programs }) => readdirSync(programs).filter((name) => name !== "lock");

test("the first start unpacks, and later ones run what is there", (t) => {
  const single = singleFile(t);
  startsWell(single);
  const [version, ...others] = versions(single);
  assert.deepEqual(others, []);
  assert.match(version, /^1\.2\.3-[0-9a-f]{32}$/);
  assert.deepEqual(readdirSync(join(single.programs, version)).sort(), ["beside", "program"]);
  const { ino } = statSync(join(single.programs, version, "program"));
  startsWell(single);
  assert.equal(statSync(join(single.programs, version, "program")).ino, ino);
});

test("another content is another folder", (t) => {
  const single = singleFile(t);
  startsWell(single);
  const other = singleFile(t, { beside: "another library\n" });
  assert.equal(start({ ...other, cache: single.cache }, ["one"]).stdout, "one another library\n");
  assert.equal(versions(single).length, 2);
});

test("the program's exit code is the single file's", (t) => {
  const single = singleFile(t, { program: '#!/bin/sh\n[ "$1" = --version ] || exit 22\n' });
  assert.equal(start(single).status, 22);
});

for (const [what, damage] of [
  ["a file that is missing", (folder) => rmSync(join(folder, "beside"))],
  ["a file that is cut short", (folder) => truncateSync(join(folder, "beside"), 3)],
  ["a file that others may write", (folder) => chmodSync(join(folder, "program"), 0o777)],
  ["a link in place of a file", (folder) => {
    rmSync(join(folder, "program"));
    symlinkSync("/bin/true", join(folder, "program"));
  }],
]) {
  test(`${what} is unpacked again`, (t) => {
    const single = singleFile(t);
    startsWell(single);
    damage(join(single.programs, versions(single)[0]));
    startsWell(single);
    assert.equal(versions(single).length, 1);
  });
}

test("of starts at the same time each runs the whole program", async (t) => {
  const single = singleFile(t, { beside: "a library\n" + "x".repeat(8 << 20) });
  const starts = Array.from({ length: 12 }, () => {
    const child = spawn(single.file, ["one"], { env: environment(single.cache) });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
    return new Promise((done) => child.once("close", (code) => done(`${code}: ${output}`)));
  });
  assert.deepEqual(await Promise.all(starts), Array(12).fill("0: one a library\n"));
  assert.equal(versions(single).length, 1);
});

test("what a start that was killed has left is cleared away", (t) => {
  const single = singleFile(t);
  mkdirSync(join(single.programs, "1.2.2-00.part"), { recursive: true, mode: 0o700 });
  chmodSync(single.programs, 0o700);
  startsWell(single);
  assert.equal(versions(single).length, 1);
});

test("versions that were not started for a month go when another is unpacked", (t) => {
  const single = singleFile(t);
  const folder = (name, days) => {
    mkdirSync(join(single.programs, name), { recursive: true, mode: 0o700 });
    const then = Date.now() / 1000 - days * 86_400;
    utimesSync(join(single.programs, name), then, then);
  };
  folder("1.0.0-old", 31);
  folder("1.1.0-recent", 29);
  startsWell(single);
  assert.deepEqual(versions(single).map((name) => name.slice(0, 5)).sort(), ["1.1.0", "1.2.3"]);

  // A start makes a version young again.
  const version = join(single.programs, versions(single).find((name) => name.startsWith("1.2.3")));
  const then = Date.now() / 1000 - 20 * 86_400;
  utimesSync(version, then, then);
  startsWell(single);
  assert.ok(statSync(version).mtimeMs > Date.now() - 86_400_000);
});

// ---- Where it unpacks ----

test("without XDG_CACHE_HOME it is ~/.cache, and a relative one does not count", (t) => {
  const single = singleFile(t);
  const home = single.at("home");
  startsWell({ ...single, cache: "relative" }, { HOME: home });
  assert.equal(readdirSync(join(home, ".cache/lathe/programs")).filter((name) => name !== "lock").length, 1);
});

test("a cache folder that cannot be used is passed over for a temporary one of the user's own", (t) => {
  for (const [what, prepare] of [
    ["a file in its place", (single) => writeFileSync(single.cache, "")],
    ["a link that leads nowhere", (single) => symlinkSync("/no/such/folder", single.cache)],
    ["a folder that others may write", (single) => {
      mkdirSync(single.programs, { recursive: true });
      chmodSync(single.programs, 0o777);
    }],
  ]) {
    const single = singleFile(t);
    prepare(single);
    const temporary = single.at("temporary");
    startsWell(single, { TMPDIR: temporary });
    const own = join(temporary, `lathe-${process.getuid()}`);
    assert.equal(statSync(own).mode & 0o777, 0o700, what);
    assert.equal(readdirSync(own).filter((name) => name !== "lock").length, 1, what);
  }
});

// Runs the single file where folders of the file system are replaced, which takes root's rights or a kernel that lends
// them.
function startWithMounts(t, single, mounts, env = {}) {
  const options = { encoding: "utf8", env: environment(single.cache, env), timeout: 60_000 };
  const flags = process.getuid() === 0 ? ["--mount"] : ["--mount", "--map-root-user"];
  if (spawnSync("unshare", [...flags, "mount", "-t", "tmpfs", "none", "/mnt"]).status !== 0) {
    t.skip("this system does not let the test mount anything");
    return undefined;
  }
  const lines = mounts.map(([target, how]) => `mount -t tmpfs -o ${how} none ${target}`);
  const script = [...lines, 'exec "$0" one two'].join(" && ");
  return spawnSync("unshare", [...flags, "sh", "-c", script, single.file], options);
}

// Content that does not get small.
const kLarge = "a library\n" + Array.from({ length: 20_000 }, Math.random).join("");

for (const [what, how, reason] of [
  ["full", "size=64k", "No space left on device"],
  ["read-only", "ro", "Read-only file system"],
  ["mounted without leave to run programs", "noexec", "programs may not run there"],
]) {
  test(`a cache folder that is ${what} is passed over`, (t) => {
    const single = singleFile(t, { beside: kLarge });
    mkdirSync(single.cache);
    const temporary = single.at("temporary");
    const result = startWithMounts(t, single, [[single.cache, how]], { TMPDIR: temporary });
    if (!result) return;
    assert.equal(result.stdout, "one two a library\n", result.stderr);
    assert.equal(readdirSync(join(temporary, `lathe-${process.getuid()}`)).length, 2);
  });

  test(`when every folder is ${what}, each is told with that reason`, (t) => {
    const single = singleFile(t, { beside: kLarge });
    mkdirSync(single.cache);
    const folders = [single.cache, "/tmp", "/var/tmp"];
    const result = startWithMounts(t, single, folders.map((folder) => [folder, how]));
    if (!result) return;
    assert.equal(result.status, 1);
    assert.equal(result.stdout, "");
    const [first, ...lines] = result.stderr.trimEnd().split("\n");
    assert.match(first, /^lathe: there is no folder to unpack the program into, which takes 1 MB once\./);
    assert.match(lines.pop(), /XDG_CACHE_HOME/);
    assert.equal(lines.length, folders.length);
    for (const [i, folder] of folders.entries()) {
      assert.ok(lines[i].includes(`  ${folder}`) && lines[i].includes(reason), `${folder} in ${lines[i]}`);
    }
  });
}

// ---- What it says ----

test("a file that is cut short or damaged says so and leaves nothing behind", (t) => {
  const single = singleFile(t, { beside: kLarge });
  const whole = readFileSync(single.file);
  const payloadMiddle = whole.length - 456 - 40_000;
  for (const bytes of [
    whole.subarray(0, whole.length - 1),
    whole.subarray(0, payloadMiddle),
    Buffer.concat([whole.subarray(0, payloadMiddle), Buffer.alloc(100), whole.subarray(payloadMiddle + 100)]),
    Buffer.concat([whole.subarray(0, payloadMiddle), whole.subarray(payloadMiddle + 100)]),
  ]) {
    writeFileSync(single.file, bytes);
    const { status, stdout, stderr } = start(single);
    assert.equal(stderr, "lathe: this file is cut short or damaged; fetch it again.\n");
    assert.equal(stdout, "");
    assert.equal(status, 1);
    assert.deepEqual(existsSync(single.programs) ? versions(single) : [], []);
  }
});

test("a program that the system cannot run is told with what it needs, and is not kept", (t) => {
  for (const [program, missing] of [
    ["#!/bin/sh\necho \"version \\`GLIBC_9.9' not found\" >&2\nexit 127\n", "version `GLIBC_9.9' not found"],
    ["#!/bin/sh\nkill -ILL $$\n", "a first try ended with signal 4"],
    ["#!/no/such/loader\n", "/lib64/ld-linux-x86-64.so.2 is not there"],
  ]) {
    const single = singleFile(t, { program, needs: "glibc 9.9" });
    const { status, stdout, stderr } = start(single);
    assert.equal(
      stderr,
      `lathe: this system lacks something. lathe needs glibc 9.9.\nWhat was missing:\n  ${missing}\n`,
    );
    assert.equal(stdout, "");
    assert.equal(status, 1);
    assert.deepEqual(versions(single), []);
  }
});
