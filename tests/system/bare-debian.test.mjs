// The two commands of the README on a bare Debian 12, which has neither git nor curl, Python or ps: what they need they
// install.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { test } from "node:test";

import { DebianRoot, checkout } from "./debian-root.mjs";

const kHour = 3_600_000;

// What this machine reaches npm's registry with.
function registry(root) {
  const value = (key) => execFileSync("npm", ["config", "get", key], { encoding: "utf8" }).trim();
  const env = { npm_config_registry: value("registry") };
  const certificates = value("cafile");
  if (existsSync(certificates)) {
    copyFileSync(certificates, root.at("/registry-certificates.pem"));
    env.npm_config_cafile = "/registry-certificates.pem";
  }
  return env;
}

test("tools/run answers and tools/test passes, from a clean clone", { timeout: kHour }, (t) => {
  const root = DebianRoot.make(t, "bookworm");
  mkdirSync(root.at("/lathe"));
  const files = execFileSync("git", ["ls-files", "-z"], { cwd: checkout });
  const archive = execFileSync("tar", ["-c", "--null", "--files-from=-"], { cwd: checkout, input: files, maxBuffer: 1 << 28 });
  execFileSync("tar", ["-x", "-C", root.at("/lathe")], { input: archive });
  const options = { env: registry(root), timeoutMs: kHour };

  const timed = (what, command) => {
    const start = performance.now();
    const output = root.run(["bash", "-c", `cd /lathe && ${command}`], options);
    t.diagnostic(`${what} took ${Math.round((performance.now() - start) / 1000)} s`);
    return output;
  };
  assert.match(timed("the first answer", "tools/run fetch examples/hello/wrangler.jsonc /Ada"), /Hello, Ada/);
  assert.match(timed("tools/test", "tools/test"), /\n\d+ passed, 0 failed\n$/);
});
