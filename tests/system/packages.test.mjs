// The packages on systems that have nothing but Debian's smallest set: each is installed or copied there, answers, and
// serves a worker.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { DebianRoot, checkout } from "./debian-root.mjs";

// LATHE_PACKAGES names a folder that tools/package has filled; otherwise one is.
const filled = process.env.LATHE_PACKAGES;
const packages = filled ?? mkdtempSync(join(tmpdir(), "lathe-packages-"));

// The package whose name matches, of those that tools/package wrote.
function packaged(pattern, folder = packages) {
  const names = readdirSync(folder).filter((name) => pattern.test(name));
  assert.equal(names.length, 1, `${pattern} in ${readdirSync(folder)}`);
  return join(folder, names[0]);
}

if (filled === undefined) {
  before(() => execFileSync(join(checkout, "tools/package"), ["--to", packages], { stdio: "pipe" }));
  after(() => rmSync(packages, { recursive: true, force: true }));
}

const kWorker = `
export default {
  fetch(request) {
    const { pathname } = new URL(request.url);
    return new Response(new Intl.NumberFormat("de").format(1234567.5) + pathname);
  },
};
`;

// Asks a program in a bare system for its version and its licences, and lets it serve a worker.
async function servesAWorker(t, root, program) {
  assert.match(root.run([program, "--version"]), /^lathe \d/);
  assert.match(root.run([program, "licenses"]), /^lathe contains the work of others/);
  writeFileSync(root.at("/worker.js"), kWorker);
  const server = root.start(t, [program, "serve", "/worker.js", "--port", "0", "--ip", "127.0.0.1"]);
  const [, url] = await server.waitFor(/Ready on (http:\S+)/);
  const response = await fetch(new URL("/path", url));
  assert.equal(await response.text(), "1.234.567,5/path");
}

for (const [suite, release] of [
  ["bookworm", "Debian 12"],
  ["trixie", "Debian 13"],
]) {
  describe(`on a bare ${release}`, () => {
    test("the Debian package installs what it needs, runs, and goes without a trace", async (t) => {
      const root = DebianRoot.make(t, suite);
      copyFileSync(packaged(/\.deb$/), root.at("/lathe.deb"));
      root.run(["apt-get", "update"]);
      root.run(["apt-get", "install", "-y", "--no-install-recommends", "/lathe.deb"]);
      await servesAWorker(t, root, "lathe");
      assert.match(root.run(["sh", "-c", "cat /usr/share/doc/lathe/copyright"]), /OpenSSL/);
      root.run(["apt-get", "remove", "-y", "lathe"]);
      assert.equal(root.run(["sh", "-c", "ls -d /usr/lib/lathe /usr/bin/lathe 2>&1 || true"]).match(/No such file/g).length, 2);
    });

    test("the single file runs as it is", async (t) => {
      const root = DebianRoot.make(t, suite);
      copyFileSync(packaged(/linux-x64$/), root.at("/usr/local/bin/lathe"));
      await servesAWorker(t, root, "lathe");
      assert.equal(readdirSync(root.at("/root/.cache/lathe/programs")).filter((name) => name !== "lock").length, 1);
    });

    test("the tarball runs from any folder, also by a link", async (t) => {
      const root = DebianRoot.make(t, suite);
      const folder = root.at("/srv/some where");
      mkdirSync(folder);
      execFileSync("tar", ["-xf", packaged(/linux-x64\.tar\.gz$/), "-C", folder, "--strip-components=1"]);
      root.run(["ln", "-s", "/srv/some where/lathe", "/usr/local/bin/lathe"]);
      await servesAWorker(t, root, "lathe");
    });
  });
}

test("a system without the C library is told what is needed", (t) => {
  const root = DebianRoot.make(t, "bookworm");
  copyFileSync(packaged(/linux-x64$/), root.at("/lathe"));
  const loaders = ["/lib64/ld-linux-x86-64.so.2", "/usr/lib64/ld-linux-x86-64.so.2"];
  for (const loader of loaders) rmSync(root.at(loader), { force: true });
  assert.throws(
    () => root.run(["/lathe", "--version"]),
    /this system lacks something\. lathe needs Linux on x86-64 with glibc 2\.\d+ or newer[^]*ld-linux-x86-64\.so\.2 is not there/,
  );
});

test("npm installs the launcher with the program, and npx runs it", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "lathe-npm-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "package.json"), "{}");
  const npm = join(packages, "npm");
  const archives = [packaged(/^lathe-\d/, npm), packaged(/^lathe-linux-x64-/, npm)];
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", ...archives], { cwd: folder, stdio: "pipe" });
  writeFileSync(
    join(folder, "worker.js"),
    'export default { fetch() { return new Response("hello"); } };',
  );
  const output = execFileSync("npx", ["--offline", "lathe", "--version"], { cwd: folder, encoding: "utf8" });
  assert.match(output, /^lathe \d/);
  const direct = execFileSync(join(folder, "node_modules/.bin/lathe"), ["fetch", "worker.js", "/"], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: "/usr/bin:/bin", HOME: folder },
  });
  assert.equal(direct, "hello");
});
