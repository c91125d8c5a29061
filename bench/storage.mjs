// Runs the loads of bench/storage and prints what came out; bench/run prepares all that this needs.

import { mkdirSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";

import { median, output, sampleInTurn, seconds, wanted, wrk } from "./sampling.mjs";
import { build, during } from "./servers.mjs";
import { folder, lathe, prepare, workerd } from "./storage-servers.mjs";

// Each operation of the last four handles this many keys, as bench/storage-worker.js has it.
const kTurn = 2000;

// `floor` is the least ratio to workerd that lathe must reach, `rawFloor` that to LMDB alone. So many
// `keys` are there before the load begins, and one request counts as `each` of `unit`.
const loads = [
  { name: "a: inc, one actor", path: "/one/inc", connections: 16, floor: 6 },
  { name: "b: inc, 200 actors", script: "storage-actors.lua", connections: 64, floor: 12 },
  { name: "c: cached get", path: "/one/get", connections: 16, floor: 6 },
  {
    name: "d: 2000 puts in one turn",
    path: "/puts/puts",
    each: kTurn,
    unit: "puts",
    floor: 2,
    rawFloor: 0.5,
  },
  {
    name: "e: 2000 gets in a row",
    path: "/gets/gets",
    keys: kTurn,
    each: kTurn,
    unit: "gets",
    floor: 3,
  },
  {
    name: "f: list of 10,000 keys",
    path: "/list/list",
    keys: 10_000,
    each: 10_000,
    unit: "keys",
    floor: 2,
  },
  {
    name: "g: uncached gets over a million keys, together",
    path: "/million/scattered/1000000",
    keys: 1_000_000,
    each: kTurn,
    unit: "gets",
    floor: 3,
  },
  {
    name: "g: uncached gets over a million keys, in a row",
    path: "/million/scatteredOneByOne/1000000",
    keys: 1_000_000,
    each: kTurn,
    unit: "gets",
    floor: 3,
  },
];

// Puts the keys of a load there, in portions, so that no request takes long.
async function fill({ path, keys }, url) {
  const kPortion = 50_000;
  const [, actor] = path.split("/");
  for (let from = 0; from < keys; from += kPortion) {
    const to = Math.min(from + kPortion, keys);
    const response = await fetch(`${url}/${actor}/fill/${from}/${to}`);
    if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  }
}

// A contestant runs `load` for some seconds and answers its operations per second.
const served = (server, worker) => ({
  name: server.name,
  run: (load) =>
    during(server, worker, async ({ url }) => {
      if (load.keys) await fill(load, url);
      const { connections = 1, path = "", script } = load;
      await wrk(url + path, { connections, script }, 1); // until the compiler has done its work
      return (load.each ?? 1) * (await wrk(url + path, { connections, script }, seconds)).rate;
    }),
});

const rawLmdb = {
  name: "raw LMDB",
  run: async ({ each }) => {
    const state = join(folder, "raw-lmdb-state");
    mkdirSync(state, { recursive: true });
    return Number(await output(join(build, "raw-lmdb"), [state, String(each), seconds]));
  },
};

// ---- What is printed ----

const count = (number) => Math.round(number).toLocaleString("en").padStart(12);

// The rate of each, and how lathe compares; answers whether it keeps above the floors.
function print({ name, connections = 1, unit = "requests", floor, rawFloor }, rates) {
  console.log(`\n${name}: ${connections} ${connections === 1 ? "connection" : "connections"}`);
  for (const [contestant, rate] of rates) {
    console.log(`  ${contestant.padEnd(20)}${count(rate)} ${unit}/s`);
  }
  const floors = { [workerd.name]: floor, [rawLmdb.name]: rawFloor };
  let kept = true;
  for (const [contestant, rate] of [...rates].slice(1)) {
    const ratio = rates.get(lathe.name) / rate;
    const least = floors[contestant];
    const below = ratio < least;
    const remark = least ? `   floor ${least}${below ? ": missed" : ""}` : "";
    const against = `lathe / ${contestant}`.padEnd(20);
    console.log(`  ${against}${ratio.toFixed(2).padStart(12)} x${remark}`);
    kept &&= !below;
  }
  return kept;
}

// ---- The measurements ----

const [busy] = loadavg();
if (busy > availableParallelism()) {
  console.error(`bench: other work keeps this machine busy (load ${busy.toFixed(1)}), and sways ratios`);
}

const worker = prepare();
for (const load of loads.filter(wanted)) {
  const contestants = [served(lathe, worker), served(workerd, worker)];
  if (load.rawFloor) contestants.push(rawLmdb);
  const samples = await sampleInTurn(load.name, contestants, ({ run }) => run(load));
  const rates = new Map([...samples].map(([name, runs]) => [name, median(runs)]));
  if (!print(load, rates)) process.exitCode = 1;
}
