// Writes docs/conformance.md from the results of all directories.

// Failing subtests of one file with one reason that get a row of their own; more share one.
const kRowsMax = 12;

// `reasons` is a list of {test, message, reason}: the reason of every failure whose file begins with
// `test` and whose name or message holds `message`; the first that fits counts.
export function conformance(summaries, reasons) {
  const lines = [
    "# Conformance",
    "",
    "Web Platform Tests that lathe passes, written by `tools/wpt PATH-OF-A-CHECKOUT`; do not edit. The",
    "floor is the better of workerd and Node 20; that of websockets counts the variants for `ws:` alone.",
    "Reasons are kept in `tools/wpt-runner/reasons.json`.",
    "",
    "| directory | passed | total | floor |",
    "| --- | ---: | ---: | ---: |",
    ...summaries.map(({ path, passed, total, floor }) => `| ${path} | ${passed} | ${total} | ${floor} |`),
  ];
  for (const { path, failures } of summaries) {
    if (failures.length === 0) continue;
    lines.push("", `## ${path}`, "", "| test | subtest | reason |", "| --- | --- | --- |");
    for (const row of rows(failures, reasons)) lines.push(`| ${row.map(cell).join(" | ")} |`);
  }
  return lines.join("\n") + "\n";
}

// How many tests of each directory a report says have passed, by the directory's path.
export function recorded(report) {
  const rows = report.matchAll(/^\| (\S+) \| (\d+) \| \d+ \| \d+ \|$/gm);
  return new Map(Array.from(rows, ([, path, passed]) => [path, Number(passed)]));
}

function rows(failures, reasons) {
  const groups = new Map();
  for (const failure of failures) {
    const reason = reasonFor(failure, reasons) ?? failure.message ?? failure.status;
    const key = JSON.stringify([failure.test, reasonFor(failure, reasons)]);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push([failure.test, failure.name, reason]);
  }
  return [...groups.values()].flatMap((group) => {
    if (group.length <= kRowsMax) return group;
    const [test, name, reason] = group[0];
    return [[test, `${group.length} subtests, the first of them ${name}`, reason]];
  });
}

function reasonFor(failure, reasons) {
  const said = `${failure.name}\n${failure.message ?? ""}`;
  return reasons.find(({ test, message = "" }) => failure.test.startsWith(test) && said.includes(message))?.reason;
}

// Text that cannot break a table of Markdown.
function cell(text) {
  const visible = JSON.stringify(String(text)).slice(1, -1).replaceAll('\\"', '"').replace(/[^\x20-\x7e]/gu, escapeCharacter);
  const short = visible.length > 160 ? `${visible.slice(0, 157)}…` : visible;
  return short.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}

function escapeCharacter(character) {
  return `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}
