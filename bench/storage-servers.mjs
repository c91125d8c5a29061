// The servers of bench/storage: bench/storage-worker.js with a Durable Object on the local disk.

import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build, compatibilityDate, lathePath, workerdPath } from "./servers.mjs";

const here = dirname(fileURLToPath(import.meta.url));

export const folder = join(build, "bench/storage");
const stateOf = (name) => join(folder, `${name}-state`);

// Lays out the worker beside empty state folders; answers the path of the worker.
export function prepare() {
  rmSync(folder, { recursive: true, force: true });
  for (const { name } of [lathe, workerd]) mkdirSync(stateOf(name), { recursive: true });
  const worker = join(folder, "worker.js");
  copyFileSync(join(here, "storage-worker.js"), worker);
  return worker;
}

export const lathe = {
  name: "lathe",
  command(worker, port) {
    const config = join(dirname(worker), "wrangler.jsonc");
    writeFileSync(
      config,
      JSON.stringify({
        name: "bench",
        main: "worker.js",
        compatibility_date: compatibilityDate,
        durable_objects: { bindings: [{ name: "STORE", class_name: "Store" }] },
        migrations: [{ tag: "v1", new_sqlite_classes: ["Store"] }],
        lathe: { durability: "fsync" },
      }),
    );
    const address = ["--ip", "127.0.0.1", "--port", String(port)];
    return [lathePath, "serve", config, ...address, "--persist-to", stateOf("lathe")];
  },
};

export const workerd = {
  name: "workerd",
  command(worker, port) {
    const config = join(dirname(worker), "config.capnp");
    writeFileSync(
      config,
      `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .bench),
    (name = "disk", disk = (path = "${stateOf("workerd")}", writable = true))
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const bench :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "${compatibilityDate}",
  durableObjectNamespaces = [(className = "Store", uniqueKey = "bench-store", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [(name = "STORE", durableObjectNamespace = "Store")]
);
`,
    );
    return [workerdPath(), "serve", config];
  },
};
