// The command behind tools/wpt: which tests, run how, told how.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { directories } from "./directories.mjs";
import { conformance, recorded } from "./report.mjs";
import { runTest } from "./run-test.mjs";
import { startSocketServers } from "./socket-server.mjs";
import { findTests, readTest } from "./test-file.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");
const binary = resolve(process.env.LATHE ?? join(root, "build/lathe"));

const words = process.argv.slice(2);
const checks = words[0] === "--check";
const [checkout, ...named] = checks ? words.slice(1) : words;
if (!checkout || checkout.startsWith("-") || (checks && named.length > 0)) {
  fail(2, "usage: tools/wpt PATH-OF-A-CHECKOUT [DIR…]\n       tools/wpt --check PATH-OF-A-CHECKOUT");
}
if (!existsSync(binary)) fail(1, `there is no ${binary}; run tools/run once to build it`);
const harnessPath = join(checkout, "resources/testharness.js");
if (!existsSync(harnessPath)) fail(1, `${checkout} is no checkout of the Web Platform Tests: it has no resources/testharness.js`);

const harness = readFileSync(harnessPath, "utf8");
const asked = named.length > 0 ? named.map(directoryNamed) : directories;
const servers = asked.some(({ sockets }) => sockets) ? await startSocketServers() : undefined;
const summaries = [];
for (const directory of asked) {
  const summary = await runDirectory(directory);
  summaries.push(summary);
  print(summary);
}
servers?.stop();

const report = join(root, "docs/conformance.md");
if (checks) {
  const before = recorded(readFileSync(report, "utf8"));
  let passed = 0;
  let lost = 0;
  for (const summary of summaries) {
    const missing = Math.max(0, (before.get(summary.path) ?? 0) - summary.passed);
    if (missing > 0) console.log(`${summary.path}: ${missing} fewer than docs/conformance.md has`);
    passed += summary.passed;
    lost += missing;
  }
  console.log(`${passed} passed, ${lost} failed`);
  process.exit(lost === 0 ? 0 : 1);
}
if (named.length === 0) {
  const reasons = JSON.parse(readFileSync(join(here, "reasons.json"), "utf8"));
  mkdirSync(dirname(report), { recursive: true });
  writeFileSync(report, conformance(summaries, reasons));
}
process.exitCode = summaries.every(({ passed, floor }) => passed >= floor) ? 0 : 5;

function directoryNamed(path) {
  const plain = path.replace(/\/+$/, "");
  return directories.find((directory) => directory.path === plain) ?? { path: plain, floor: 0 };
}

async function runDirectory({ path, floor, skip, also = [] }) {
  const jobs = findTests(checkout, path, skip)
    .map((file) => readTest(checkout, file, servers?.substitutions))
    .filter((test) => test.isForWorkers)
    .flatMap((test) => test.variants.map((variant) => ({ test, variant })));
  for (const name of also) {
    const [file, query] = name.split("?");
    jobs.push({ test: readTest(checkout, file), variant: query ? `?${query}` : "" });
  }
  const outcomes = await inParallel(jobs, async ({ test, variant }) => ({
    name: test.path + variant,
    ...(await runTest(binary, harness, test, variant, servers?.certificate)),
  }));

  const failures = [];
  let passed = 0;
  let total = 0;
  for (const { name, harness: status, message, results } of outcomes) {
    for (const result of results) {
      ++total;
      if (result.status === "PASS") ++passed;
      else failures.push({ test: name, ...result });
    }
    // A harness that failed may have lost subtests: it shows as one more failure.
    if (status !== "OK") {
      ++total;
      failures.push({ test: name, name: `(the whole file: ${status})`, status, message });
    }
  }
  return { path, floor, passed, total, failures };
}

// Runs `work` on every job, as many at a time as there are processors; answers in the order of the jobs.
async function inParallel(jobs, work) {
  const answers = [];
  let next = 0;
  const lane = async () => {
    while (next < jobs.length) {
      const index = next++;
      answers[index] = await work(jobs[index]);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return answers;
}

function print({ path, floor, passed, total, failures }) {
  const verdict = passed >= floor ? "" : `, BELOW the floor of ${floor}`;
  console.log(`${path}: ${passed} of ${total}${verdict}`);
  if (named.length === 0) return;
  for (const { test, name, status, message } of failures) {
    console.log(`  ${status} ${test}: ${name}\n      ${message ?? ""}`);
  }
}

function fail(code, message) {
  console.error(`tools/wpt: ${message}`);
  process.exit(code);
}
