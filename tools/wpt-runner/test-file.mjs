// One *.any.js file of the suite: what it declares about itself, and what it needs to run.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";

// Paths of all *.any.js files under `directory`, relative to the checkout and sorted, without those
// that begin with one of `skip`.
export function findTests(checkout, directory, skip = []) {
  const start = join(checkout, directory);
  if (!existsSync(start)) throw new Error(`${checkout} has no ${directory}`);
  if (statSync(start).isFile()) return [directory];
  return readdirSync(start, { recursive: true })
    .filter((path) => path.endsWith(".any.js"))
    .map((path) => posix.join(directory, path.split(sep).join("/")))
    .filter((path) => !skip.some((prefix) => path.startsWith(prefix)))
    .sort();
}

// Reads the file at `path` with its `// META: key=value` lines. `scripts` are the paths of the scripts
// to run before it, with what the suite's server puts into those named *.sub.js from `substitutions`, `isForWorkers` whether one of its global scopes is a worker's, `variants` the query strings to run it with (one empty one by default), `files`
// the fixtures that it or its scripts may fetch: {path: text}.
export function readTest(checkout, path, substitutions = {}) {
  const source = readFileSync(join(checkout, path), "utf8");
  const meta = (key) =>
    [...source.matchAll(/^\/\/\s*META:\s*([\w-]+)=(.*)$/gm)]
      .filter(([, name]) => name === key)
      .map(([, , value]) => value.trim());

  const scripts = meta("script").map((script) => ({
    path: resolvePath(path, script),
    source: substituted(readFileSync(join(checkout, resolvePath(path, script)), "utf8"), script, substitutions),
  }));
  const variants = meta("variant");
  const scopes = (meta("global")[0] ?? "window,dedicatedworker").split(",").map((name) => name.trim());
  return {
    path,
    source,
    scripts,
    variants: variants.length > 0 ? variants : [""],
    title: meta("title")[0],
    isForWorkers: scopes.some((scope) => scope.endsWith("worker")),
    isLong: meta("timeout")[0] === "long",
    files: fixtures(checkout, path, [source, ...scripts.map((script) => script.source)]),
  };
}

function substituted(source, path, substitutions) {
  if (!path.endsWith(".sub.js")) return source;
  return source.replace(/\{\{([^}]+)\}\}/g, (whole, name) => substitutions[name] ?? whole);
}

// The suite's own server answers some addresses with other files.
const aliases = { "resources/WebIDLParser.js": "resources/webidl2/lib/webidl2.js" };

function resolvePath(from, to) {
  const path = to.startsWith("/") ? to.slice(1) : posix.join(posix.dirname(from), to);
  return aliases[path] ?? path;
}

// Fixtures are found by name: any string literal of the sources that is the path of a JSON file, or
// the name of an IDL file in interfaces/.
function fixtures(checkout, path, sources) {
  const found = {};
  for (const source of sources) {
    for (const [, literal] of source.matchAll(/["'`]([\w./-]+)["'`]/g)) {
      const candidates = literal.endsWith(".json")
        ? [resolvePath(path, literal)]
        : [`interfaces/${literal}.idl`];
      for (const candidate of candidates) {
        const file = join(checkout, candidate);
        if (!relative(checkout, file).startsWith("..") && existsSync(file)) {
          found[`/${candidate}`] = readFileSync(file, "utf8");
        }
      }
    }
  }
  return found;
}
