// Configurations as projects have them, tests/data/configs: each loads, whatever it asks for, and a binding
// that lathe does not have says so when it is used, and not before.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { test } from "node:test";

import { project, root, run } from "./lathe.mjs";

const script = `
import { DurableObject } from "cloudflare:workers";
export class Room extends DurableObject {}
export default {
  async fetch(request, env) {
    console.log(env);
    const use = new URL(request.url).searchParams.get("use");
    if (!use) return Response.json({ names: Object.keys(env), json: JSON.parse(JSON.stringify(env)) });
    try {
      await env[use].get("key");
      return new Response("worked");
    } catch (error) {
      return new Response(error.message);
    }
  },
};`;

const configs = {
  "bare.json": { bindings: {} },
  "everything.jsonc": {
    warnings: [],
    bindings: {
      GREETING: "text",
      LIST: "text",
      AI: "Workers AI",
      EVENTS: "Analytics Engine dataset",
      ASSETS: "static assets",
      BROWSER: "Browser Rendering",
      DB: "D1 database",
      TENANTS: "dispatch namespace",
      POSTGRES: "Hyperdrive",
      IMAGES: "Images",
      CACHE: "KV namespace",
      CERTIFICATE: "client certificate",
      PIPELINE: "pipeline",
      JOBS: "queue",
      FILES: "R2 bucket",
      LIMITER: "rate limit",
      SECRET: "Secrets Store secret",
      MAIL: "e-mail sender",
      INDEX: "Vectorize index",
      VERSION: "version metadata",
      FLOW: "Workflow",
    },
  },
  "environments.toml": {
    bindings: { STAGE: "text", CACHE: "KV namespace", FILES: "R2 bucket" },
    environments: ["", "staging", "production"],
  },
  "objects.jsonc": {
    bindings: {
      OTHER: 'the service "other", which is not loaded',
      ROOM: "objects",
      FAR: 'the service "other", which is not loaded',
    },
  },
  "old.toml": {
    warnings: [/"type" is not a key of wrangler's/],
    bindings: { CACHE: "KV namespace", PAGE: "text blob", ODD: "unsafe binding" },
  },
};

for (const [file, { bindings, warnings = [], environments = [""] }] of Object.entries(configs)) {
  for (const environment of environments) {
    const title = environment ? `${file} for ${environment}` : file;
    test(`${title} loads, and what is missing says so on use`, async (t) => {
      const cwd = project(t, {
        "worker.js": script,
        [`wrangler${extname(file)}`]: readFileSync(join(root, "tests/data/configs", file)),
      });
      const args = environment ? ["-e", environment] : [];
      const checked = await run(["check", ...args], { cwd });
      assert.equal(checked.code, 0, checked.stderr);
      const warned = checked.stderr.split("\n").filter((line) => line.startsWith("warning: "));
      assert.equal(warned.length, warnings.length, checked.stderr);
      for (const [index, pattern] of warnings.entries()) assert.match(warned[index], pattern);

      const listed = await run(["fetch", ...args], { cwd });
      assert.equal(listed.code, 0, listed.stdout + listed.stderr);
      assert.deepEqual(JSON.parse(listed.stdout).names.sort(), Object.keys(bindings).sort());
      for (const [name, type] of Object.entries(bindings)) {
        if (type === "text" || type === "objects") continue;
        const used = await run(["fetch", `/?use=${name}`, ...args], { cwd });
        assert.equal(used.stdout, `not implemented in lathe: binding ${name} (${type})`);
      }
    });
  }
}
