// node:assert. https://nodejs.org/api/assert.html
import { isDeepStrictEqual, isPartiallyEqual } from '../deep-equal.js';
import { inspect } from '../inspect.js';
import { native } from '../native.js';
import { isInstance, regExpExec, sameValue } from '../primordials.js';
import { isObject } from '../webidl.js';
import { expectError, expectNoError, rejectionOf, thrownBy } from './assert-throws.js';
import { AssertionError } from './assertion-error.js';
import { codedTypeError, invalidArgumentType, received } from './node-error.js';

// Throws the failure: the caller's own error if the message is one.
function failWith({ message, ...options }) {
  if (isInstance(Error, message)) throw message;
  throw new AssertionError({ ...options, message });
}

function requireTwo(count) {
  if (count >= 2) return;
  throw codedTypeError(
    'ERR_MISSING_ARGS',
    'The "actual" and "expected" arguments must be specified',
  );
}

function checkTruth(count, value, message, stackStartFn) {
  if (value) return;
  if (count === 0) {
    const failure = {
      actual: value,
      expected: true,
      message: 'No value argument passed to `assert.ok()`',
      operator: '==',
      stackStartFn,
    };
    const error = new AssertionError(failure);
    error.generatedMessage = true;
    throw error;
  }
  failWith({ actual: value, expected: true, message, operator: '==', stackStartFn });
}

// The module is itself the assertion that a value is truthy.
export function assert(...args) {
  checkTruth(args.length, args[0], args[1], assert);
}

// An assertion of two values that holds when `holds(actual, expected)` is `wanted`.
function comparison(name, operator, holds, wanted) {
  const assertion = {
    [name](actual, expected, message = undefined) {
      requireTwo(arguments.length);
      if (holds(actual, expected) === wanted) return;
      failWith({ actual, expected, message, operator, stackStartFn: assertion });
    },
  }[name];
  return assertion;
}

function fail(message = undefined) {
  if (isInstance(Error, message)) throw message;
  const error = new AssertionError({
    message: message ?? 'Failed',
    operator: 'fail',
    stackStartFn: fail,
  });
  error.generatedMessage = message === undefined;
  throw error;
}

function throws(fn, error = undefined, message = undefined) {
  expectError('throws', throws, thrownBy(fn), error, message);
}

function doesNotThrow(fn, error = undefined, message = undefined) {
  expectNoError('doesNotThrow', doesNotThrow, thrownBy(fn), error, message);
}

async function rejects(promiseFn, error = undefined, message = undefined) {
  expectError('rejects', rejects, await rejectionOf(promiseFn), error, message);
}

async function doesNotReject(promiseFn, error = undefined, message = undefined) {
  expectNoError('doesNotReject', doesNotReject, await rejectionOf(promiseFn), error, message);
}

function ifError(value) {
  if (value === null || value === undefined) return;
  let message = 'ifError got unwanted exception: ';
  if (!isObject(value) || typeof value.message !== 'string') message += inspect(value);
  else if (value.message === '' && value.constructor) message += value.constructor.name;
  else message += value.message;
  throw new AssertionError({
    actual: value,
    expected: null,
    operator: 'ifError',
    message,
    stackStartFn: ifError,
  });
}

function checkPattern(string, regexp, message, { wanted, operator, stackStartFn }) {
  if (!isObject(regexp) || native.kindOf(regexp) !== 'regexp') {
    throw invalidArgumentType('regexp', 'an instance of RegExp', regexp);
  }
  const isString = typeof string === 'string';
  if (isString && (regExpExec(regexp, string) !== null) === wanted) return;
  if (isInstance(Error, message)) throw message;
  let text = message;
  if (message === undefined && !isString) {
    text = `The "string" argument must be of type string. Received ${received(string)}`;
  } else if (message === undefined) {
    const claim = wanted ? 'The input did not match' : 'The input was expected to not match';
    text = `${claim} the regular expression ${inspect(regexp)}. Input:\n\n${inspect(string)}\n`;
  }
  const error = new AssertionError({
    actual: string,
    expected: regexp,
    message: text,
    operator,
    stackStartFn,
  });
  error.generatedMessage = message === undefined;
  throw error;
}

function match(string, regexp, message = undefined) {
  checkPattern(string, regexp, message, { wanted: true, operator: 'match', stackStartFn: match });
}

function doesNotMatch(string, regexp, message = undefined) {
  const operator = 'doesNotMatch';
  checkPattern(string, regexp, message, { wanted: false, operator, stackStartFn: doesNotMatch });
}

Object.assign(assert, {
  ok: assert,
  fail,
  deepStrictEqual: comparison('deepStrictEqual', 'deepStrictEqual', isDeepStrictEqual, true),
  notDeepStrictEqual: comparison(
    'notDeepStrictEqual',
    'notDeepStrictEqual',
    isDeepStrictEqual,
    false,
  ),
  strictEqual: comparison('strictEqual', 'strictEqual', sameValue, true),
  notStrictEqual: comparison('notStrictEqual', 'notStrictEqual', sameValue, false),
  partialDeepStrictEqual: comparison(
    'partialDeepStrictEqual',
    'partialDeepStrictEqual',
    isPartiallyEqual,
    true,
  ),
  throws,
  doesNotThrow,
  rejects,
  doesNotReject,
  ifError,
  match,
  doesNotMatch,
  AssertionError,
});
// Workers have Node's strict mode alone.
Object.assign(assert, {
  equal: assert.strictEqual,
  notEqual: assert.notStrictEqual,
  deepEqual: assert.deepStrictEqual,
  notDeepEqual: assert.notDeepStrictEqual,
  strict: assert,
});
