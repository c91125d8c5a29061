import assert from 'node:assert/strict';
import test from 'node:test';
import './native-shim.mjs';
import { isDeepStrictEqual, isPartiallyEqual } from '../../../engine/builtins/deep-equal.js';

class Point {
  x = 1;
}
const cyclic = () => {
  const object = { list: [] };
  object.list.push(object);
  return object;
};
const date = (ms, extra) => Object.assign(new Date(ms), extra);

// Each row: two values, and whether they are equal.
const rows = [
  [NaN, NaN, true],
  [0, -0, false],
  [1, '1', false],
  [null, undefined, false],
  [null, {}, false],
  [1n, 1, false],
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
  [{ a: undefined }, {}, false],
  [{ a: undefined }, { b: undefined }, false],
  [new Point(), { x: 1 }, false],
  [Object.create(null), {}, false],
  [[1, 2], [2, 1], false],
  [[], {}, false],
  [[1, , 3], [1, undefined, 3], false],
  [Object.assign([1], { k: 1 }), [1], false],
  [{ [Symbol.for('s')]: 1 }, { [Symbol.for('s')]: 1 }, true],
  [{ [Symbol.for('s')]: 1 }, {}, false],
  [new Map([[{ k: 1 }, 1], ['a', 2]]), new Map([['a', 2], [{ k: 1 }, 1]]), true],
  [new Map([[1, 'x']]), new Map([['1', 'x']]), false],
  [new Map([[1, undefined]]), new Map([[2, undefined]]), false],
  [new Map([[{ k: 1 }, 1]]), new Map([[{ k: 1 }, 2]]), false],
  [new Set([{ a: 1 }, { a: 2 }]), new Set([{ a: 2 }, { a: 1 }]), true],
  [new Set([{ a: 1 }, { a: 1 }]), new Set([{ a: 1 }, { a: 2 }]), false],
  [new Set([1]), new Set(['1']), false],
  [new Set([1, 2]), new Set([1]), false],
  [new Uint8Array([1]), new Uint8Array([1]), true],
  [new Uint8Array([1]), new Uint8Array([2]), false],
  [new Uint8Array([1]), new Int8Array([1]), false],
  [new Float64Array([0]), new Float64Array([-0]), false],
  [new Uint8Array([1]).buffer, new Uint8Array([1]).buffer, true],
  [new Uint8Array([1]).buffer, new Uint8Array([2]).buffer, false],
  [new DataView(new ArrayBuffer(2), 1), new DataView(new ArrayBuffer(1)), true],
  [date(1), date(1), true],
  [date(1), date(2), false],
  [date(1, { k: 1 }), date(1), false],
  [/a/g, /a/g, true],
  [/a/g, /a/i, false],
  [new Error('a'), new Error('a'), true],
  [new Error('a'), new Error('b'), false],
  [new Error('a'), new TypeError('a'), false],
  [new Error('a', { cause: 1 }), new Error('a', { cause: 2 }), false],
  [new Error('a', { cause: undefined }), new Error('a'), false],
  [new AggregateError([1], 'a'), new AggregateError([2], 'a'), false],
  [new Number(1), new Number(1), true],
  [new Number(1), new Number(2), false],
  [new Number(1), 1, false],
  [Object(Symbol.iterator), Object(Symbol.iterator), true],
  [new String('a'), new String('b'), false],
  [() => 1, () => 1, false],
  [cyclic(), cyclic(), true],
  [cyclic(), { list: [{ list: [] }] }, false],
  [new WeakMap(), new WeakMap(), false],
  [Promise.resolve(1), Promise.resolve(1), false],
  [new Proxy({ a: 1 }, {}), { a: 1 }, true],
];

test('values are deep-equal when nothing tells them apart', () => {
  for (const [a, b, equal] of rows) {
    assert.equal(isDeepStrictEqual(a, b), equal);
    assert.equal(isDeepStrictEqual(b, a), equal);
  }
});

test('partial equality asks only for what is expected', () => {
  const partialRows = [
    [{ a: 1, b: 2 }, { a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: { b: 1, c: 2 } }, { a: { c: 2 } }, true],
    [[1, 2, 3], [1, 3], true],
    [[1, 2, 3], [3, 1], false],
    [new Set([1, 2]), new Set([2]), true],
    [new Map([['a', { b: 1, c: 2 }]]), new Map([['a', { b: 1 }]]), true],
    [new Map(), new Map([['a', 1]]), false],
    [1, '1', false],
  ];
  for (const [a, b, holds] of partialRows) assert.equal(isPartiallyEqual(a, b), holds);
});
