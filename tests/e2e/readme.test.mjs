// Every command that README.md and the examples' READMEs show does what they say.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { binary, ready, root, serveFiles, start } from "./lathe.mjs";

const readme = readFileSync(join(root, "README.md"), "utf8");

const shell = (command) =>
  new Promise((done) => {
    // `lathe` and `build/lathe` are the program under test.
    const text = command.replace(/^(build\/)?lathe\b/, `"${binary}"`);
    execFile("bash", ["-c", text], { cwd: root }, (error, stdout, stderr) =>
      done({ code: error ? error.code : 0, stdout, stderr }),
    );
  });

function commands(text) {
  const blocks = [...text.matchAll(/```sh\n([^]*?)```/g)].map(([, block]) => block);
  const inline = [...text.matchAll(/`(lathe \w+ [^`]+)`/g)].map(([, command]) => command);
  return [...blocks.join("").replaceAll(/\\\n\s*/g, "").split("\n"), ...inline]
    .map((line) => line.replace(/\s+#.*/, ""))
    .filter((line) => /^(build\/)?lathe /.test(line) && !line.includes("--help"));
}

const pages = ["README.md", ...readdirSync(join(root, "examples")).map((name) => `examples/${name}/README.md`)];
for (const page of pages) {
  for (const command of commands(readFileSync(join(root, page), "utf8"))) {
    test(`${page}: ${command}`, async (t) => {
      if (!/lathe (serve|dev)/.test(command)) {
        const { code, stdout, stderr } = await shell(command);
        assert.equal(code, 0, stdout + stderr);
        return;
      }
      const args = command.replace(/^\S*lathe /, "").replace(/ --port \d+/, "").split(" ");
      const server = await ready(start(t, [...args, "--port", "0"], { cwd: root }));
      assert.equal((await server.fetch("/")).status, 200);
    });
  }
}

test("README.md: the first script greets whom the path names", async (t) => {
  const [, script] = /```ts\n([^]*?)```/.exec(readme);
  const server = await serveFiles(t, { "hello.ts": script }, ["hello.ts"]);
  const greeting = async (path) => (await server.fetch(path)).json();
  assert.deepEqual(await greeting("/"), { to: "world", text: "Hello, world!" });
  assert.deepEqual(await greeting("/Ada"), { to: "Ada", text: "Hello, Ada!" });
});

test("README.md: folders and links lead somewhere", () => {
  const [, table] = /\| folder [^]*?\n((?:\|.*\n)+)/.exec(readme);
  const folders = [...table.matchAll(/^\| `([\w/]+)`/gm)].map(([, name]) => name);
  assert.ok(folders.length >= 10);
  const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target]) => target);
  for (const path of [...folders, ...links]) {
    assert.ok(existsSync(join(root, path)), path);
  }
});
