// Asks the peer what the tables' cases come to, and writes its answers into them:
//     node tests/data/workerd-answers/ask.mjs WORKERD WRANGLER
// WORKERD and WRANGLER are the commands. A case is workerd's to answer unless it says `"by": "wrangler"`: what wrangler
// shows of a connection is what Cloudflare does, and workerd, which stands behind a proxy there, shows all of it.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ask, expressionWorker, kDate, readTable, wireWorker, tablePath } from "./worker.mjs";

const [workerd, wrangler] = process.argv.slice(2);

const servers = {
  workerd(folder, port) {
    writeFileSync(
      join(folder, "config.capnp"),
      `using Workerd = import "/workerd/workerd.capnp";
       const config :Workerd.Config = (
         services = [(name = "main", worker = .worker)],
         sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]);
       const worker :Workerd.Worker = (
         modules = [(name = "worker", esModule = embed "worker.js")], compatibilityDate = "${kDate}");`,
    );
    return [workerd, ["serve", join(folder, "config.capnp")]];
  },
  wrangler(folder, port) {
    const config = { name: "worker", main: "worker.js", compatibility_date: kDate };
    writeFileSync(join(folder, "wrangler.json"), JSON.stringify(config));
    return [wrangler, ["dev", "--ip", "127.0.0.1", "--port", `${port}`]];
  },
};

async function withServer(kind, script, use) {
  const folder = mkdtempSync(join(tmpdir(), "workerd-answers-"));
  writeFileSync(join(folder, "worker.js"), script);
  const port = await freePort();
  const [command, args] = servers[kind](folder, port);
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "1" };
  const child = spawn(command, args, { cwd: folder, stdio: "ignore", env, detached: true });
  try {
    await untilUp(port);
    return await use(port);
  } finally {
    process.kill(-child.pid);
    rmSync(folder, { recursive: true, force: true });
  }
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

async function untilUp(port) {
  for (let i = 0; i < 300; ++i) {
    try {
      return await fetch(`http://127.0.0.1:${port}/end`);
    } catch {
      await new Promise((done) => setTimeout(done, 100));
    }
  }
  throw new Error("the peer does not start");
}

function writeTable(name, cases) {
  const rows = cases.map((row) => `  ${JSON.stringify(row)}`);
  writeFileSync(tablePath(name), `[\n${rows.join(",\n")}\n]\n`);
}

const expressions = readTable("expressions");
const values = await withServer("workerd", expressionWorker(expressions), async (port) =>
  (await fetch(`http://127.0.0.1:${port}/`)).json(),
);
expressions.forEach((row, i) => (row.peer = values[i]));
writeTable("expressions", expressions);

const wire = readTable("wire");
for (const kind of ["workerd", "wrangler"]) {
  await withServer(kind, wireWorker(wire), async (port) => {
    for (const [i, row] of wire.entries()) {
      if ((row.by ?? "workerd") === kind) row.peer = await ask(port, i, row);
    }
  });
}
writeTable("wire", wire);
