import assert from 'node:assert/strict';
import test from 'node:test';
import './native-shim.mjs';
import { format } from '../../../engine/builtins/format.js';

function formats(name, rows) {
  test(name, () => {
    for (const [values, text] of rows) assert.equal(format(values), text, `format(${values.length})`);
  });
}

class Named {
  toString() {
    return 'named';
  }
}
const circular = {};
circular.self = circular;

formats('values are joined by blanks, strings as they are', [
  [[], ''],
  [['a'], 'a'],
  [['a', 'b', 1, { c: 'd' }], "a b 1 { c: 'd' }"],
  [[{ a: 1 }, 'b'], '{ a: 1 } b'],
  [[undefined, null], 'undefined null'],
  [[''], ''],
  [['', 'x'], ' x'],
]);

formats('%s writes text, objects shallowly', [
  [['%s', 'a'], 'a'],
  [['%s', -0], '-0'],
  [['%s', 1n], '1n'],
  [['%s', Symbol('s')], 'Symbol(s)'],
  [['%s', { a: { b: 1 } }], '{ a: [Object] }'],
  [['%s', new Named()], 'named'],
  [['%s', { toString: () => 'own' }], 'own'],
  [['%s', new Map([[1, 2]])], 'Map(1) { 1 => 2 }'],
  [['%s', null], 'null'],
]);

formats('%d, %i and %f write numbers', [
  [['%d', '42'], '42'],
  [['%d', 'x'], 'NaN'],
  [['%d', 5n], '5n'],
  [['%d', Symbol()], 'NaN'],
  [['%i', '42.9'], '42'],
  [['%i', {}], 'NaN'],
  [['%f', '1.5x'], '1.5'],
  [['%f', Symbol()], 'NaN'],
]);

formats('%j writes JSON, %o and %O inspect', [
  [['%j', { a: [1] }], '{"a":[1]}'],
  [['%j', circular], '[Circular]'],
  [['%j', undefined], 'undefined'],
  [['%O', { a: 1 }], '{ a: 1 }'],
  [['%o', [1]], '[ 1, [length]: 1 ]'],
]);

formats('%c consumes its value, %% is a percent sign where there are values', [
  [['%cstyled', 'color: red'], 'styled'],
  [['%%', 'a'], '% a'],
  [['100%', 'a'], '100% a'],
  [['%%'], '%%'],
]);

formats('directives without values and unknown ones stay', [
  [['%s'], '%s'],
  [['%s %s', 'a'], 'a %s'],
  [['%x', 'a'], '%x a'],
  [['%', 'a'], '% a'],
  [['%s', '%s', 'x'], '%s x'],
]);

test('a toJSON that throws is the caller’s', () => {
  const object = {
    toJSON() {
      throw new RangeError('mine');
    },
  };
  assert.throws(() => format(['%j', object]), RangeError);
});
