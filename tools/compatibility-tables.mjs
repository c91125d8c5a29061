// Writes into docs/compatibility.md what the code has tables of, so that the page says what the program does.
//
//   node tools/compatibility-tables.mjs            rewrites the page
//   node tools/compatibility-tables.mjs --check    exits with 1 when the page would change
//
// A section stands between `<!-- from FILE -->` and `<!-- end -->`, and FILE is what it is made from.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const page = join(root, "docs/compatibility.md");
const code = (name) => `\`${name}\``;
const list = (names) => names.map(code).join(", ");

// Lists of names in a paragraph, wrapped where a reader of the source wants them wrapped.
function paragraph(text) {
  const lines = [""];
  for (const word of text.split(" ")) {
    if (lines.at(-1).length + word.length > 110) lines.push("");
    lines.push(`${lines.pop()} ${word}`.trimStart());
  }
  return lines.join("\n");
}

// ---- engine/compatibility-flags.inc ----

const intros = {
  Follows: "**Honoured**: lathe behaves as the flag is set.",
  AlwaysOn: "**Always on**: lathe behaves as if these were on, also when a date or a flag turns them off.",
  AlwaysOff:
    "**Always off**: lathe behaves as if these were off. Most belong to something that is not here yet; " +
    "asking for one by name is answered with one line of log.",
  Elsewhere: "**Elsewhere**: these concern Cloudflare's network and products; nothing on one machine could tell.",
};

function flags(source) {
  const row =
    /FLAG\(\s*(\w+),\s*"([^"]+)",\s*"([^"]*)",\s*"([\d-]*)",\s*(\w+),\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)/g;
  const all = [...source.replace(/^\s*\/\/.*$/gm, "").matchAll(row)].map(
    ([, , name, opposite, date, conduct, change]) => ({
      name,
      opposite,
      date,
      conduct,
      change: [...change.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, part]) => part).join(""),
    }),
  );
  const written = source.match(/^FLAG\(/gm).length;
  if (all.length !== written) throw new Error(`understood ${all.length} of ${written} flags`);
  return Object.entries(intros).flatMap(([conduct, intro]) => {
    const rows = all.filter((flag) => flag.conduct === conduct);
    if (rows.length === 0) return [];
    if (conduct !== "Follows") {
      return ["", paragraph(`${intro} ${list(rows.map(({ name }) => name))}.`)];
    }
    return [
      "",
      intro,
      "",
      "| flag | opposite | default from | what it changes |",
      "| --- | --- | --- | --- |",
      ...rows.map(
        ({ name, opposite, date, change }) =>
          `| ${code(name)} | ${opposite && code(opposite)} | ${date} | ${change} |`,
      ),
    ];
  });
}

// ---- cli/wrangler-keys.cc ----

function wranglerKeys(source) {
  const rows = [...source.matchAll(/^ {4}\{"([\w$]+)"(?:, (\w+))?(?:, \w+)?(?:,\s+"((?:[^"\\]|\\.)*)")?/gm)];
  const with_ = (use) => rows.filter(([, , value = "elsewhere"]) => value === use);
  return [
    "",
    paragraph(`**Read**: ${list(with_("read").map(([, name]) => name))}.`),
    "",
    paragraph(
      "**Not yet**: lathe says so in one line when it meets them, and using such a binding throws. " +
        with_("missing").map(([, name, , what]) => `${code(name)} (${what})`).join(", ") + ".",
    ),
    "",
    paragraph(`**Refused**, as by wrangler: ${list(with_("removed").map(([, name]) => name))}.`),
    "",
    paragraph(
      "**Passed over**: nothing that a worker does depends on these. " +
        list(with_("elsewhere").map(([, name]) => name)) + ".",
    ),
  ];
}

// ---- engine/builtins/not-implemented.js ----

function missingGlobals(source) {
  const classes = /kClasses = \[([^\]]*)\]/.exec(source)[1].match(/\w+/g);
  const others = [...source.matchAll(/define\('(\w+)', missing/g)].map(([, name]) => name);
  return ["", paragraph(`${list([...others, ...classes])}.`)];
}

// ---- The page ----

const makers = {
  "engine/compatibility-flags.inc": flags,
  "cli/wrangler-keys.cc": wranglerKeys,
  "engine/builtins/not-implemented.js": missingGlobals,
};

const before = readFileSync(page, "utf8");
const after = before.replace(/(<!-- from (\S+) -->\n)[^]*?(<!-- end -->)/g, (_, begin, file, end) => {
  const lines = makers[file](readFileSync(join(root, file), "utf8"));
  return `${begin}${lines.join("\n")}\n\n${end}`;
});

if (!process.argv.includes("--check")) writeFileSync(page, after);
else if (after !== before) {
  console.error("docs/compatibility.md is out of date: run node tools/compatibility-tables.mjs");
  process.exit(1);
}
