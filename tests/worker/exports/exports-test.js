import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { rejects, strictEqual } from "node:assert";

export class Tally extends DurableObject {
  add() {
    const { kv } = this.ctx.storage;
    return this.ctx.storage.transactionSync(() => {
      const count = (kv.get("count") ?? 0) + 1;
      kv.put("count", count);
      return count;
    });
  }
}

export class Loose extends Tally {}

export class Legacy extends Tally {}

export class Entry extends WorkerEntrypoint {
  greet() {
    return "hello";
  }
}

export const aDeclaredClassHasItsStorage = {
  async test(_, env) {
    strictEqual(await env.TALLY.getByName("a").add(), 1);
    strictEqual(await env.TALLY.getByName("a").add(), 2);
  },
};

export const aClassWithoutABindingIsInCtxExports = {
  async test(_, env, ctx) {
    strictEqual(await ctx.exports.Loose.getByName("a").add(), 1);
  },
};

export const aClassOfTheOtherStorageHasNoSynchronousOne = {
  async test(_, env, ctx) {
    await rejects(ctx.exports.Legacy.getByName("a").add());
  },
};

export const anEntrypointMayBeDeclared = {
  async test(_, env, ctx) {
    strictEqual(await ctx.exports.Entry.greet(), "hello");
  },
};
