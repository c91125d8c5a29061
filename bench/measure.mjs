// Runs the loads and prints what came out; bench/run prepares all that this needs.

import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { bareBeast, bundle, during, lathe, startUp, workerd } from "./servers.mjs";

const here = dirname(fileURLToPath(import.meta.url));

// As many connections as keep a server with one thread busy without a queue that hides its latency.
const kConnections = 64;

const loads = [
  { name: "hello", worker: "hello", servers: [lathe, workerd, bareBeast] },
  { name: "JSON echo, 1 KB", worker: "json-echo", script: "json-echo.lua" },
  { name: "64 KB response", worker: "large" },
  { name: "Hono routing", worker: "hono", path: "/api/products/17/reviews/4" },
];

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "" },
  },
});
const rounds = Number(values.rounds);
const wanted = ({ name }) => name.toLowerCase().includes(values.only.toLowerCase());

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
const medians = (samples) =>
  Object.fromEntries(Object.keys(samples[0]).map((key) => [key, median(samples.map((s) => s[key]))]));

// One run of wrk: {rate, p50, p99} in requests a second and milliseconds.
async function load(url, script, seconds) {
  const args = ["-t1", `-c${kConnections}`, `-d${seconds}s`, "--latency"];
  if (script) args.push("-s", join(here, script));
  const text = await new Promise((done, fail) => {
    execFile("wrk", [...args, url], (error, stdout) => (error ? fail(error) : done(stdout)));
  });
  if (/Non-2xx/.test(text)) throw new Error(`not every answer of ${url} was a 200:\n${text}`);
  const inMs = (percent) => {
    const [, number, unit] = new RegExp(`^\\s+${percent}%\\s+([\\d.]+)(us|ms|s)`, "m").exec(text);
    return Number(number) * { us: 0.001, ms: 1, s: 1000 }[unit];
  };
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)[1]), p50: inMs(50), p99: inMs(99) };
}

// ---- What is printed ----

// Says on a terminal what goes on, in a line of its own that the next one replaces.
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

const columns = [
  { key: "rate", title: "requests/s", digits: 0 },
  { key: "p50", title: "p50 ms", digits: 2 },
  { key: "p99", title: "p99 ms", digits: 2 },
  { key: "megabytes", title: "memory MB", digits: 1 },
  { key: "ms", title: "start ms", digits: 1 },
];

function print(title, results) {
  const shown = columns.filter(({ key }) => results.some(([, result]) => result[key] !== undefined));
  const line = (name, cells) =>
    console.log(`  ${name.padEnd(18)}${cells.map((cell) => cell.padStart(12)).join("")}`);
  console.log(`\n${title}`);
  line("", shown.map((column) => column.title));
  for (const [name, result] of results) {
    line(name, shown.map(({ key, digits }) => result[key]?.toFixed(digits) ?? ""));
  }
  const [[, first], ...others] = results;
  for (const [name, result] of others) {
    line(`lathe / ${name}`, shown.map(({ key }) => `${(first[key] / result[key]).toFixed(2)} x`));
  }
}

// ---- The measurements ----

for (const { name, worker, script, path = "/", servers = [lathe, workerd] } of loads.filter(wanted)) {
  const bundled = await bundle(worker);
  const samples = new Map(servers.map((server) => [server.name, []]));
  for (let round = 0; round < rounds; ++round) {
    for (const server of servers) {
      progress(`bench: ${name}, ${server.name}, round ${round + 1} of ${rounds}`);
      const sample = await during(server, bundled, async ({ url, residentMegabytes }) => {
        await load(url + path, script, 1); // until the compiler has done its work
        const result = await load(url + path, script, values.seconds);
        return { ...result, megabytes: residentMegabytes() };
      });
      samples.get(server.name).push(sample);
    }
  }
  progress("");
  print(
    `${name}: ${kConnections} connections`,
    [...samples].map(([server, runs]) => [server, medians(runs)]),
  );
}

const start = { name: "start-up" };
if (wanted(start)) {
  const bundled = await bundle("hello");
  const samples = new Map([[lathe.name, []], [workerd.name, []]]);
  for (let round = 0; round < 7 * rounds; ++round) {
    for (const server of [lathe, workerd]) {
      samples.get(server.name).push(await startUp(server, bundled));
    }
  }
  print(
    "start-up: exec to the first answer of hello, and the memory then",
    [...samples].map(([server, runs]) => [server, medians(runs)]),
  );
}
