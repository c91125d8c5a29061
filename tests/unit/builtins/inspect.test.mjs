import assert from 'node:assert/strict';
import test from 'node:test';
import { markPlatformObject } from './native-shim.mjs';
import { inspect } from '../../../engine/builtins/inspect.js';

// Each row: a value, its text, and the options if not the default ones.
function shows(name, rows) {
  test(name, () => {
    for (const [value, text, options] of rows) assert.equal(inspect(value, options), text);
  });
}

class Point {
  x = 1;
  y = 2;
}

shows('primitives are written as literals', [
  [1, '1'],
  [-0, '-0'],
  [NaN, 'NaN'],
  [10n, '10n'],
  [true, 'true'],
  [null, 'null'],
  [undefined, 'undefined'],
  [Symbol('tag'), 'Symbol(tag)'],
  ['plain', "'plain'"],
]);

shows('strings take the quotes that need no escapes', [
  ["it's", '"it\'s"'],
  ['it\'s "so"', '`it\'s "so"`'],
  ['it\'s "so" `too`', "'it\\'s \"so\" `too`'"],
  ['\'"${x}', "'\\'\"${x}'"],
]);

shows('control characters and lone surrogates are escaped', [
  ['a\nb\t\\', "'a\\nb\\t\\\\'"],
  ['\x07\x1b\x7f', "'\\x07\\x1B\\x7F'"],
  ['\ud800', "'\\ud800'"],
  ['a\udc00b', "'a\\udc00b'"],
  ['\u{1f600}', "'\u{1f600}'"],
]);

shows('objects show their keys, quoted where they are no names', [
  [{}, '{}'],
  [{ a: 1, b: 'two' }, "{ a: 1, b: 'two' }"],
  [{ 'a-b': 1, 2: 2 }, "{ '2': 2, 'a-b': 1 }"],
  [JSON.parse('{"__proto__":1}'), "{ ['__proto__']: 1 }"],
  [{ [Symbol('s')]: 1 }, '{ [Symbol(s)]: 1 }'],
]);

shows('classes, tags and null prototypes are named', [
  [new Point(), 'Point { x: 1, y: 2 }'],
  [Object.create(null), '[Object: null prototype] {}'],
  [Object.create(Object.create(null)), 'Object <[Object: null prototype] {}> {}'],
  [{ [Symbol.toStringTag]: 'T' }, "{ [Symbol(Symbol.toStringTag)]: 'T' }"],
  [
    new (class A {
      get [Symbol.toStringTag]() {
        return 'B';
      }
    })(),
    'A [B] {}',
  ],
]);

shows('functions and classes are shown in brackets', [
  [function named() {}, '[Function: named]'],
  [(() => () => 1)(), '[Function (anonymous)]'],
  [async () => {}, '[AsyncFunction (anonymous)]'],
  [function* gen() {}, '[GeneratorFunction: gen]'],
  [async function* gen() {}, '[AsyncGeneratorFunction: gen]'],
  [class A {}, '[class A]'],
  [class B extends Point {}, '[class B extends Point]'],
  [class C extends null {}, '[class C]'],
  [Object.assign(function f() {}, { a: 1 }), '[Function: f] { a: 1 }'],
]);

shows('accessors are named, not called', [
  [
    {
      get a() {
        throw new Error('must not run');
      },
      set b(value) {},
      get c() {
        return 1;
      },
      set c(value) {},
    },
    '{ a: [Getter], b: [Setter], c: [Getter/Setter] }',
  ],
]);

shows('depth ends at two levels below the top unless asked otherwise', [
  [{ a: { b: { c: {} } } }, '{ a: { b: { c: {} } } }'],
  [{ a: { b: { c: { d: 1 } } } }, '{ a: { b: { c: [Object] } } }'],
  [[[[[1]]]], '[ [ [ [Array] ] ] ]'],
  [{ a: new Point() }, '{ a: [Point] }', { depth: 0 }],
]);

test('depth null shows everything', () => {
  assert.match(inspect({ a: { b: { c: { d: { e: 1 } } } } }, { depth: null }), /e: 1/);
});

test('an object inside itself is a numbered reference', () => {
  const a = { name: 'a' };
  a.self = a;
  assert.equal(inspect(a), "<ref *1> { name: 'a', self: [Circular *1] }");
  const b = [a];
  assert.equal(inspect({ b, c: b }), inspect({ b, c: b }));
  assert.doesNotMatch(inspect({ b: [1], c: [1] }), /Circular/);
});

const hundredAndTwenty = Array.from({ length: 120 }, (_, i) => i);

