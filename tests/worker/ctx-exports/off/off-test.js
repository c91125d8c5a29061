import assert from 'node:assert';

// Before 2025-11-17 a worker has to ask for them, with enable_ctx_exports.
export const thereAreNone = {
  test(controller, env, ctx) {
    assert.strictEqual(ctx.exports, undefined);
  },
};
