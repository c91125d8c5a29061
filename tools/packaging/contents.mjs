// What all packages hold: the program with the libraries that lie beside it, and their licences.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";

// The program first: a single file starts that. esbuild is a program that it starts.
const kProgramFiles = ["lathe", "liblathe.so", "esbuild"];

// A system that has a C++ program at all has the C library and GCC's two, but seldom this one.
const kCarriedLibrary = "libatomic.so.1";

// {version, folder, programFiles, carried, licences, needs}: the paths of stripped copies in `scratch`, and what they need
// of a system. `carried` is the library that a package without dependencies brings along.
export function collect(build, scratch) {
  const folder = join(scratch, "contents");
  mkdirSync(folder);
  const programFiles = kProgramFiles.map((name) => {
    const copy = join(folder, name);
    copyFileSync(join(build, name), copy);
    return copy;
  });
  // Line tables take half of it. The program itself is stripped by the build.
  run("strip", ["--strip-debug", join(folder, "liblathe.so")]);
  const carried = join(folder, kCarriedLibrary);
  copyFileSync(systemLibrary(kCarriedLibrary), carried);
  const licences = join(folder, "LICENSES");
  copyFileSync(join(build, "LICENSES"), licences);
  const { version } = JSON.parse(run("meson", ["introspect", build, "--projectinfo"]));
  return { version, programFiles, carried, licences, needs: needsOf(programFiles) };
}

export function run(program, args, options = {}) {
  return execFileSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28, ...options });
}

// Puts files into a folder that is made for them, each under its own name.
export function lay(folder, paths) {
  mkdirSync(folder, { recursive: true });
  for (const path of paths) copyFileSync(path, join(folder, basename(path)));
}

// A .tar.gz of `name` in `folder`, the same bytes for the same files.
export function tar(archive, folder, name) {
  const same = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mode=go-w", "--mtime=@0"];
  run("tar", [...same, "--use-compress-program=gzip -6n", "-cf", archive, "-C", folder, name]);
  return archive;
}

// Where the loader finds a library.
function systemLibrary(name) {
  const line = run("/sbin/ldconfig", ["-p"])
    .split("\n")
    .find((text) => text.trim().startsWith(`${name} (libc6,x86-64`));
  if (!line) throw new Error(`this machine has no ${name}; install libatomic1`);
  return realpathSync(line.split(" => ")[1]);
}

// ---- What is needed of a system ----

// Which GCC brought a version of its C++ library. The loader asks for the version.
const kGccOfLibrary = { 29: 11, 30: 12, 31: 13, 32: 13, 33: 14, 34: 15 };

// {glibc: "2.36", libstdcxx: "3.4.30", gcc: 12}: the newest versions that the files ask for.
function needsOf(paths) {
  const text = paths.map((path) => run("readelf", ["--version-info", "--wide", path])).join("");
  const newest = (prefix) => {
    const found = [...text.matchAll(new RegExp(`\\b${prefix}_([0-9.]+)`, "g"))].map(([, version]) => version);
    return found.reduce((a, b) => (isNewer(b, a) ? b : a), "0");
  };
  const glibc = newest("GLIBC");
  const libstdcxx = newest("GLIBCXX");
  const minor = Number(libstdcxx.split(".")[2]);
  const gcc = minor < 29 ? 10 : kGccOfLibrary[minor];
  if (glibc === "0" || gcc === undefined) {
    throw new Error(`no package can say what is needed: glibc ${glibc}, GLIBCXX ${libstdcxx}`);
  }
  return { glibc, libstdcxx, gcc };
}

function isNewer(a, b) {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  for (let i = 0; i < Math.max(left.length, right.length); ++i) {
    if ((left[i] ?? 0) !== (right[i] ?? 0)) return (left[i] ?? 0) > (right[i] ?? 0);
  }
  return false;
}

export function needsSentence({ glibc, libstdcxx, gcc }) {
  return `Linux on x86-64 with glibc ${glibc} or newer and the C++ library of GCC ${gcc} (GLIBCXX_${libstdcxx}) or newer`;
}
