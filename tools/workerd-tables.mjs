// node tools/workerd-tables.mjs WORKERD [--write]: runs the probes of tests/worker/as-workerd on a workerd, and
// prints how its answers differ from the tables in tests/data/workerd, or writes them there.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const worker = join(root, "tests/worker/as-workerd");
const tables = join(root, "tests/data/workerd");
const probes = ["shapes", "async-context", "cloning"];
const modules = ["probes.js", "async-context.js", "cloning.js", "shapes.js"];
const kPort = 18_790;

// The configuration is JSON but for its comments and last commas.
const settings = JSON.parse(
  readFileSync(join(worker, "wrangler.jsonc"), "utf8").replace(/^ *\/\/.*$/gm, "").replace(/,(\s*[}\]])/g, "$1"),
);

function capnp(folder) {
  const text = JSON.stringify;
  const services = settings.services.map(({ binding, entrypoint }) =>
    entrypoint
      ? `(name = ${text(binding)}, service = (name = "main", entrypoint = ${text(entrypoint)}))`
      : `(name = ${text(binding)}, service = "main")`,
  );
  const objects = settings.durable_objects.bindings;
  const bindings = objects.map(({ name, class_name }) => `(name = ${text(name)}, durableObjectNamespace = ${text(class_name)})`);
  const namespaces = objects.map(
    ({ class_name }) => `(className = ${text(class_name)}, uniqueKey = ${text(class_name)}, enableSql = true)`,
  );
  const list = modules.map((name) => `(name = ${text(name)}, esModule = embed ${text(name)})`);
  for (const name of modules) writeFileSync(join(folder, name), readFileSync(join(worker, name)));
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "disk", disk = (path = ${text(folder)}, writable = true))],
  sockets = [(name = "http", address = "127.0.0.1:${kPort}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [${list}],
  compatibilityDate = ${text(settings.compatibility_date)},
  compatibilityFlags = ${text(settings.compatibility_flags)},
  bindings = [${[...services, ...bindings]}],
  durableObjectNamespaces = [${namespaces}],
  durableObjectStorage = (localDisk = "disk"),
);
`;
}

async function answersOf(workerd, folder) {
  writeFileSync(join(folder, "config.capnp"), capnp(folder));
  const child = spawn(workerd, ["serve", "--experimental", "config.capnp"], { cwd: folder, stdio: ["ignore", "inherit", "ignore"] });
  const url = (path) => `http://127.0.0.1:${kPort}/${path}`;
  try {
    for (let attempt = 0; ; ++attempt) {
      const up = await fetch(url("")).then(() => true, () => false);
      if (up) break;
      if (attempt === 100 || child.exitCode !== null) throw new Error("workerd does not answer");
      await pause(100);
    }
    const answers = {};
    for (const probe of probes) answers[probe] = await (await fetch(url(probe))).json();
    return answers;
  } finally {
    child.kill();
  }
}

const [workerd, option] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "workerd-"));
try {
  const answers = await answersOf(resolve(workerd), folder);
  for (const probe of probes) {
    const path = join(tables, `${probe}.json`);
    const sorted = Object.fromEntries(Object.entries(answers[probe]).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (option === "--write") {
      writeFileSync(path, JSON.stringify(sorted, null, 1) + "\n");
      continue;
    }
    const known = JSON.parse(readFileSync(path, "utf8"));
    for (const key of new Set([...Object.keys(known), ...Object.keys(sorted)])) {
      if (known[key] !== sorted[key]) console.log(`${probe}: ${key}\n  table:   ${known[key]}\n  workerd: ${sorted[key]}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
