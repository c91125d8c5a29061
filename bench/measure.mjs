// Runs the loads and prints what came out; bench/run prepares all that this needs.

import { median, rounds, sampleInTurn, seconds, wanted, wrk } from "./sampling.mjs";
import { bareBeast, bareEpoll, bun, bundle, deno, during, lathe, startUp, workerd } from "./servers.mjs";

// As many connections as keep a server with one thread busy without a queue that hides its latency.
const kConnections = 64;

const loads = [
  { name: "hello", worker: "hello", servers: [lathe, workerd, bun, deno, bareBeast, bareEpoll] },
  { name: "JSON echo, 1 KB", worker: "json-echo", script: "json-echo.lua" },
  { name: "64 KB response", worker: "large" },
  { name: "Hono routing", worker: "hono", path: "/api/products/17/reviews/4" },
];

const medians = (samples) =>
  Object.fromEntries(Object.keys(samples[0]).map((key) => [key, median(samples.map((s) => s[key]))]));

// ---- What is printed ----

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
  const load = { connections: kConnections, script };
  const samples = await sampleInTurn(name, servers, (server) =>
    during(server, bundled, async ({ url, residentMegabytes }) => {
      await wrk(url + path, load, 1); // until the compiler has done its work
      const result = await wrk(url + path, load, seconds);
      return { ...result, megabytes: residentMegabytes() };
    }),
  );
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
