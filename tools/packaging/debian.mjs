// The Debian package.

import { copyFileSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { lay, run } from "./contents.mjs";

export function debianPackage({ contents, to, scratch }) {
  const { version, programFiles, licences, needs } = contents;
  const root = join(scratch, "debian");
  lay(join(root, "usr/lib/lathe"), programFiles);
  mkdirSync(join(root, "usr/bin"), { recursive: true });
  symlinkSync("../lib/lathe/lathe", join(root, "usr/bin/lathe"));
  mkdirSync(join(root, "usr/share/doc/lathe"), { recursive: true });
  copyFileSync(licences, join(root, "usr/share/doc/lathe/copyright"));
  mkdirSync(join(root, "DEBIAN"));
  writeFileSync(join(root, "DEBIAN/control"), control(version, needs, kilobytes(root)));
  const path = join(to, `lathe_${version}_amd64.deb`);
  run("dpkg-deb", ["--root-owner-group", "-Zzstd", "-z19", "--build", root, path]);
  return [path];
}

function control(version, { glibc, gcc }, installedSize) {
  return `Package: lathe
Version: ${version}
Architecture: amd64
Maintainer: The lathe developers <lathe@invalid>
Installed-Size: ${installedSize}
Depends: libc6 (>= ${glibc}), libstdc++6 (>= ${gcc}), libgcc-s1, libatomic1
Recommends: ca-certificates
Section: web
Priority: optional
Description: runs Cloudflare-style workers on your own machine
 lathe loads a script and wrangler's configuration, serves them on localhost,
 and runs their tests: one program, one process, no Node.js while it runs.
`;
}

function kilobytes(folder) {
  const sizes = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => Math.ceil(statSync(join(entry.parentPath, entry.name)).size / 1024));
  return sizes.reduce((sum, size) => sum + size, 0);
}