shows('arrays show holes as runs, extra keys, and at most maxArrayLength entries', [
  [[], '[]'],
  [[1, , , 4], '[ 1, <2 empty items>, 4 ]'],
  [new Array(3), '[ <3 empty items> ]'],
  [Object.assign([1], { key: 'v' }), "[ 1, key: 'v' ]"],
  [[1, 2, 3], '[ 1, ... 2 more items ]', { maxArrayLength: 1 }],
  [[1, 2], '[ 1, ... 1 more item ]', { maxArrayLength: 1 }],
]);

test('a very long hole costs no time', () => {
  const array = [1];
  array[2 ** 32 - 2] = 2;
  assert.equal(inspect(array), '[ 1, <4294967293 empty items>, 2 ]');
});

test('long arrays stand in columns, numbers to the right', () => {
  const lines = inspect(hundredAndTwenty).split('\n');
  assert.equal(lines[1], '   0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11,');
  assert.equal(lines.at(-2), '  ... 20 more items');
  const words = inspect(['aa', 'b', 'c', 'd', 'e', 'f', 'g']);
  assert.equal(words, "[\n  'aa', 'b', 'c',\n  'd',  'e', 'f',\n  'g'\n]");
});

shows('collections show what they hold', [
  [new Map(), 'Map(0) {}'],
  [new Map([['a', { b: 1 }]]), "Map(1) { 'a' => { b: 1 } }"],
  [new Set([1, 'b']), "Set(2) { 1, 'b' }"],
  [new Map([[1, 2]]).entries(), '[Map Entries] { [ 1, 2 ] }'],
  [new Map([[1, 2]]).keys(), '[Map Iterator] { 1 }'],
  [new Set([5]).values(), '[Set Iterator] { 5 }'],
  [new WeakMap(), 'WeakMap { <items unknown> }'],
  [new WeakSet(), 'WeakSet { <items unknown> }'],
]);

shows('binary data shows its elements or bytes', [
  [new Uint8Array([1, 255]), 'Uint8Array(2) [ 1, 255 ]'],
  [new BigInt64Array([-1n]), 'BigInt64Array(1) [ -1n ]'],
  [new Float64Array([-0, 1.5]), 'Float64Array(2) [ -0, 1.5 ]'],
  [new Uint8Array([1, 255]).buffer, 'ArrayBuffer { [Uint8Contents]: <01 ff>, byteLength: 2 }'],
]);

test('a detached buffer says so', () => {
  const buffer = new ArrayBuffer(4);
  structuredClone(buffer, { transfer: [buffer] });
  assert.equal(inspect(buffer), 'ArrayBuffer { (detached), byteLength: 0 }');
});

