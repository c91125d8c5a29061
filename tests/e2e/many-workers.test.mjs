import assert from "node:assert/strict";
import { test } from "node:test";

import { configText, project, run } from "./lathe.mjs";

const workers = 60;

// A context is read from the snapshot piece by piece; a collection may begin between two of them, and
// must find nothing that is only half there. Without incremental marking it begins there most of the
// time when so many workers are loaded one after the other.
for (const flags of [["--no-incremental-marking"], ["--stress-incremental-marking"], []]) {
  test(`${workers} workers load into one heap, ${flags.join(" ") || "as by default"}`, async (t) => {
    const files = {
      "worker.js": "export const loads = { test() {} };",
      "flags.json": configText({ name: "flags", main: "worker.js", lathe: { v8_flags: flags } }),
    };
    for (let i = 0; i < workers; ++i) {
      files[`${i}.json`] = configText({ name: `worker-${i}`, main: "worker.js" });
    }
    const folder = project(t, files);
    for (let round = 0; round < 3; ++round) {
      const all = await run(["test", ...Object.keys(files).filter((f) => f.endsWith(".json"))], {
        cwd: folder,
      });
      assert.equal(all.code, 0, all.stdout + all.stderr);
      assert.match(all.stdout, new RegExp(`^${workers + 1} passed, 0 failed$`, "m"));
    }
  });
}
