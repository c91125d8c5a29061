// Writes the packages; tools/package prepares all that this needs.

import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";

import { collect } from "./contents.mjs";
import { debianPackage } from "./debian.mjs";
import { npmPackages } from "./npm.mjs";
import { singleFile } from "./single-file.mjs";
import { tarball } from "./tarball.mjs";

// Each takes {contents, to, scratch} and answers the paths of what it wrote into the folder `to`.
const kinds = { "single-file": singleFile, deb: debianPackage, tarball, npm: npmPackages };

function refuse(text) {
  console.error(`package: ${text}\nusage: tools/package [--to FOLDER] [${Object.keys(kinds).join(" | ")}]…`);
  process.exit(2);
}

let parsed;
try {
  parsed = parseArgs({ options: { to: { type: "string" } }, allowPositionals: true });
} catch (error) {
  refuse(error.message);
}
const to = resolve(parsed.values.to ?? "build/packages");
const wanted = parsed.positionals.length > 0 ? parsed.positionals : Object.keys(kinds);
const unknown = wanted.find((name) => !Object.hasOwn(kinds, name));
if (unknown !== undefined) refuse(`there is no kind of package "${unknown}"`);

const scratch = mkdtempSync(join(tmpdir(), "lathe-package-"));
try {
  mkdirSync(to, { recursive: true });
  const contents = collect("build", scratch);
  for (const name of wanted) {
    for (const path of await kinds[name]({ contents, to, scratch })) {
      console.log(`${relative(".", path)} (${(statSync(path).size / 1e6).toFixed(1)} MB)`);
    }
  }
} finally {
  rmSync(scratch, { recursive: true });
}
