// Writes the licences of all that is inside lathe and its packages into one text.
//
//   node collect-licenses.mjs NODE_PACKAGE LICENSES DEPFILE
//
// NODE_PACKAGE is the folder of the npm package whose executable becomes lathe. DEPFILE tells Ninja which files were read.
// Debian's packages bring their licences along; on other systems a library's entry says where to find it.

import { existsSync, readFileSync, readdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));
const [nodePackage, target, depfile] = process.argv.slice(2);
if (depfile === undefined) {
  console.error("usage: collect-licenses.mjs NODE_PACKAGE LICENSES DEPFILE");
  process.exit(2);
}

// `packages`: whose documentation has the licence, the first that is installed.
const kLibraries = [
  { name: "Boost", home: "https://www.boost.org", packages: ["libboost1.81-dev", boostPackage()], extract: boostLicence },
  { name: "LMDB", home: "https://symas.com/lmdb", packages: ["liblmdb-dev", "liblmdb0"] },
  { name: "{fmt}", home: "https://fmt.dev", packages: ["libfmt-dev"] },
  { name: "CLI11", home: "https://github.com/CLIUtils/CLI11", packages: ["libcli11-dev"] },
  { name: "JSON for Modern C++", home: "https://json.nlohmann.me", packages: ["nlohmann-json3-dev"] },
  { name: "toml++", home: "https://marzer.github.io/tomlplusplus", packages: ["libtomlplusplus-dev"] },
  { name: "jemalloc", home: "https://jemalloc.net", packages: ["libjemalloc-dev"] },
];
// Not in lathe itself, but in packages of it.
const kPackagedLibraries = [
  { name: "Zstandard, in the single file", home: "https://facebook.github.io/zstd", packages: ["libzstd-dev"] },
  { name: "the GNU C library, in the single file", home: "https://www.gnu.org/software/libc", packages: ["libc6-dev"] },
  { name: "GCC's libraries, in the single file and as libatomic.so.1", home: "https://gcc.gnu.org", packages: ["libatomic1"] },
];

const read = [];
const sections = [];

function textOf(path) {
  read.push(path);
  return readFileSync(path, "utf8").trim();
}

function add(title, text) {
  const rule = "=".repeat(80);
  sections.push(`${rule}\n${title}\n${rule}\n\n${text}\n`);
}

function boostPackage() {
  const documentation = "/usr/share/doc";
  const found = existsSync(documentation) ? readdirSync(documentation) : [];
  return found.find((name) => /^libboost1\.\d+-dev$/.test(name)) ?? "libboost-dev";
}

// Debian's text lists every author of all of Boost, which is two megabytes. What lathe is made of has one licence.
function boostLicence(text) {
  const paragraph = text.split(/\n\n+/).find((part) => /^License: BSL-1\.0\n Boost Software License/.test(part));
  if (!paragraph) throw new Error("Debian's text about Boost does not have the Boost Software License where it was");
  return paragraph
    .split("\n")
    .slice(1)
    .map((line) => (line === " ." ? "" : line.slice(1)))
    .join("\n");
}

function addLibrary({ name, home, packages, extract = (text) => text }) {
  const path = packages.map((each) => `/usr/share/doc/${each}/copyright`).find((each) => existsSync(each));
  add(name, path ? extract(textOf(path)) : `See ${home}: the system that this was built on does not keep the licence.`);
}

add("Node.js, and in it V8, OpenSSL, ICU, zlib, Brotli, Zstandard, simdutf, Ada and others", textOf(join(nodePackage, "LICENSE")));
for (const library of kLibraries) addLibrary(library);
add("text-encoding, whose tables are in lathe", textOf(join(checkout, "node_modules/text-encoding/LICENSE.md")));
add("esbuild, a program beside lathe", textOf(join(checkout, "node_modules/esbuild/LICENSE.md")));
for (const library of kPackagedLibraries) addLibrary(library);

// The texts above name some licences by the place where Debian keeps them.
const named = new Set(sections.join("").match(/\/usr\/share\/common-licenses\/[A-Za-z0-9.-]*[A-Za-z0-9]/g));
const kept = [...named].filter((path) => existsSync(path)).map((path) => realpathSync(path));
for (const path of [...new Set(kept)].sort()) add(path, textOf(path));

writeFileSync(
  target,
  `lathe contains the work of others. These are its parts and their licences, in full.\n\n${sections.join("\n\n")}`,
);
const escape = (path) => path.replace(/[ #]/g, "\\$&");
writeFileSync(depfile, `${escape(target)}: ${read.map(escape).join(" ")}\n`);
