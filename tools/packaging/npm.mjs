// Two npm packages: `lathe` is a launcher of a few lines, and depends on the one that holds the program for the platform.

import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { lay, needsSentence, tar } from "./contents.mjs";

const kPlatformPackage = "lathe-linux-x64";
const kDescription = "Runs Cloudflare-style workers on your own machine";

export function npmPackages({ contents, to, scratch }) {
  const { version, programFiles, carried, licences, needs } = contents;
  mkdirSync(join(to, "npm"), { recursive: true });

  const launcher = join(scratch, "npm-launcher/package");
  mkdirSync(join(launcher, "bin"), { recursive: true });
  const script = join(launcher, "bin/lathe");
  copyFileSync(join(dirname(fileURLToPath(import.meta.url)), "npm-launcher.sh"), script);
  chmodSync(script, 0o755);
  describe(launcher, {
    name: "lathe",
    version,
    bin: { lathe: "bin/lathe" },
    os: ["linux"],
    optionalDependencies: { [kPlatformPackage]: version },
  });

  const program = join(scratch, "npm-program/package");
  lay(program, [...programFiles, carried, licences]);
  describe(program, {
    name: kPlatformPackage,
    version,
    license: "SEE LICENSE IN LICENSES",
    os: ["linux"],
    cpu: ["x64"],
    libc: ["glibc"],
  });
  writeFileSync(
    join(program, "README.md"),
    `The program of the package \`lathe\`. It needs ${needsSentence(needs)}.\n`,
  );

  return [
    tar(join(to, `npm/lathe-${version}.tgz`), dirname(launcher), "package"),
    tar(join(to, `npm/${kPlatformPackage}-${version}.tgz`), dirname(program), "package"),
  ];
}

function describe(folder, fields) {
  const text = JSON.stringify({ description: kDescription, ...fields }, null, 2);
  writeFileSync(join(folder, "package.json"), text + "\n");
}
