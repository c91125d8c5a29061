import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { waitUntil } from "cloudflare:workers";

const log = [];

export default {
  // Answers at once, and goes on for a while.
  fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    const later = scheduler.wait(5).then(() => log.push(`after ${pathname}`));
    if (pathname === "/imported") waitUntil(later);
    else ctx.waitUntil(later);
    if (pathname === "/rejected") ctx.waitUntil(Promise.reject(new Error("only logged")));
    return new Response("early");
  },
};

async function workOf(env, path) {
  log.length = 0;
  const response = await env.SELF.fetch(`https://x${path}`);
  const early = [...log];
  await scheduler.wait(40);
  return [await response.text(), early, [...log]];
}

export const workGoesOnAfterTheResponse = {
  async test(controller, env) {
    deepStrictEqual(await workOf(env, "/ctx"), ["early", [], ["after /ctx"]]);
  },
};

export const theImportedWaitUntilIsTheSame = {
  async test(controller, env) {
    deepStrictEqual(await workOf(env, "/imported"), ["early", [], ["after /imported"]]);
  },
};

export const aRejectedPromiseSpoilsNeitherResponseNorRest = {
  async test(controller, env) {
    deepStrictEqual(await workOf(env, "/rejected"), ["early", [], ["after /rejected"]]);
  },
};

export const itTakesAnyValueAndReturnsNothing = {
  test(controller, env, ctx) {
    strictEqual(ctx.waitUntil(Promise.resolve()), undefined);
    strictEqual(ctx.waitUntil(1), undefined);
    throws(() => ctx.waitUntil(), TypeError);
  },
};

export const theContextIsNewForEveryEvent = {
  test(controller, env, ctx) {
    strictEqual(ctx.mark, undefined);
    ctx.mark = true;
    strictEqual(typeof ctx.passThroughOnException, "function");
  },
};

export const andNewAgain = {
  test(controller, env, ctx) {
    strictEqual(ctx.mark, undefined);
  },
};
