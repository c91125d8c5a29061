import assert from 'node:assert/strict';
import test from 'node:test';
import './native-shim.mjs';
import { assert as ours } from '../../../engine/builtins/node/assert.js';

// The error that a call throws; fails when it does not.
function failure(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  return assert.fail(`did not throw: ${call}`);
}

async function rejection(promise) {
  return promise.then(
    () => assert.fail('did not reject'),
    (error) => error,
  );
}

const nan = NaN;
const raise = (error) => () => {
  throw error;
};

test('assertions that hold do nothing', () => {
  const holding = [
    () => ours(1),
    () => ours.ok('x'),
    () => ours.equal('1', '1'),
    () => ours.equal(nan, nan),
    () => ours.notEqual(1, 2),
    () => ours.strictEqual(nan, nan),
    () => ours.notStrictEqual(0, -0),
    () => ours.deepEqual({ a: 1 }, { a: 1 }),
    () => ours.notDeepEqual([1], [2]),
    () => ours.deepStrictEqual({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }),
    () => ours.notDeepStrictEqual({ a: 1 }, { a: '1' }),
    () => ours.partialDeepStrictEqual({ a: 1, b: [1, 2, 3] }, { b: [1, 3] }),
    () => ours.throws(raise(new TypeError('x'))),
    () => ours.throws(raise(new TypeError('x')), TypeError),
    () => ours.throws(raise(new TypeError('x')), Error),
    () => ours.throws(raise(new TypeError('x')), /TypeError: x/),
    () => ours.throws(raise(new TypeError('x')), { name: 'TypeError', message: /x/ }),
    () => ours.throws(raise(new TypeError('x')), new TypeError('x')),
    () => ours.throws(raise(new TypeError('x')), (error) => error.message === 'x'),
    () => ours.throws(raise(undefined)),
    () => ours.doesNotThrow(() => {}),
    () => ours.match('abc', /b/),
    () => ours.doesNotMatch('abc', /x/),
    () => ours.ifError(null),
    () => ours.ifError(undefined),
    () => ours.strict.equal(1, 1),
  ];
  for (const call of holding) call();
});

test('assertions that fail throw an AssertionError that says how', () => {
  const rows = [
    [() => ours(0), '0 == true', '=='],
    [() => ours.ok(), 'No value argument passed to `assert.ok()`', '=='],
    [() => ours.strictEqual(1, 2), 'Expected values to be strictly equal:\n\n1 !== 2\n', 'strictEqual'],
    [() => ours.notStrictEqual(1, 1), 'Expected "actual" to be strictly unequal to: 1', 'notStrictEqual'],
    [() => ours.fail(), 'Failed', 'fail'],
    [() => ours.throws(() => {}), 'Missing expected exception.', 'throws'],
    [() => ours.throws(() => {}, TypeError), 'Missing expected exception (TypeError).', 'throws'],
    [
      () => ours.throws(raise(new Error('e')), TypeError),
      'The error is expected to be an instance of "TypeError". Received "Error"\n\nError message:\n\ne',
      'throws',
    ],
    [
      () => ours.throws(raise(new Error('e')), /x/),
      "The input did not match the regular expression /x/. Input:\n\n'Error: e'\n",
      'throws',
    ],
    [
      () => ours.throws(raise(new Error('e')), () => 1),
      'The validation function is expected to return "true". Received 1\n\nCaught error:\n\nError: e',
      'throws',
    ],
    [
      () => ours.doesNotThrow(raise(new Error('e'))),
      'Got unwanted exception.\nActual message: "e"',
      'doesNotThrow',
    ],
    [() => ours.ifError(new Error('e')), 'ifError got unwanted exception: e', 'ifError'],
    [
      () => ours.match('abc', /x/),
      "The input did not match the regular expression /x/. Input:\n\n'abc'\n",
      'match',
    ],
    [
      () => ours.doesNotMatch('abc', /b/),
      "The input was expected to not match the regular expression /b/. Input:\n\n'abc'\n",
      'doesNotMatch',
    ],
  ];
  for (const [call, message, operator] of rows) {
    const error = failure(call);
    assert.ok(error instanceof ours.AssertionError, call.toString());
    assert.equal(error.message, message);
    assert.equal(error.operator, operator);
    assert.equal(error.code, 'ERR_ASSERTION');
    assert.equal(error.name, 'AssertionError');
  }
});

