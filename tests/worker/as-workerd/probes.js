// What runs on lathe and, by tools/workerd-tables.mjs, on workerd: each path answers with what one of the
// modules has seen, as an object of texts.
import { asyncContext, store } from "./async-context.js";
import { cloning } from "./cloning.js";
import { shapes } from "./shapes.js";

export { Context, Room } from "./async-context.js";
export { Other, Thing } from "./cloning.js";

const probes = { "async-context": asyncContext, cloning, shapes };

export default {
  async fetch(request, env, ctx) {
    const name = new URL(request.url).pathname.slice(1);
    if (name === "store") return new Response(store());
    if (!Object.hasOwn(probes, name)) return new Response(null);
    return Response.json(await probes[name]({ request, env, ctx }));
  },
};
