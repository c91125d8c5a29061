// What migrations do to stored objects, and what comes back when a configuration no longer has them, as
// on an older branch.

import assert from "node:assert/strict";
import { test } from "node:test";

import { configText, project, run, write } from "./lathe.mjs";

function script(className) {
  return `
import { DurableObject } from "cloudflare:workers";

export class ${className} extends DurableObject {
  async add(text) {
    const texts = [...((await this.ctx.storage.get("texts")) ?? []), text];
    await this.ctx.storage.put("texts", texts);
    return texts;
  }
  async texts() {
    return (await this.ctx.storage.get("texts")) ?? [];
  }
}

export default {
  async fetch(request, env) {
    const text = new URL(request.url).pathname.slice(1);
    const notes = env.NOTES.getByName("only");
    return Response.json(text ? await notes.add(text) : await notes.texts());
  },
};
`;
}

// A worker called `name` in a folder of that name, whose class is `className`. Objects of all are kept together.
function checkout(folder, name, className, migrations) {
  write(folder, {
    [`${name}/worker.js`]: script(className),
    [`${name}/wrangler.json`]: configText({
      name,
      durable_objects: { bindings: [{ name: "NOTES", class_name: className }] },
      migrations,
    }),
  });
}

async function get(folder, name, path = "/") {
  const config = `${name}/wrangler.json`;
  const { code, stdout, stderr } = await run(["fetch", config, path, "--persist-to", "state"], { cwd: folder });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

function storage(folder, ...args) {
  return run(["storage", ...args, "--persist-to", "../state"], { cwd: `${folder}/old` });
}

const created = { tag: "v1", new_sqlite_classes: ["Notes"] };

test("a transferred class takes its objects along, and brings them back", async (t) => {
  const folder = project(t, {});
  const arrival = {
    tag: "v1",
    transferred_classes: [{ from: "Notes", from_script: "old", to: "Papers" }],
  };
  checkout(folder, "old", "Notes", [created]);
  assert.deepEqual(await get(folder, "old", "/one"), ["one"]);

  checkout(folder, "new", "Papers", [arrival]);
  assert.deepEqual(await get(folder, "new", "/two"), ["one", "two"]);
  assert.deepEqual(await get(folder, "new"), ["one", "two"]);

  checkout(folder, "new", "Papers", [{ tag: "v0", new_sqlite_classes: ["Papers"] }]);
  assert.deepEqual(await get(folder, "new"), []);
  assert.deepEqual(await get(folder, "old", "/three"), ["one", "two", "three"]);
});

test("what gave way to a renamed class is there again without the rename", async (t) => {
  const folder = project(t, {});
  const rename = { tag: "v2", renamed_classes: [{ from: "Notes", to: "Papers" }] };
  checkout(folder, "old", "Papers", [{ tag: "v1", new_sqlite_classes: ["Notes", "Papers"] }]);
  await get(folder, "old", "/paper");
  checkout(folder, "old", "Notes", [{ tag: "v1", new_sqlite_classes: ["Notes", "Papers"] }]);
  await get(folder, "old", "/note");

  checkout(folder, "old", "Papers", [{ tag: "v1", new_sqlite_classes: ["Notes", "Papers"] }, rename]);
  assert.deepEqual(await get(folder, "old"), ["note"]);

  checkout(folder, "old", "Papers", [{ tag: "v1", new_sqlite_classes: ["Notes", "Papers"] }]);
  assert.deepEqual(await get(folder, "old"), ["paper"]);
  checkout(folder, "old", "Notes", [{ tag: "v1", new_sqlite_classes: ["Notes", "Papers"] }]);
  assert.deepEqual(await get(folder, "old"), ["note"]);
});

test("the objects of a deleted class go with lathe storage clear --deleted, and not before", async (t) => {
  const folder = project(t, {});
  const deletion = { tag: "v2", deleted_classes: ["Notes"] };
  checkout(folder, "old", "Notes", [created]);
  await get(folder, "old", "/one");

  const afterwards = [created, deletion, { tag: "v3", new_sqlite_classes: ["Papers"] }];
  checkout(folder, "old", "Papers", afterwards);
  assert.deepEqual(await get(folder, "old"), []);
  assert.match((await storage(folder, "ls")).stdout, /Notes .*v2/);

  const refused = await storage(folder, "clear", "--deleted");
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /--yes/);
  checkout(folder, "old", "Notes", [created]);
  assert.deepEqual(await get(folder, "old"), ["one"]);

  checkout(folder, "old", "Papers", afterwards);
  assert.deepEqual(await get(folder, "old"), []);
  const cleared = await storage(folder, "clear", "--deleted", "--yes");
  assert.equal(cleared.code, 0, cleared.stderr);
  checkout(folder, "old", "Notes", [created]);
  assert.deepEqual(await get(folder, "old"), []);
});
