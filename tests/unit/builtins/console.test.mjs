import assert from 'node:assert/strict';
import test from 'node:test';
import { native, printed } from './native-shim.mjs';
import { createConsole } from '../../../engine/builtins/console.js';

// What a script's console calls print: [level, text] pairs.
function outputOf(script) {
  printed.length = 0;
  script(createConsole());
  return printed.splice(0);
}

function prints(name, script, expected) {
  test(name, () => assert.deepEqual(outputOf(script), expected));
}

test('the console is a namespace object', () => {
  const console = createConsole();
  assert.equal(Object.prototype.toString.call(console), '[object console]');
  const prototype = Object.getPrototypeOf(console);
  assert.deepEqual(Reflect.ownKeys(prototype), []);
  assert.equal(Object.getPrototypeOf(prototype), Object.prototype);
  for (const name of Object.keys(console)) {
    assert.equal(console[name].length, 0, name);
    assert.equal(console[name].name, name);
    assert.throws(() => new console[name](), TypeError);
  }
});

prints(
  'each method prints at its level',
  (console) => {
    console.log('a %s', 'b');
    console.debug('d');
    console.info('i');
    console.warn('w');
    console.error('e');
    console.dirxml({ a: 1 }, 2);
  },
  [
    ['log', 'a b'],
    ['debug', 'd'],
    ['info', 'i'],
    ['warn', 'w'],
    ['error', 'e'],
    ['log', '{ a: 1 } 2'],
  ],
);

prints('nothing to log prints nothing', (console) => console.log(), []);

prints(
  'groups indent every line until they end',
  (console) => {
    console.group('outer');
    console.log('a\nb');
    console.groupCollapsed('inner');
    console.log('c');
    console.groupEnd();
    console.groupEnd();
    console.groupEnd();
    console.log('d');
  },
  [
    ['log', 'outer'],
    ['log', '  a\n  b'],
    ['log', '  inner'],
    ['log', '    c'],
    ['log', 'd'],
  ],
);

prints(
  'counters count by label',
  (console) => {
    console.count();
    console.count('default');
    console.count('x');
    console.countReset();
    console.count();
    console.countReset('unknown');
  },
  [
    ['info', 'default: 1'],
    ['info', 'default: 2'],
    ['info', 'x: 1'],
    ['info', 'default: 1'],
    ['warn', "Count for 'unknown' does not exist"],
  ],
);

test('timers tell the time since they began', (t) => {
  const times = [0, 1.5, 2500, 61_001.5, 3_723_000];
  t.mock.method(native, 'now', () => times.shift());
  const lines = outputOf((console) => {
    console.time('t');
    console.timeLog('t', { a: 1 });
    console.timeLog('t');
    console.timeLog('t');
    console.timeEnd('t');
    console.timeEnd('t');
  });
  assert.deepEqual(lines, [
    ['info', 't: 1.5ms { a: 1 }'],
    ['info', 't: 2.500s'],
    ['info', 't: 1:01.001 (m:ss.mmm)'],
    ['info', 't: 1:02:03 (h:mm:ss)'],
    ['warn', "No such label 't' for console.timeEnd()"],
  ]);
});

prints(
  'a timer that runs already is not started again',
  (console) => {
    console.time('twice');
    console.time('twice');
  },
  [['warn', "Label 'twice' already exists for console.time()"]],
);

prints(
  'assert prints only what is false',
  (console) => {
    console.assert(true, 'never');
    console.assert();
    console.assert(false, 'value %d', 5);
    console.assert(0, { a: 1 });
  },
  [
    ['error', 'Assertion failed'],
    ['error', 'Assertion failed: value 5'],
    ['error', 'Assertion failed { a: 1 }'],
  ],
);

test('trace shows where it was called', () => {
  const [[level, text]] = outputOf((console) => console.trace('here %s', 1));
  assert.equal(level, 'log');
  assert.match(text, /^Trace: here 1\n {4}at .*console\.test\.mjs/);
});

prints(
  'dir takes options and ignores custom inspection',
  (console) => console.dir({ a: { b: 1 }, [Symbol.for('nodejs.util.inspect.custom')]: 1 }, { depth: 0 }),
  [['log', '{ a: [Object], [Symbol(nodejs.util.inspect.custom)]: 1 }']],
);

const tables = [
  [
    [[{ a: 1, b: 'x' }, { a: 3, c: 4 }]],
    `
┌─────────┬───┬─────┬───┐
│ (index) │ a │ b   │ c │
├─────────┼───┼─────┼───┤
│ 0       │ 1 │ 'x' │   │
│ 1       │ 3 │     │ 4 │
└─────────┴───┴─────┴───┘`,
  ],
  [
    [[{ a: 1, b: 2 }], ['b']],
    `
┌─────────┬───┐
│ (index) │ b │
├─────────┼───┤
│ 0       │ 2 │
└─────────┴───┘`,
  ],
  [
    [[1, { a: 2 }]],
    `
┌─────────┬───┬────────┐
│ (index) │ a │ Values │
├─────────┼───┼────────┤
│ 0       │   │ 1      │
│ 1       │ 2 │        │
└─────────┴───┴────────┘`,
  ],
  [
    [new Map([['k', 1]])],
    `
┌───────────────────┬─────┬────────┐
│ (iteration index) │ Key │ Values │
├───────────────────┼─────┼────────┤
│ 0                 │ 'k' │ 1      │
└───────────────────┴─────┴────────┘`,
  ],
  [
    [new Set(['日本'])],
    `
┌───────────────────┬────────┐
│ (iteration index) │ Values │
├───────────────────┼────────┤
│ 0                 │ '日本' │
└───────────────────┴────────┘`,
  ],
  [[5], '\n5'],
  [['text'], '\ntext'],
  [[null], '\nnull'],
];

test('tables have a row for each entry and a column for each property', () => {
  for (const [values, drawing] of tables) {
    assert.deepEqual(
      outputOf((console) => console.table(...values)),
      [['log', drawing.slice(1)]],
    );
  }
});

test('labels are converted, and a failing conversion is the caller’s', () => {
  const label = {
    toString() {
      throw new RangeError('conversion');
    },
  };
  const console = createConsole();
  for (const method of ['count', 'countReset', 'time', 'timeLog', 'timeEnd']) {
    assert.throws(() => console[method](label), RangeError, method);
  }
});

test('each I/O context has its own groups and counters', (t) => {
  const contexts = [{}, {}];
  let current = contexts[0];
  t.mock.method(native, 'currentContextToken', () => current);
  const lines = outputOf((console) => {
    console.group();
    console.count();
    [, current] = contexts;
    console.count();
  });
  assert.deepEqual(lines, [
    ['info', '  default: 1'],
    ['info', 'default: 1'],
  ]);
});
