// Bundles the platform's JavaScript half into one script.
//
//   node bundle-builtins.mjs MAIN.js BUNDLE.js DEPFILE
//
// The script defines one global, `latheBuiltins`, which holds what MAIN.js exports. DEPFILE tells Ninja which
// files went into it.

import { writeFileSync } from "node:fs";
import { build } from "esbuild";

const [main, bundle, depfile] = process.argv.slice(2);
if (depfile === undefined) {
  console.error("usage: bundle-builtins.mjs MAIN.js BUNDLE.js DEPFILE");
  process.exit(2);
}

const { metafile } = await build({
  entryPoints: [main],
  outfile: bundle,
  bundle: true,
  format: "iife",
  globalName: "latheBuiltins",
  target: "esnext",
  platform: "neutral",
  mainFields: ["module", "main"],
  // A script sees the names of functions and classes; it never sees their comments and layout.
  keepNames: true,
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
}).catch(() => process.exit(1));  // esbuild has printed what is wrong, with file and line

const escape = (path) => path.replace(/[ #]/g, "\\$&");
writeFileSync(depfile, `${escape(bundle)}: ${Object.keys(metafile.inputs).map(escape).join(" ")}\n`);