// The test runner leaves properties of its own on promises, so only the beginning is compared.
test('promises show their state', () => {
  const rejected = Promise.reject(7);
  rejected.catch(() => {});
  assert.match(inspect(new Promise(() => {})), /^Promise \{\s+<pending>/);
  assert.match(inspect(Promise.resolve({ a: 1 })), /^Promise \{\s+\{ a: 1 \}/);
  assert.match(inspect(rejected), /^Promise \{\s+<rejected> 7/);
});

test('proxies are seen through, and their traps never run', () => {
  const trap = () => assert.fail('a trap ran');
  const handler = { get: trap, ownKeys: trap, getOwnPropertyDescriptor: trap, getPrototypeOf: trap };
  assert.equal(inspect(new Proxy({ a: 1 }, handler)), '{ a: 1 }');
  assert.equal(inspect(new Proxy(new Proxy([1], {}), {})), '[ 1 ]');
  assert.equal(inspect(new Proxy({ a: 1 }, {}), { showProxy: true }), 'Proxy [ { a: 1 }, {} ]');
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assert.equal(inspect(proxy), '<Revoked Proxy>');
});

shows('wrappers, dates and expressions are literals with a class', [
  [new Number(-0), '[Number: -0]'],
  [new String('abc'), "[String: 'abc']"],
  [Object(Symbol('s')), '[Symbol: Symbol(s)]'],
  [new Date(0), '1970-01-01T00:00:00.000Z'],
  [new Date(NaN), 'Invalid Date'],
  [/a\/b/gi, '/a\\/b/gi'],
  [Object.assign(/x/, { a: 1 }), '/x/ { a: 1 }'],
]);

test('errors show their stack, extra properties, cause and errors', () => {
  const inner = new TypeError('inner');
  const error = Object.assign(new Error('outer', { cause: inner }), { code: 'E_X' });
  const text = inspect(error);
  assert.match(text, /^Error: outer\n {4}at /);
  assert.match(text, /code: 'E_X',\n {2}\[cause\]: TypeError: inner\n {6}at /);
  assert.match(inspect(new AggregateError([inner], 'many')), /\[errors\]: \[\n {4}TypeError: inner/);
});

test('an error without frames stands in brackets', () => {
  const error = new RangeError('r');
  error.stack = 'RangeError: r';
  assert.equal(inspect(error), '[RangeError: r]');
  assert.equal(inspect({ error }), '{ error: [RangeError: r] }');
});

test('a class that its stack does not name is put in front', () => {
  class NotFound extends Error {}
  assert.match(inspect(new NotFound('x')), /^NotFound \[Error\]: x|^NotFound: x/);
});

test('an error whose properties throw is still shown', () => {
  const error = new Error('m');
  error.stack = undefined;
  assert.equal(inspect(error), '[Error: m]');
});

test('the custom method decides how an object looks', () => {
  const custom = Symbol.for('nodejs.util.inspect.custom');
  const seen = [];
  const object = {
    [custom](depth, options, inspectAgain) {
      seen.push(depth, typeof options.stylize, inspectAgain === inspect);
      return 'CUSTOM';
    },
  };
  assert.equal(inspect({ object }), '{ object: CUSTOM }');
  assert.deepEqual(seen, [1, 'function', true]);
  assert.equal(inspect({ [custom]: () => ({ other: 1 }) }), '{ other: 1 }');
  assert.match(inspect(object, { customInspect: false }), /util\.inspect\.custom/);
});

test('entries break onto lines of their own beyond the width', () => {
  assert.equal(
    inspect({ first: 'x'.repeat(30), second: 'y'.repeat(30) }),
    `{\n  first: '${'x'.repeat(30)}',\n  second: '${'y'.repeat(30)}'\n}`,
  );
  const short = { a: 1, b: 2 };
  assert.equal(inspect(short, { compact: false }), '{\n  a: 1,\n  b: 2\n}');
  assert.equal(inspect(short, { breakLength: 10 }), '{\n  a: 1,\n  b: 2\n}');
});

test('long strings are cut, with the rest counted', () => {
  assert.equal(inspect('abcdef', { maxStringLength: 4 }), "'abcd'... 2 more characters");
  assert.match(inspect('x'.repeat(10_001)), /'\.\.\. 1 more character$/);
});

test('colours mark kinds and do not change where lines break', () => {
  assert.equal(inspect({ a: 1 }, { colors: true }), '{ a: \x1b[33m1\x1b[39m }');
  const wide = { a: 'x'.repeat(30), b: 'y'.repeat(25) };
  const plain = inspect(wide, { colors: true }).replace(/\x1b\[\d+m/g, '');
  assert.equal(plain, inspect(wide));
});

test('endless nesting ends in a note, not in an exception', () => {
  let deep = {};
  for (let i = 0; i < 20_000; ++i) deep = { deep };
  assert.match(inspect(deep, { depth: Infinity }), /Inspection interrupted prematurely/);
});

test('module namespaces show their exports', async () => {
  const module = await import('data:text/javascript,export const a = 1; export default 2');
  assert.equal(inspect(module), '[Module: null prototype] { a: 1, default: 2 }');
});

test('platform objects show their attributes, and those that throw are left out', () => {
  class URL {
    get href() {
      return 'https://a/';
    }
    get broken() {
      throw new Error('not implemented');
    }
    toString() {}
  }
  for (const name of ['href', 'broken']) {
    Object.defineProperty(URL.prototype, name, { enumerable: true });
  }
  assert.equal(inspect(markPlatformObject(new URL())), "URL { href: 'https://a/' }");
});

test('platform objects that hold pairs show those', () => {
  class Headers {
    forEach(callback) {
      callback('1', 'a');
      callback('2', 'b');
    }
    get [Symbol.toStringTag]() {
      return 'Headers';
    }
  }
  Object.defineProperty(Headers.prototype, Symbol.toStringTag, { value: 'Headers' });
  const headers = markPlatformObject(new Headers());
  assert.equal(inspect(headers), "Headers { 'a' => '1', 'b' => '2' }");
});

test('what a script makes of the built-in prototypes changes nothing', () => {
  const { push, join, slice } = Array.prototype;
  const value = { a: [1, 2], m: new Map([[1, new Set([2])]]), e: 'it\'s' };
  const before = inspect(value);
  const broken = () => {
    throw new Error('patched');
  };
  Array.prototype.push = Array.prototype.join = Array.prototype.slice = broken;
  let after;
  try {
    after = inspect(value);
  } finally {
    Object.assign(Array.prototype, { push, join, slice });
    for (const name of ['push', 'join', 'slice']) {
      Object.defineProperty(Array.prototype, name, { enumerable: false });
    }
  }
  assert.equal(after, before);
});
