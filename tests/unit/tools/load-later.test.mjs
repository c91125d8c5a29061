import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const build = resolve(process.env.LATHE_BUILD ?? join(root, "build"));
const tool = join(build, "load-later");
const folder = mkdtempSync(join(tmpdir(), "load-later-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name) => join(folder, name);
const onlyX64 = { skip: process.arch !== "x64" && "elsewhere everything is loaded at the start" };

const compile = (output, source, ...flags) => {
  writeFileSync(at(`${output}.cc`), source);
  execFileSync("g++", ["-std=c++20", `${output}.cc`, "-o", output, ...flags], { cwd: folder });
};
const path = { LD_LIBRARY_PATH: folder, ASAN_OPTIONS: "detect_leaks=0" };
const later = (...args) =>
  spawnSync(tool, args, { cwd: folder, encoding: "utf8", env: { ...process.env, ...path } });
const run = (name) => spawnSync(at(name), { encoding: "utf8", env: { ...process.env, ...path } });
const needs = (name) =>
  execFileSync("readelf", ["-dW", at(name)], { encoding: "utf8" }).match(/(?<=NEEDED.*\[)[^\]]+/g) ?? [];
const mentions = (name, symbol) =>
  new RegExp(` ${symbol}(@\\S+)? \\+ `).test(execFileSync("readelf", ["-rW", at(name)], { encoding: "utf8" }));

// A library with versions, another beside it, and a program that uses both.
writeFileSync(at("versions"), "SOME_1 { global: answer; other; };\n");
const shared = ["-fPIC", "-shared"];
const versions = ["-Wl,--version-script=versions"];
compile("libanswers.so", 'extern "C" int answer() { return 42; } extern "C" int other() { return 1; }', ...shared, ...versions);
compile("libbeside.so", 'extern "C" int beside() { return 7; }', ...shared);
const link = ["-L.", "-lanswers", "-lbeside"];
const program = String.raw`
  #include <cstdio>
  #include <dlfcn.h>
  extern "C" int answer();
  extern "C" int beside();
  int main(int count, char**) {
    std::printf("%d\n", beside());
    if (!dlopen("libanswers.so", RTLD_LAZY | RTLD_GLOBAL)) return 3;
    std::printf("%d\n", answer());
  }`;

test("a program's copy does without a library until it is loaded", onlyX64, () => {
  compile("program", program, ...link, "-Wl,-z,lazy");
  assert.ok(needs("program").includes("libanswers.so"));
  const made = later("--libraries=libanswers.so", "program", "copy");
  assert.deepEqual([made.status, made.stderr], [0, ""]);
  assert.ok(!needs("copy").includes("libanswers.so"));
  assert.ok(needs("copy").includes("libbeside.so"));
  assert.deepEqual([run("copy").status, run("copy").stdout], [0, "7\n42\n"]);

  // It starts where the library is not.
  const bytes = readFileSync(at("libanswers.so"));
  rmSync(at("libanswers.so"));
  assert.equal(run("program").status, 127);
  assert.deepEqual([run("copy").status, run("copy").stdout], [3, "7\n"]);
  writeFileSync(at("libanswers.so"), bytes);
});

test("a program that wants more of a library than to call it is left as it is", onlyX64, () => {
  compile(
    "taker",
    program.replace("int main", "extern int (*const taken)(); int (*const taken)() = answer; int main"),
    ...link,
    "-Wl,-z,lazy",
  );
  const made = later("--libraries=libanswers.so", "taker", "copy");
  assert.equal(made.status, 0);
  assert.match(made.stderr, /^load-later: cannot put off .*: it takes the address of answer\n$/);
  assert.deepEqual(readFileSync(at("copy")), readFileSync(at("taker")));
  assert.equal(run("copy").stdout, "7\n42\n");
});

// A library as Node's: while it is loaded it asks for what it does not need to be useful.
const node = String.raw`
  extern "C" int answer();
  extern "C" int other();
  extern "C" int beside();
  int asked = 0, looked = 0, kept = 0;
  namespace node { void look() { looked = 20; } }
  __attribute__((constructor)) void first() { kept += beside(); }
  __attribute__((constructor)) void second() { asked = answer(); }
  __attribute__((constructor, noinline)) void third() { node::look(); }
  __attribute__((constructor)) void fourth() { kept += beside(); }
  int (*taken)() = other;
  extern "C" int useful() { return kept + asked + looked; }`;
const user = 'extern "C" int useful(); int main() { return useful(); }';

test("a library's copy does without another for good", onlyX64, () => {
  compile("libnode.so", node, ...shared, "-O2", "-Wl,-z,now", ...link);
  compile("user", user, "-L.", "-lnode", "-Wl,-rpath-link,.");
  assert.equal(run("user").status, 14 + 42 + 20);

  const made = later("--libraries=libanswers.so", "--unused=node", "libnode.so", "copy.so");
  assert.deepEqual([made.status, made.stderr], [0, ""]);
  assert.ok(!needs("copy.so").includes("libanswers.so"));
  assert.ok(mentions("libnode.so", "answer") && !mentions("copy.so", "answer"));
  assert.ok(mentions("libnode.so", "other") && !mentions("copy.so", "other"));
  assert.ok(mentions("copy.so", "beside"));
  writeFileSync(at("libnode.so"), readFileSync(at("copy.so")));
  assert.equal(run("user").status, 14, "the initializers that ask for neither still run");
});

test("what cannot be done is not done by halves", onlyX64, () => {
  compile("libnode.so", node, ...shared, "-Wl,-z,now", ...link);
  const made = later("--libraries=libanswers.so,libabsent.so", "--unused=node", "libnode.so", "copy.so");
  assert.equal(made.status, 0);
  assert.match(made.stderr, /there is no libabsent\.so/);
  assert.deepEqual(readFileSync(at("copy.so")), readFileSync(at("libnode.so")));
});

test("what is no program is copied byte by byte", () => {
  compile("program", program, ...link, "-Wl,-z,lazy");
  const whole = readFileSync(at("program"));
  const inputs = [Buffer.alloc(0), Buffer.from("no program")];
  for (let size = 1; size < whole.length; size += 509) inputs.push(whole.subarray(0, size));
  for (const bytes of inputs) {
    writeFileSync(at("input"), bytes);
    const { status, signal } = later("--libraries=libanswers.so", "input", "output");
    assert.equal(status, 0, `${bytes.length} bytes: ${signal}`);
    assert.equal(readFileSync(at("output")).length, bytes.length);
  }
});

test("wrong arguments and unreadable files are told apart", () => {
  assert.equal(later("program", "copy").status, 2);
  assert.equal(later("--libraries=libanswers.so", "program").status, 2);
  const { status, stderr } = later("--libraries=libanswers.so", "absent", "copy");
  assert.deepEqual([status, stderr], [1, "load-later: cannot read absent\n"]);
});

test("the build's program starts without OpenSSL and what Node alone needs", onlyX64, (t) => {
  if (build.endsWith("-sanitize")) return t.skip("the sanitizers' program is as it is linked");
  const loaded = execFileSync("ldd", [join(build, "lathe")], { encoding: "utf8" });
  assert.match(loaded, /liblathe-v8\.so/);
  assert.doesNotMatch(loaded, /libssl|libcrypto|libcares|libbrotli|libuv|libnghttp2/);
});
