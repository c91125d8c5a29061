// Runs the computations of bench/workers/language.js and prints what came out; bench/run prepares all that this needs.

import { seconds, wanted } from "./sampling.mjs";
import { bundle, during, lathe, workerd } from "./servers.mjs";

// lathe and workerd have the same engine, give or take a few versions of it.
const kFloor = 0.9;
const kWarmUps = 15;

// A sample above the lower quartile has probably met another program, so the quartile counts.
const lowerQuartile = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 2];

async function timed(url, name) {
  const start = performance.now();
  const response = await fetch(`${url}/${encodeURIComponent(name)}`);
  const answer = await response.text();
  if (!response.ok) throw new Error(`${name}: ${response.status} ${answer}`);
  return { ms: performance.now() - start, answer };
}

// The servers take turns, so that both meet the same moods of the machine.
async function measure(name, urls) {
  const samples = urls.map(() => []);
  const answers = new Set();
  const deadline = performance.now() + seconds * 1000;
  for (let round = 0; round < kWarmUps + 5 || performance.now() < deadline; ++round) {
    for (const [i, url] of urls.entries()) {
      const { ms, answer } = await timed(url, name);
      answers.add(answer);
      if (round >= kWarmUps) samples[i].push(ms);
    }
  }
  if (answers.size !== 1) throw new Error(`${name} came to different results: ${[...answers].join(", ")}`);
  return samples.map(lowerQuartile);
}

const bundled = await bundle("language");
const kept = await during(lathe, bundled, (ours) =>
  during(workerd, bundled, async (theirs) => {
    const urls = [ours.url, theirs.url];
    const names = (await timed(ours.url, "")).answer.split("\n");
    const line = (name, ...cells) => console.log(`  ${name.padEnd(22)}${cells.map((cell) => cell.padStart(12)).join("")}`);
    console.log(`\nthe language: milliseconds for one computation, and how many times as fast lathe is (floor ${kFloor})`);
    line("", "lathe", "workerd", "ratio");
    let allKept = true;
    for (const name of names.filter((name) => wanted({ name }))) {
      const [mine, other] = await measure(name, urls);
      const ratio = other / mine;
      allKept &&= ratio >= kFloor;
      line(name, mine.toFixed(1), other.toFixed(1), `${ratio.toFixed(2)} x`, ratio < kFloor ? "missed" : "");
    }
    return allKept;
  }),
);
process.exit(kept ? 0 : 1);
