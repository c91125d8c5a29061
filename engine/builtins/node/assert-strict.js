// node:assert/strict: node:assert whose loose comparisons are the strict ones.
import { assert, createAssert } from './assert.js';

export const strict = createAssert();
Object.assign(strict, assert, {
  ok: strict,
  equal: assert.strictEqual,
  notEqual: assert.notStrictEqual,
  deepEqual: assert.deepStrictEqual,
  notDeepEqual: assert.notDeepStrictEqual,
});
strict.strict = strict;
assert.strict = strict;
