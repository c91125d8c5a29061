// Runs test files with the binary, a few at a time.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { workerSource } from "./worker-source.mjs";

const kStatusNames = ["PASS", "FAIL", "TIMEOUT", "NOTRUN", "PRECONDITION_FAILED"];
const kWaitMs = 10_000;
const kLongWaitMs = 60_000;

// Everything compatibility settings can turn on, so that the standards' behaviour is what is tested.
const config = {
  name: "wpt",
  main: "test.js",
  compatibility_date: "2026-08-22",
  limits: { cpu_ms: 120_000 },
  lathe: { memory_mb: 512 },
};

// Answers {harness, message, results: [{name, status, message}]} for one variant of a test. A worker
// that fails as a whole has no results and tells why in `message`. `certificate` is the path of the one to
// trust, if there is a server that has one.
export async function runTest(binary, harness, test, variant, certificate) {
  const folder = mkdtempSync(join(tmpdir(), "lathe-wpt-"));
  try {
    const waitMs = test.isLong ? kLongWaitMs : kWaitMs;
    writeFileSync(join(folder, "test.js"), workerSource(harness, test, variant, waitMs));
    writeFileSync(join(folder, "wrangler.json"), JSON.stringify(config));
    const { stdout, stderr } = await execute(binary, ["fetch", "wrangler.json", "/"], {
      cwd: folder,
      timeout: waitMs + 60_000,
      maxBuffer: 1 << 28,
      env: { ...process.env, NO_COLOR: "1", ...(certificate && { SSL_CERT_FILE: certificate }) },
    });
    return readAnswer(stdout, stderr);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function execute(binary, args, options) {
  return new Promise((done) => {
    execFile(binary, args, options, (error, stdout, stderr) => done({ error, stdout, stderr }));
  });
}

function readAnswer(stdout, stderr) {
  try {
    const { harness, message, results } = JSON.parse(stdout);
    const named = results.map((result) => ({ ...result, status: kStatusNames[result.status] }));
    return { harness, message, results: named };
  } catch (error) {
    const said = (stdout || stderr).trim().split("\n").slice(0, 3).join(" ");
    return { harness: "ERROR", message: said || "no answer", results: [] };
  }
}
