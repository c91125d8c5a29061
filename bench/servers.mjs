// The servers that are measured: how to lay out a worker for each, and how to start it.

import { execFile, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
export const build = resolve(here, "../build");
const installed = createRequire(join(build, "bench/package.json"));
export const compatibilityDate = "2026-08-01";

export const lathePath = resolve(process.env.LATHE ?? join(build, "lathe"));

// The program of npm's workerd, which is a package for each platform behind a launcher in JavaScript.
export function workerdPath() {
  const platform = process.arch === "arm64" ? "arm64" : "64";
  return installed.resolve(`@cloudflare/workerd-linux-${platform}/bin/workerd`);
}

// Bundles bench/workers/NAME.js with the npm libraries that it imports; answers the path of the bundle.
export async function bundle(name) {
  const outfile = join(build, "bench", name, "worker.js");
  await installed("esbuild").build({
    entryPoints: [join(here, "workers", `${name}.js`)],
    outfile,
    bundle: true,
    format: "esm",
    nodePaths: [join(build, "bench/node_modules")],
    logLevel: "warning",
  });
  return outfile;
}

// A server has a name and says which command serves a bundled worker on a port.
export const lathe = {
  name: "lathe",
  command(worker, port) {
    const config = join(dirname(worker), "wrangler.json");
    writeFileSync(
      config,
      JSON.stringify({ name: "bench", main: "worker.js", compatibility_date: compatibilityDate }),
    );
    return [lathePath, "serve", config, "--ip", "127.0.0.1", "--port", String(port)];
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
  services = [(name = "main", worker = .bench)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const bench :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "${compatibilityDate}"
);
`,
    );
    return [workerdPath(), "serve", config];
  },
};

export const bareBeast = {
  name: "bare Beast",
  command: (_worker, port) => [join(build, "bare-beast"), String(port)],
};

export const bareEpoll = {
  name: "bare epoll",
  command: (_worker, port) => [join(build, "bare-epoll"), String(port)],
};

// The bundle's fetch() as each of them serves it best.
export const bun = {
  name: "Bun",
  command(worker, port) {
    const main = join(dirname(worker), "bun.mjs");
    const serve = `Bun.serve({ port: ${port}, hostname: "127.0.0.1", fetch: worker.fetch });`;
    writeFileSync(main, `import worker from "./worker.js";\n${serve}\n`);
    const platform = process.arch === "arm64" ? "aarch64" : "x64";
    return [installed.resolve(`@oven/bun-linux-${platform}/bin/bun`), "run", main];
  },
};

export const deno = {
  name: "Deno",
  command(worker, port) {
    const main = join(dirname(worker), "deno.mjs");
    const serve = `Deno.serve({ port: ${port}, hostname: "127.0.0.1" }, worker.fetch);`;
    writeFileSync(main, `import worker from "./worker.js";\n${serve}\n`);
    const program = installed.resolve(`@deno/linux-${process.arch}-glibc/deno`);
    return [program, "run", "--allow-net", "--no-config", "--no-lock", main];
  },
};

export function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

// Starts `server` for `worker` and calls `use({url, residentMegabytes})`; it is stopped afterwards.
export async function during(server, worker, use) {
  const port = await freePort();
  const [program, ...args] = server.command(worker, port);
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (complaint += text));
  const gone = new Promise((done) => child.once("close", done).once("error", done));
  const url = `http://127.0.0.1:${port}`;
  const residentMegabytes = () => {
    const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
  };
  try {
    for (const deadline = Date.now() + 10_000; ; ) {
      if (await fetch(url).then(() => true, () => false)) break;
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`${server.name} does not serve ${worker}:\n${complaint}`);
      }
      await new Promise((done) => setTimeout(done, 20));
    }
    return await use({ url, residentMegabytes });
  } finally {
    child.kill("SIGKILL");
    await gone;
  }
}

// {ms, megabytes}: from exec to the first answer on `port`, and the resident memory then.
export async function firstAnswer(port, command, options = {}) {
  const output = await new Promise((done, fail) => {
    execFile(join(build, "first-answer"), [String(port), ...command], options, (error, stdout) =>
      error ? fail(error) : done(stdout),
    );
  });
  const [ms, kilobytes] = output.split(" ").map(Number);
  return { ms, megabytes: kilobytes / 1024 };
}

export async function startUp(server, worker) {
  const port = await freePort();
  return firstAnswer(port, server.command(worker, port));
}
