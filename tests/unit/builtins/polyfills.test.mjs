import assert from 'node:assert/strict';
import test from 'node:test';
import './native-shim.mjs';

const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype);

// What the distribution's V8 lacks: where each feature lives, its names, and their lengths.
const features = [
  ['Array', Array, { fromAsync: 1 }],
  ['Array.prototype', Array.prototype, { toReversed: 0, toSorted: 1, toSpliced: 2, with: 2 }],
  ['ArrayBuffer.prototype', ArrayBuffer.prototype, { transfer: 0, transferToFixedLength: 0 }],
  ['Error', Error, { isError: 1 }],
  ['Map', Map, { groupBy: 2 }],
  ['Math', Math, { sumPrecise: 1 }],
  ['Object', Object, { groupBy: 2 }],
  ['Promise', Promise, { try: 1, withResolvers: 0 }],
  ['RegExp', RegExp, { escape: 1 }],
  [
    'Set.prototype',
    Set.prototype,
    {
      difference: 1,
      intersection: 1,
      isDisjointFrom: 1,
      isSubsetOf: 1,
      isSupersetOf: 1,
      symmetricDifference: 1,
      union: 1,
    },
  ],
  ['String.prototype', String.prototype, { isWellFormed: 0, toWellFormed: 0 }],
  ['%TypedArray%.prototype', typedArrayPrototype, { toReversed: 0, toSorted: 1, with: 2 }],
  ['Uint8Array', Uint8Array, { fromBase64: 1, fromHex: 1 }],
  [
    'Uint8Array.prototype',
    Uint8Array.prototype,
    { setFromBase64: 1, setFromHex: 1, toBase64: 0, toHex: 0 },
  ],
];

for (const [, object, names] of features) for (const name in names) delete object[name];
delete globalThis.Iterator;
// Node's own Symbol.dispose can not be deleted, so those two symbols are only looked at.

const toString = Function.prototype.toString;
const globalsBefore = new Set(Reflect.ownKeys(globalThis));
await import('../../../engine/builtins/polyfills.js');

test('features that are missing are there afterwards, shaped as native ones', () => {
  for (const [where, object, names] of features) {
    for (const [name, length] of Object.entries(names)) {
      const descriptor = Object.getOwnPropertyDescriptor(object, name);
      assert.ok(descriptor, `${where}.${name}`);
      assert.equal(descriptor.enumerable, false, `${where}.${name}`);
      assert.deepEqual([descriptor.value.name, descriptor.value.length], [name, length]);
    }
  }
});

test('nothing else of core-js is left behind', () => {
  const added = Reflect.ownKeys(globalThis).filter((key) => !globalsBefore.has(key));
  assert.deepEqual(added, ['Iterator']);
  assert.equal(Function.prototype.toString, toString);
  assert.equal(Object.getOwnPropertyDescriptor(Error.isError, 'sham'), undefined);
});

test('polyfilled features work', async () => {
  assert.deepEqual([3, 1, 2].toSorted(), [1, 2, 3]);
  assert.deepEqual([1, 2].with(0, 9), [9, 2]);
  assert.deepEqual([...new Set([1, 2]).union(new Set([3]))], [1, 2, 3]);
  assert.deepEqual(Object.groupBy([1, 2, 3], (n) => (n % 2 ? 'odd' : 'even')).odd, [1, 3]);
  assert.deepEqual([...Map.groupBy([1, 2], (n) => n % 2)], [[1, [1]], [0, [2]]]);
  assert.deepEqual(await Array.fromAsync([Promise.resolve(1), 2]), [1, 2]);
  assert.equal(await Promise.try((n) => n + 1, 1), 2);
  const { promise, resolve } = Promise.withResolvers();
  resolve('later');
  assert.equal(await promise, 'later');
  assert.equal('a\ud800'.isWellFormed(), false);
  assert.equal('a\ud800'.toWellFormed(), 'a\ufffd');
  assert.equal(new Uint8Array([1, 255]).toHex(), '01ff');
  assert.deepEqual([...Uint8Array.fromBase64('AQI=')], [1, 2]);
  assert.equal(RegExp.escape('a.b'), '\\x61\\.b');
  assert.equal(Math.sumPrecise([0.1, 0.2, -0.3, 1e20, -1e20]), 2.7755575615628914e-17);
  assert.deepEqual([1, 2, 3].values().map((n) => n * 2).drop(1).toArray(), [4, 6]);
  assert.ok([].values() instanceof Iterator);
  assert.deepEqual([typeof Symbol.dispose, typeof Symbol.asyncDispose], ['symbol', 'symbol']);
});

test('errors are told from objects that look like them', () => {
  class Sub extends Error {}
  for (const error of [new Error(), new Sub(), new DOMException()]) assert.ok(Error.isError(error));
  const { prototype } = Error;
  for (const other of [{}, null, 1, Object.create(prototype), { [Symbol.toStringTag]: 'Error' }]) {
    assert.equal(Error.isError(other), false);
  }
});

test('a transferred buffer moves its bytes and is detached', () => {
  const rows = [
    [undefined, [1, 2, 3]],
    [5, [1, 2, 3, 0, 0]],
    [2, [1, 2]],
    [0, []],
  ];
  for (const [length, bytes] of rows) {
    const buffer = new Uint8Array([1, 2, 3]).buffer;
    const moved = buffer.transfer(length);
    assert.deepEqual([...new Uint8Array(moved)], bytes);
    assert.deepEqual([buffer.detached, buffer.byteLength, moved.detached], [true, 0, false]);
    assert.throws(() => buffer.transfer(), TypeError);
  }
  assert.throws(() => new ArrayBuffer(1).transfer(-1), RangeError);
  assert.throws(() => ArrayBuffer.prototype.transfer.call({}), TypeError);
});