test('different values are shown as a difference of their lines', () => {
  const error = failure(() => ours.deepStrictEqual({ a: 1, b: [1, 2] }, { a: 1, b: [1, 3], c: 4 }));
  assert.equal(
    error.message,
    `Expected values to be strictly deep-equal:
+ actual - expected

  {
    a: 1,
    b: [
      1,
+     2
-     3
    ]
-   c: 4
  }
`.replace('    ]\n-', '    ]\n-'),
  );
  assert.deepEqual([error.actual, error.generatedMessage], [{ a: 1, b: [1, 2] }, true]);
});

test('a message replaces the generated one, an error is thrown itself', () => {
  const mine = new RangeError('mine');
  for (const method of ['equal', 'strictEqual', 'deepEqual', 'deepStrictEqual']) {
    const error = failure(() => ours[method](1, 2, 'why'));
    assert.deepEqual([error.message, error.generatedMessage], ['why', false]);
    assert.equal(
      failure(() => ours[method](1, 2, mine)),
      mine,
    );
  }
  assert.equal(failure(() => ours.ok(0, mine)), mine);
  assert.equal(failure(() => ours.fail(mine)), mine);
});

test('the stack begins where the assertion was called', () => {
  const error = failure(() => ours.strictEqual(1, 2));
  const [first] = error.stack.split('\n').filter((line) => line.startsWith('    at '));
  assert.match(first, /assert\.test\.mjs/);
  assert.match(error.stack, /^AssertionError \[ERR_ASSERTION\]: /);
});

test('wrong arguments are TypeErrors with a code', () => {
  const rows = [
    [() => ours.equal(1), 'ERR_MISSING_ARGS'],
    [() => ours.deepStrictEqual(), 'ERR_MISSING_ARGS'],
    [() => ours.throws('not a function'), 'ERR_INVALID_ARG_TYPE'],
    [() => ours.throws(raise(new Error('e')), 5), 'ERR_INVALID_ARG_TYPE'],
    [() => ours.throws(raise(new Error('e')), 'a', 'b'), 'ERR_INVALID_ARG_TYPE'],
    [() => ours.throws(raise(new Error('e')), {}), 'ERR_INVALID_ARG_VALUE'],
    [() => ours.throws(raise(new Error('same')), 'same'), 'ERR_AMBIGUOUS_ARGUMENT'],
    [() => ours.match('a', 'a'), 'ERR_INVALID_ARG_TYPE'],
    [() => new ours.AssertionError(), 'ERR_INVALID_ARG_TYPE'],
  ];
  for (const [call, code] of rows) {
    const error = failure(call);
    assert.ok(error instanceof TypeError, call.toString());
    assert.equal(error.code, code);
  }
});

test('what an unrelated failure throws goes on', () => {
  const error = new Error('other');
  assert.equal(
    failure(() => ours.doesNotThrow(raise(error), TypeError)),
    error,
  );
});

test('rejections are checked like exceptions', async () => {
  const reject = (error) => async () => {
    throw error;
  };
  await ours.rejects(reject(new TypeError('x')), TypeError);
  await ours.rejects(Promise.reject(new Error('x')), { message: 'x' });
  await ours.doesNotReject(async () => {});
  const rows = [
    [ours.rejects(Promise.resolve()), 'Missing expected rejection.'],
    [ours.rejects(Promise.resolve(), 'why'), 'Missing expected rejection: why'],
    [ours.doesNotReject(reject(new Error('x'))), 'Got unwanted rejection.\nActual message: "x"'],
  ];
  for (const [promise, message] of rows) assert.equal((await rejection(promise)).message, message);
  assert.equal((await rejection(ours.rejects(5))).code, 'ERR_INVALID_ARG_TYPE');
  assert.equal((await rejection(ours.rejects(() => 5))).code, 'ERR_INVALID_RETURN_VALUE');
  const thrown = new Error('synchronous');
  assert.equal(await rejection(ours.rejects(raise(thrown))), thrown);
});

test('the names that are loose in Node are strict, as in Workers', () => {
  for (const [method, actual, expected] of [
    ['equal', 1, '1'],
    ['deepEqual', { a: 1 }, { a: '1' }],
  ]) {
    failure(() => ours[method](actual, expected));
    ours[method === 'equal' ? 'notEqual' : 'notDeepEqual'](actual, expected);
  }
  failure(() => ours.strict(0));
});
