import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const build = resolve(process.env.LATHE_BUILD ?? join(root, "build"));
const tool = join(build, "bind-locally");
const folder = mkdtempSync(join(tmpdir(), "bind-locally-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name) => join(folder, name);

// A library with one of each kind of reference to itself, and one to somebody else.
const library = String.raw`
#include <cstdio>
#include <cstdlib>
#include <new>
extern "C" {
int number = 40;
int* pointer = &number + 0;
char letters[] = "abcdef";
char* fourth = letters + 3;                 // R_X86_64_64 with an addend
int two() { return 2; }
int (*function)() = two;                    // a function's address in data
thread_local int perThread = 7;
static int implementation() { return 11; }
static int (*choose())() { return implementation; }
int indirect() __attribute__((ifunc("choose")));
__attribute__((weak)) int replaceable() { return 1; }
int callsReplaceable() { return replaceable(); }
}
struct Shape { virtual int corners() const { return 0; } virtual ~Shape() = default; };
struct Square : Shape { int corners() const override { return 4; } };
template <typename T> struct Only { static inline int value = 5; };   // GNU_UNIQUE
extern "C" int* only() { return &Only<int>::value; }
namespace mine::inner {                                                // GNU_UNIQUE too, but nobody else's
template <typename T> struct Once { static inline int value = 6; };
inline int count() { static int calls = 0; return ++calls; }
}
extern "C" int ours() { return mine::inner::Once<int>::value + mine::inner::count(); }
extern "C" void say() {
  Shape* shape = new Square;
  int caught = 0;
  try { throw 3; } catch (int value) { caught = value; }
  std::printf("%d %s %d %d %d %d %d\n", *pointer + function(), fourth, perThread, indirect(),
              shape->corners(), Only<int>::value, caught);
  delete shape;
}
`;
const program = String.raw`
#include <cstdio>
#include <cstdlib>
#include <new>
extern "C" void say();
extern "C" int callsReplaceable();
extern "C" int replaceable() { return 2; }
extern "C" int* only();
template <typename T> struct Only { static inline int value = 5; };
int allocations = 0;
void* operator new(std::size_t size) { ++allocations; return std::malloc(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
int main() {
  say();
  std::printf("replaceable %d, allocations %d, %s\n", callsReplaceable(), allocations,
              only() == &Only<int>::value ? "one value" : "two values");
}
`;

const compile = (...args) => execFileSync("g++", ["-std=c++20", ...args], { cwd: folder });
const onlyX64 = { skip: process.arch !== "x64" && "elsewhere libraries are only renamed" };
const name = "liboriginal-name.so.1";
function makeLibrary(output, ...flags) {
  writeFileSync(at("library.cc"), library);
  const soname = flags.some((flag) => flag.includes("-soname")) ? [] : [`-Wl,-soname,${name}`];
  compile("-fPIC", "-shared", "library.cc", "-o", output, "-Wl,-z,now", ...soname, ...flags);
}
const bind = (...args) => spawnSync(tool, args, { cwd: folder, encoding: "utf8" });
const relocations = (file) => execFileSync("readelf", ["-rW", at(file)], { encoding: "utf8" });
const mentions = (text, symbol) => new RegExp(` ${symbol}(@\\S+)? \\+ `).test(text);
const soname = (file) =>
  /SONAME.*\[(.*)\]/.exec(execFileSync("readelf", ["-dW", at(file)], { encoding: "utf8" }))?.[1];

function runAgainst(file) {
  writeFileSync(at("program.cc"), program);
  compile("program.cc", "-o", "program", "-rdynamic", at(file), "-Wl,-rpath,$ORIGIN");
  return execFileSync(at("program"), { encoding: "utf8" });
}

test("a bound library works as before, and its own definitions are final", onlyX64, () => {
  makeLibrary(name);
  const before = runAgainst(name);
  assert.equal(before, "42 def 7 11 4 5 3\nreplaceable 2, allocations 1, one value\n");

  assert.deepEqual(pick(bind(name, "libbound.so")), { status: 0, stderr: "" });
  assert.equal(soname("libbound.so"), "libbound.so");
  rmSync(at(name)); // what is linked with the copy does not ask for the original
  assert.equal(
    runAgainst("libbound.so"),
    "42 def 7 11 4 5 3\nreplaceable 1, allocations 1, one value\n",
  );
});

test("only what nobody else may define is bound", onlyX64, () => {
  makeLibrary(name);
  bind(name, "libbound.so");
  const before = relocations(name);
  const after = relocations("libbound.so");
  const table = [
    // symbol, whether it is still looked up
    ["number", false],
    ["letters", false],
    ["two", false],
    ["replaceable", false],
    ["_ZTV6Square", false],
    ["perThread", true],
    ["indirect", true],
    ["_ZN4OnlyIiE5valueE", true],
    ["_Znwm", true],
    ["printf", true],
  ];
  for (const [symbol, lookedUp] of table) {
    assert.ok(mentions(before, symbol), `${symbol} before:\n${before}`);
    assert.equal(mentions(after, symbol), lookedUp, `${symbol} after:\n${after}`);
  }
});

test("with --own, what one for the process is in these namespaces is bound too", onlyX64, () => {
  makeLibrary(name);
  assert.deepEqual(pick(bind("--own=other,mine::inner", name, "libowned.so")), { status: 0, stderr: "" });
  const before = relocations(name);
  const after = relocations("libowned.so");
  for (const symbol of ["_ZN4mine5inner4OnceIiE5valueE", "_ZZN4mine5inner5countEvE5calls"]) {
    assert.ok(mentions(before, symbol), `${symbol} before:\n${before}`);
    assert.ok(!mentions(after, symbol), `${symbol} after:\n${after}`);
  }
  assert.ok(mentions(after, "_ZN4OnlyIiE5valueE"));
  assert.match(runAgainst("libowned.so"), /one value\n$/);
});

test("with --rename-only the references stay as they are", () => {
  makeLibrary(name);
  assert.deepEqual(pick(bind("--rename-only", name, "librenamed.so")), { status: 0, stderr: "" });
  assert.equal(soname("librenamed.so"), "librenamed.so");
  assert.equal(relocations("librenamed.so"), relocations(name));
});

test("what cannot be changed is left as it is, with a line that says why", () => {
  makeLibrary("lazy.so", "-Wl,-z,lazy");
  const lazy = bind("lazy.so", "libcopy.so");
  assert.equal(lazy.status, 0);
  assert.match(lazy.stderr, /^bind-locally: cannot bind .*: it binds lazily\n$/);
  assert.match(runAgainst("libcopy.so"), /^42 def 7 11 4 5 3\nreplaceable 2/);

  makeLibrary("l.so", "-Wl,-soname,l.so");
  const short = bind("l.so", "libcopy.so");
  assert.equal(short.status, 0);
  assert.match(short.stderr, /^bind-locally: cannot rename .*: its name is too short/);
  assert.equal(soname("libcopy.so"), "l.so");
  assert.ok(!mentions(relocations("libcopy.so"), "replaceable"));
});

test("what is no library is copied byte by byte", () => {
  makeLibrary(name);
  const whole = readFileSync(at(name));
  const zeroed = Buffer.from(whole);
  zeroed.fill(0xff, 64, 64 + 56 * 4); // the program headers point anywhere
  const inputs = [Buffer.alloc(0), Buffer.from("no library"), zeroed];
  for (let size = 1; size < whole.length; size += 509) inputs.push(whole.subarray(0, size));
  for (const bytes of inputs) {
    writeFileSync(at("input"), bytes);
    const { status, signal } = bind("input", "output");
    assert.equal(status, 0, `${bytes.length} bytes: ${signal}`);
    assert.equal(readFileSync(at("output")).length, bytes.length);
  }
});

test("wrong arguments and unreadable files are told apart", () => {
  assert.equal(bind().status, 2);
  assert.equal(bind("one").status, 2);
  assert.equal(bind("one", "two", "three").status, 2);
  assert.deepEqual(pick(bind("absent", "copy")), {
    status: 1,
    stderr: "bind-locally: cannot read absent\n",
  });
  makeLibrary(name);
  assert.equal(bind(name, "no/such/folder/copy.so").status, 1);
});

test("the build's copy of V8 carries its own name", () => {
  const text = execFileSync("readelf", ["-dW", join(build, "liblathe-v8.so")], { encoding: "utf8" });
  assert.match(text, /SONAME.*\[liblathe-v8\.so\]/);
});

function pick({ status, stderr }) {
  return { status, stderr };
}
