import { deepStrictEqual, rejects } from "node:assert";

const log = [];

export default {
  fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    try {
      log.push("before");
      ctx.abort(pathname === "/reason" ? new RangeError("my reason") : undefined);
      log.push("after");
    } catch {
      log.push("caught");
    } finally {
      log.push("finally");
    }
  },
};

async function logOf(ask) {
  log.length = 0;
  await ask();
  return [...log];
}

export const nothingRunsAfterTheCall = {
  async test(controller, env) {
    deepStrictEqual(await logOf(() => rejects(env.SELF.fetch("https://x/"))), ["before"]);
  },
};

export const theCallerHearsThatItWasAborted = {
  async test(controller, env) {
    await rejects(env.SELF.fetch("https://x/"), {
      message: "Worker execution was aborted due to call to ctx.abort().",
    });
  },
};

export const theCallerHearsTheReason = {
  async test(controller, env) {
    await rejects(env.SELF.fetch("https://x/reason"), { message: "my reason" });
  },
};
