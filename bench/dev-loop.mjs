// The development loop, as somebody lives in it: start, save, look. bench/dev prepares all that this needs.

import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";

import { median, rounds, sampleInTurn } from "./sampling.mjs";
import { build, firstAnswer, freePort, lathePath, workerdPath } from "./servers.mjs";

const kSaves = 15; // in each round
const kPauseMs = 400; // between two saves: nobody types faster, and everybody has settled
const kPatienceMs = 60_000;
const compatibilityDate = "2026-04-01"; // that the workerd within wrangler knows

const installed = join(build, "bench-dev");
const project = join(installed, "project");

// ---- The project: a Hono application in a few modules; the library in one piece, which all three can import ----

const answer = (text) => `export const text = ${JSON.stringify(text)};\n`;

async function layOut() {
  rmSync(project, { recursive: true, force: true });
  mkdirSync(join(project, "src"), { recursive: true });
  await createRequire(join(build, "bench/package.json"))("esbuild").build({
    stdin: { contents: `export { Hono } from "hono";`, resolveDir: installed },
    outfile: join(project, "src/hono.js"),
    bundle: true,
    format: "esm",
  });
  writeFileSync(join(project, "src/text.js"), answer("start"));
  writeFileSync(
    join(project, "src/index.js"),
    `import { Hono } from "./hono.js";
import { text } from "./text.js";

const app = new Hono();
app.get("/", (context) => context.text(text));
app.get("/users/:id", (context) => context.json({ id: context.req.param("id") }));
export default app;
`,
  );
  writeFileSync(
    join(project, "wrangler.jsonc"),
    JSON.stringify({ name: "bench", main: "src/index.js", compatibility_date: compatibilityDate }),
  );
}

// ---- The contestants: each serves the project on a port and looks for changes ----

const lathe = {
  name: "lathe",
  command: (port) => [lathePath, "dev", "--ip", "127.0.0.1", "--port", String(port)],
};
const workerd = {
  name: "workerd",
  command: (port) => [workerdPath(), "serve", "wrangler.jsonc", "-w", `--socket-addr=http=127.0.0.1:${port}`],
};
const wrangler = {
  name: "wrangler",
  command: (port) => [
    join(installed, "node_modules/.bin/wrangler"),
    "dev", "--ip", "127.0.0.1", "--port", String(port), "--show-interactive-dev-session=false",
  ],
};

// ---- Measuring ----

// The children of a process and theirs, itself first.
function family(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  const threads = readdirSync(`/proc/${pid}/task`).filter((id) => id !== String(pid));
  for (const id of threads) {
    children.push(...readFileSync(`/proc/${pid}/task/${id}/children`, "utf8").split(" ").filter(Boolean));
  }
  return [pid, ...children.flatMap((child) => family(Number(child)))];
}

const kilobytes = (path, key) => Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(readFileSync(path, "utf8"))[1]);

function ask(agent, port) {
  return new Promise((done, fail) => {
    get({ agent, port, host: "127.0.0.1", path: "/" }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text) => (body += text));
      response.on("end", () => done(body)).on("error", fail);
    }).on("error", fail);
  });
}

// Milliseconds from `begin` until the answer is `want`.
async function until(agent, port, want, begin, child) {
  for (;;) {
    const got = await ask(agent, port).catch(() => undefined);
    const ms = performance.now() - begin;
    if (got === want) return ms;
    if (child.exitCode !== null || ms > kPatienceMs) throw new Error(`${want} is never answered`);
    await new Promise((done) => setTimeout(done, got === undefined ? 1 : 0));
  }
}

async function measure(contestant) {
  writeFileSync(join(project, "src/text.js"), answer("start"));
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false", NO_UPDATE_NOTIFIER: "1" };
  const port = await freePort();
  // By a client in C++: to start processes and to ask again and again keeps Node busy for longer than lathe starts.
  const ready = (await firstAnswer(port, contestant.command(port), { cwd: project, env })).ms;
  const [program, ...args] = contestant.command(port);
  const child = spawn(program, args, { cwd: project, env, stdio: ["ignore", "ignore", "ignore"], detached: true });
  const gone = new Promise((done) => child.once("close", done).once("error", done));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    await until(agent, port, "start", performance.now(), child);
    const saves = [];
    for (let i = 0; i < kSaves; ++i) {
      await new Promise((done) => setTimeout(done, kPauseMs));
      const saved = performance.now();
      writeFileSync(join(project, "src/text.js"), answer(`save ${i}`));
      saves.push(await until(agent, port, `save ${i}`, saved, child));
    }
    const all = family(child.pid);
    const sum = (file, key) => all.reduce((total, pid) => total + kilobytes(`/proc/${pid}/${file}`, key), 0) / 1024;
    return { ready, reload: median(saves), pss: sum("smaps_rollup", "Pss"), rss: sum("status", "VmRSS"), processes: all.length };
  } catch (error) {
    throw new Error(`${contestant.name}: ${error.message}`);
  } finally {
    agent.destroy();
    process.kill(-child.pid, "SIGKILL");
    await gone;
  }
}

// ---- What is printed ----

const columns = [
  { key: "ready", title: "ready ms", digits: 0 },
  { key: "reload", title: "reload ms", digits: 1 },
  { key: "pss", title: "PSS MB", digits: 0 },
  { key: "rss", title: "RSS MB", digits: 0 },
  { key: "processes", title: "processes", digits: 0 },
];
// What lathe may need of what another needs, at most.
const floors = [
  { key: "ready", of: wrangler, share: 1 / 20 },
  { key: "ready", of: workerd, share: 1 / 2 },
  { key: "reload", of: wrangler, share: 1 / 10 },
  { key: "pss", of: wrangler, share: 1 / 4 },
];

await layOut();
const contestants = [lathe, workerd, wrangler];
const samples = await sampleInTurn("development loop", contestants, measure);
const results = new Map(
  contestants.map(({ name }) => [
    name,
    Object.fromEntries(columns.map(({ key }) => [key, median(samples.get(name).map((sample) => sample[key]))])),
  ]),
);

const line = (name, cells) => console.log(`  ${name.padEnd(18)}${cells.map((cell) => cell.padStart(12)).join("")}`);
console.log("development loop: a Hono application in four files");
line("", columns.map(({ title }) => title));
for (const [name, result] of results) line(name, columns.map(({ key, digits }) => result[key].toFixed(digits)));
const mine = results.get(lathe.name);
for (const { name } of [workerd, wrangler]) {
  const other = results.get(name);
  line(`${name} / lathe`, columns.map(({ key }) => `${(other[key] / mine[key]).toFixed(1)} x`));
}
console.log("\nfloors");
for (const { key, of, share } of floors) {
  const got = mine[key] / results.get(of.name)[key];
  const kept = got <= share;
  console.log(`  ${key} at most 1/${Math.round(1 / share)} of ${of.name}'s: ${kept ? "kept" : "MISSED"} (1/${(1 / got).toFixed(1)})`);
  if (!kept) process.exitCode = 1;
}
