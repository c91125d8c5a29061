// What the code cites stands in docs/, and what docs/ names is in the tree.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "../..");
const read = (path) => readFileSync(join(root, path), "utf8");

// ---- Citations ----

const kOurs = String.raw`(?:Durable Objects|docs/durable-objects\.md)`;
const kSection = String.raw`§\d+(?:\.\d+)*`;
const kList = String.raw`${kSection}(?:(?:,|,? to|,? and) ${kSection})*`;

// A citation may go over several lines of a comment.
const asOneLine = (text) => text.replace(/\s*\n\s*(?:\/\/|\*|#)?\s*/g, " ");

// The sections in "§5.1, §5.3 to §5.5": 5.1, 5.3, 5.4 and 5.5.
function sectionsIn(list) {
  const found = [];
  for (const [, to, section] of list.matchAll(/( to )?§([\d.]*\d)/g)) {
    if (to) {
      const [chapter, last] = section.split(".");
      for (let number = Number(found.at(-1).split(".")[1]) + 1; number < Number(last); ++number) {
        found.push(`${chapter}.${number}`);
      }
    }
    found.push(section);
  }
  return found;
}

// The sections of docs/durable-objects.md that `text` cites, and the § that belong to no document.
function citations(text) {
  const sections = [];
  if (!text.includes("§")) return { sections, unowned: [] };
  let rest = asOneLine(text);
  rest = rest.replace(new RegExp(`${kOurs} (${kList})`, "g"), (_, list) => {
    sections.push(...sectionsIn(list));
    return "";
  });
  rest = rest.replace(new RegExp(String.raw`(?:RFC \d+|[A-Z][\w-]* [Ss]tandard),? ${kList}`, "g"), "");
  return { sections, unowned: rest.match(/.{0,40}§\S*/g) ?? [] };
}

const scenariosIn = (text) => text.match(/\b(?:AC|AL|HB|IG|OG|SY)-\d{2,3}\b/g) ?? [];

function* filesBelow(folder) {
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(root.length + 1);
    if (entry.isFile() && !/node_modules/.test(path)) yield path;
  }
}

const sources = ["bench", "cli", "engine", "persist", "tests", "tools"]
  .flatMap((folder) => [...filesBelow(folder)])
  .filter((path) => /\.(?:cc|h|inc|js|mjs|md)$/.test(path) && !path.startsWith("tests/data/"))
  .filter((path) => path !== "tests/e2e/documents.test.mjs");

const rules = read("docs/durable-objects.md");
const headings = new Set([...rules.matchAll(/^##+ (\d+(?:\.\d+)*)\.? /gm)].map(([, number]) => number));
const cases = [...rules.matchAll(/^\| ([A-Z]{2}-\d+) \|/gm)].map(([, name]) => name);

// The frames, handshakes and extensions of WebSockets are RFC 6455 and RFC 7692 throughout.
const citesTheWebSocketProtocol = (path) => /^engine\/(?:http|io)\/(?:.*\/)?web-socket/.test(path);

test("citations are understood in every form", () => {
  for (const [text, expected] of [
    ["// See Durable Objects §5.3.", ["5.3"]],
    ["// (docs/durable-objects.md §5.3)", ["5.3"]],
    ["// (Durable Objects §5.1 to §5.4). Knows", ["5.1", "5.2", "5.3", "5.4"]],
    ["// scripts (Durable Objects\n  // §6); those", ["6"]],
    ["# Durable Objects §9.3 to\n# §9.5, §9.8", ["9.3", "9.4", "9.5", "9.8"]],
    ["// RFC 9112 §2.2 and Durable Objects §4", ["4"]],
    ["// RFC 9112 §3.2, §5.2, §6.1; HTML Standard §8.1", []],
  ]) {
    assert.deepEqual(citations(text), { sections: expected, unowned: [] }, text);
  }
  assert.deepEqual(citations("// as §5.3 says").unowned, ["// as §5.3"]);
});

test("every section that is cited is one of docs/durable-objects.md", () => {
  let count = 0;
  for (const path of sources) {
    const { sections, unowned } = citations(read(path));
    for (const section of sections) assert.ok(headings.has(section), `${path} cites §${section}`);
    if (!citesTheWebSocketProtocol(path)) assert.deepEqual(unowned, [], `${path} does not say whose section it is`);
    count += sections.length;
  }
  assert.ok(count > 50, `${count} citations`);
});

test("the cases of docs/durable-objects.md are those that tests are named after", () => {
  const cited = new Set(sources.filter((path) => path.startsWith("tests/")).flatMap((path) => scenariosIn(read(path))));
  assert.deepEqual([...cited].sort(), [...new Set(cases)].sort());
  assert.equal(new Set(cases).size, cases.length, "each stands there once");
});

test("sections of docs/durable-objects.md that its own text names are there", () => {
  for (const [, section] of rules.matchAll(/§(\d+(?:\.\d+)*)/g)) assert.ok(headings.has(section), section);
});

// ---- What the pages name ----

for (const page of readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"))) {
  test(`docs/${page}: files and links lead somewhere`, () => {
    const text = read(join("docs", page));
    const files = [...text.matchAll(/`((?:bench|cli|docs|engine|examples|persist|tests|tools)\/[\w./-]+)`/g)];
    // NAME and FLOOR stand for what a reader puts there.
    const named = files.map(([, path]) => path).filter((path) => !/\/(?:NAME|FLOOR)\b/.test(path));
    for (const path of named) assert.ok(existsSync(join(root, path)), path);
    for (const [, target] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      assert.ok(existsSync(join(root, "docs", target)), target);
    }
  });
}

test("docs/architecture.md: its functions are in the code", () => {
  const words = new Set(sources.filter((path) => !path.endsWith(".md")).flatMap((path) => read(path).match(/\w+/g)));
  for (const [, name] of read("docs/architecture.md").matchAll(/`[\w:]*?(\w+)\(\)`/g)) {
    assert.ok(words.has(name), name);
  }
});
