// Where a start meets what nobody wished for: files that do not belong together, an environment that means others, a
// system without what is usually there.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { binary, project, run } from "./lathe.mjs";

const hello = `export default { fetch() { return new Response("hello"); } };`;
const library = join(dirname(binary), "liblathe.so");

// A folder of its own with the program and its library, and the path of the program.
function installed(t) {
  const folder = mkdtempSync(join(tmpdir(), "lathe-installed-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  copyFileSync(binary, join(folder, "lathe"));
  copyFileSync(library, join(folder, "liblathe.so"));
  return join(folder, "lathe");
}

// ---- Files that do not belong together ----

test("a liblathe.so that is no library is named", async (t) => {
  const program = installed(t);
  for (const content of ["", "no library\n"]) {
    writeFileSync(join(dirname(program), "liblathe.so"), content);
    const { code, stdout, stderr } = await run(["--version"], { binary: program });
    assert.equal(code, 127, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /liblathe\.so/);
  }
});

test("a program with another V8 than the library was built for says so", async (t) => {
  const program = installed(t);
  const [, version] = /V8 (\S+),/.exec((await run(["--version"])).stdout);
  const other = version.replace(/\d(?=-|$)/, (digit) => (digit === "1" ? "2" : "1"));
  assert.notEqual(other, version);
  const bytes = readFileSync(program);
  let places = 0;
  for (let at = bytes.indexOf(version); at >= 0; at = bytes.indexOf(version, at + 1), ++places) bytes.write(other, at);
  assert.ok(places > 0);
  writeFileSync(program, bytes);

  const { code, stdout, stderr } = await run(["fetch"], { binary: program, cwd: project(t, hello) });
  assert.equal(code, 127);
  assert.equal(stdout, "");
  const number = (text) => text.replace(/-.*/, "");
  assert.equal(
    stderr,
    "lathe: the program and the liblathe.so beside it are of different builds: the library is for V8 " +
      `${number(version)}, the program has ${other}. Install both again.\n`,
  );
});

// ---- An environment that means others ----

test("another allocator that is loaded before is refused in a sentence, and other libraries are not", async (t) => {
  const folders = ["x86_64", "aarch64"].map((machine) => `/usr/lib/${machine}-linux-gnu`);
  const find = (name) => folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  const allocator = find("libjemalloc.so.2");
  if (!allocator || process.env.LATHE_BUILD?.includes("sanitize")) {
    t.skip("there is no other allocator here, or the sanitizers' has to be the first");
    return;
  }
  const refused = await run(["fetch"], { cwd: project(t, hello), env: { LD_PRELOAD: allocator } });
  assert.deepEqual(refused, {
    code: 127,
    signal: null,
    stdout: "",
    stderr: `lathe: LD_PRELOAD (${allocator}) brings another allocator, which cannot be beside lathe's own. Start lathe without it.\n`,
  });
  const { code, stdout, stderr } = await run(["fetch"], { cwd: project(t, hello), env: { LD_PRELOAD: find("libutil.so.1") } });
  assert.deepEqual([code, stdout, stderr], [0, "hello", ""]);
});

test("a library to be loaded before that is not there is the loader's to complain about", async (t) => {
  const { code, stdout } = await run(["fetch"], { cwd: project(t, hello), env: { LD_PRELOAD: "/nowhere.so" } });
  assert.deepEqual([code, stdout], [0, "hello"]);
});

// ---- A system without what is usually there ----

// Runs `program fetch` in a world with mounts of its own, which `script` changes before. Its $1 is an empty folder.
// Answers nothing where this system lets the test mount nothing.
function fetchWhere(t, script, program = binary) {
  const scratch = mkdtempSync(join(tmpdir(), "lathe-mounts-"));
  t.after(() => rmSync(scratch, { recursive: true, force: true }));
  const flags = process.getuid() === 0 ? ["--mount"] : ["--mount", "--map-root-user"];
  if (spawnSync("unshare", [...flags, "mount", "-t", "tmpfs", "none", scratch]).status !== 0) {
    t.skip("this system does not let the test mount anything");
    return undefined;
  }
  const commands = ["sh", "-ec", `${script}\nexec "$0" fetch`, program, scratch];
  const options = { cwd: project(t, hello), encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } };
  const { status, stdout, stderr } = spawnSync("unshare", [...flags, ...commands], options);
  return { status, stdout, stderr };
}

const kWell = { status: 0, stdout: "hello", stderr: "" };

test("the folder of the program may be read-only", (t) => {
  const program = installed(t);
  const folder = dirname(program);
  const result = fetchWhere(
    t,
    `mount --bind "${folder}" "${folder}" && mount -o remount,bind,ro "${folder}" && ! touch "${folder}/new" 2>/dev/null`,
    program,
  );
  if (result) assert.deepEqual(result, kWell);
});

test("the temporary folder and the home may be read-only", (t) => {
  // The project and the program lie elsewhere than the empty file system that is mounted there.
  const result = fetchWhere(t, 'mount -t tmpfs -o ro none "$1" && export TMPDIR="$1" HOME="$1"');
  if (result) assert.deepEqual(result, kWell);
});

for (const [what, devices] of [
  ["/dev/shm", ["null", "zero", "urandom", "random"]],
  ["any device but /dev/null", ["null"]],
]) {
  test(`there need not be ${what}`, (t) => {
    const script = `
      for name in ${devices.join(" ")}; do
        touch "$1/$name"
        mount --bind /dev/$name "$1/$name"
      done
      mount --rbind "$1" /dev
      ! [ -e /dev/shm ]`;
    const result = fetchWhere(t, script);
    if (result) assert.deepEqual(result, kWell);
  });
}
