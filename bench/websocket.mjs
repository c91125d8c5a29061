// Runs the loads of bench/websocket and prints what came out; bench/run prepares all that this needs.

import { copyFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { kSockets, kilobytesPerSocket } from "./hibernation.mjs";
import { median, output, sampleInTurn, seconds, wanted } from "./sampling.mjs";
import { build, during } from "./servers.mjs";
import { lathe, prepare, workerd } from "./storage-servers.mjs";

const here = dirname(fileURLToPath(import.meta.url));

// `floor` is the least ratio to workerd that lathe must reach.
const loads = [
  { name: "echo through a worker", path: "/worker", connections: 32, kind: "echo", floor: 2.5 },
  { name: "echo through an object", path: "/object", connections: 32, kind: "echo", floor: 2.5 },
  { name: "broadcast to 100", path: "/room", connections: 100, kind: "broadcast", floor: 3 },
];

// Of one object that sleeps; lathe's may each take that much.
const asleep = { name: `${kSockets} hibernating sockets`, path: "/asleep", kilobytesMax: 12 };

function run(server, worker, { path, connections, kind }) {
  return during(server, worker, async ({ url, residentMegabytes }) => {
    const port = new URL(url).port;
    const text = await output(join(build, "socket-load"), [port, path, connections, seconds, kind]);
    const [rate, p50, p99] = text.split(" ").map(Number);
    return { rate, p50, p99, megabytes: residentMegabytes() };
  });
}

const columns = [
  { key: "rate", title: "messages/s", digits: 0 },
  { key: "p50", title: "p50 ms", digits: 2 },
  { key: "p99", title: "p99 ms", digits: 2 },
  { key: "megabytes", title: "memory MB", digits: 1 },
];

function print(load, results) {
  const line = (name, cells) =>
    console.log(`  ${name.padEnd(18)}${cells.map((cell) => cell.padStart(12)).join("")}`);
  console.log(`\n${load.name}: ${load.connections} connections`);
  line("", columns.map(({ title }) => title));
  for (const [name, result] of results) {
    line(name, columns.map(({ key, digits }) => result[key].toFixed(digits)));
  }
  const [[, ours], [name, theirs]] = results;
  line(`lathe / ${name}`, columns.map(({ key }) => `${(ours[key] / theirs[key]).toFixed(2)} x`));
  const missed = ours.rate / theirs.rate < load.floor;
  if (missed) console.log(`  floor ${load.floor}: missed`);
  return !missed;
}

function printAsleep([[, ours], [name, theirs]]) {
  const line = (title, number, unit) => console.log(`  ${title.padEnd(18)}${number.toFixed(2).padStart(12)} ${unit}`);
  console.log(`\n${asleep.name}: memory of each, beyond the kernel's`);
  line("lathe", ours, "KB");
  line(name, theirs, "KB");
  line(`lathe / ${name}`, ours / theirs, "x");
  const missed = ours > asleep.kilobytesMax;
  if (missed) console.log(`  at most ${asleep.kilobytesMax} KB: missed`);
  return !missed;
}

const worker = prepare();
copyFileSync(join(here, "websocket-worker.js"), worker);
for (const load of loads.filter(wanted)) {
  const samples = await sampleInTurn(load.name, [lathe, workerd], (server) => run(server, worker, load));
  const medians = [...samples].map(([name, runs]) => [
    name,
    Object.fromEntries(columns.map(({ key }) => [key, median(runs.map((each) => each[key]))])),
  ]);
  if (!print(load, medians)) process.exitCode = 1;
}
if (wanted(asleep)) {
  const results = [];
  for (const server of [lathe, workerd]) {
    const kilobytes = await during(server, worker, ({ url, residentMegabytes }) =>
      kilobytesPerSocket(new URL(asleep.path, url), residentMegabytes),
    );
    results.push([server.name, kilobytes]);
  }
  if (!printAsleep(results)) process.exitCode = 1;
}
