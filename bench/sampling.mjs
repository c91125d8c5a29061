// How all loads are sampled: the contestants take turns, round by round, and the median of the rounds counts. A
// sample is mostly one run of wrk.

import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "" },
  },
});
export const seconds = values.seconds;
export const rounds = Number(values.rounds);
export const wanted = ({ name }) => name.toLowerCase().includes(values.only.toLowerCase());

export const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

// The output of a program that ends well.
export function output(program, args) {
  return new Promise((done, fail) => {
    execFile(program, args, (error, stdout) => (error ? fail(error) : done(stdout)));
  });
}

// One run of wrk: {rate, p50, p99} in requests a second and milliseconds. An answer other than 200 fails it.
export async function wrk(url, { connections, script }, duration) {
  const args = ["-t1", `-c${connections}`, `-d${duration}s`, "--timeout", "30s", "--latency"];
  if (script) args.push("-s", join(here, script));
  const text = await output("wrk", [...args, url]);
  if (/Non-2xx|Socket errors/.test(text)) {
    throw new Error(`not every answer of ${url} was a 200:\n${text}`);
  }
  const inMs = (percent) => {
    const [, number, unit] = new RegExp(`^\\s+${percent}%\\s+([\\d.]+)(us|ms|s)`, "m").exec(text);
    return Number(number) * { us: 0.001, ms: 1, s: 1000 }[unit];
  };
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)[1]), p50: inMs(50), p99: inMs(99) };
}

// Says on a terminal what goes on, in a line of its own that the next one replaces.
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

// What `run(contestant)` answers in each round, as lists by the contestants' names.
export async function sampleInTurn(title, contestants, run) {
  const samples = new Map(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; ++round) {
    for (const contestant of contestants) {
      progress(`bench: ${title}, ${contestant.name}, round ${round + 1} of ${rounds}`);
      samples.get(contestant.name).push(await run(contestant));
    }
  }
  progress("");
  return samples;
}
