// The tarball: a folder that runs from anywhere.

import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { lay, needsSentence, tar } from "./contents.mjs";

export function tarball({ contents, to, scratch }) {
  const { version, programFiles, carried, licences, needs } = contents;
  const name = `lathe-${version}-linux-x64`;
  const folder = join(scratch, "tarball");
  lay(join(folder, name), [...programFiles, carried, licences]);
  writeFileSync(join(folder, name, "README"), readme(needs));
  return [tar(join(to, `${name}.tar.gz`), folder, name)];
}

function readme(needs) {
  return `lathe runs Cloudflare-style workers on your own machine. Begin with: ./lathe --help

The folder may lie anywhere; its files stay together. A link to "lathe" from a folder of your PATH is enough.
It needs ${needsSentence(needs)}.
The licences of what is inside are in LICENSES; "lathe licenses" prints them too.
`;
}
