// lathe against what workerd has answered (tests/data/workerd, written by tools/workerd-tables.mjs). Where the two
// differ on purpose, differences.js says so; a difference that is gone there fails too.
import asyncContext from "../../data/workerd/async-context.json";
import cloning from "../../data/workerd/cloning.json";
import shapes from "../../data/workerd/shapes.json";
import { differences } from "./differences.js";

export { Context, Other, Room, Thing, default } from "./probes.js";

// V8's flags are the process's: another project of the same run may have asked for --expose-gc.
const exposed = /^(global )?gc( |$)/;

async function compare(env, probe, table) {
  const answers = await (await env.SELF.fetch(`http://test/${probe}`)).json();
  const left = new Set(differences[probe]);
  const faults = [];
  for (const key of new Set([...Object.keys(table), ...Object.keys(answers)])) {
    if (table[key] === answers[key] || exposed.test(key)) continue;
    const known = differences[probe].find(({ where, lathe }) => where.test(key) && (!lathe || lathe.test(answers[key])));
    if (known) left.delete(known);
    else faults.push(`${key}\n  workerd: ${table[key]}\n  lathe:   ${answers[key]}`);
  }
  for (const { where } of left) faults.push(`no difference at ${where} any more`);
  if (faults.length > 0) throw new Error(`${faults.length} differences\n${faults.join("\n")}`);
}

export const asynchronousContextsTravelAsInWorkerd = {
  test: (controller, env) => compare(env, "async-context", asyncContext),
};

export const valuesAreClonedAsInWorkerd = {
  test: (controller, env) => compare(env, "cloning", cloning),
};

export const interfacesAndObjectsHaveTheShapeOfWorkerds = {
  test: (controller, env) => compare(env, "shapes", shapes),
};
