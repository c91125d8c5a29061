// throws, doesNotThrow, rejects, doesNotReject: what a call was expected to fail with.
import { isDeepStrictEqual } from '../deep-equal.js';
import { inspect } from '../inspect.js';
import { native } from '../native.js';
import {
  arrayPush,
  isInstance,
  objectKeys,
  reflectApply,
  regExpTest,
} from '../primordials.js';
import { isObject } from '../webidl.js';
import { AssertionError } from './assertion-error.js';
import { codedTypeError, invalidArgumentType, received } from './node-error.js';

// Stands for "nothing was thrown", where undefined may have been.
export const nothing = Symbol('nothing');

export function thrownBy(fn) {
  if (typeof fn !== 'function') throw invalidArgumentType('fn', 'of type function', fn);
  try {
    fn();
  } catch (error) {
    return error;
  }
  return nothing;
}

function isPromise(value) {
  if (!isObject(value)) return false;
  if (native.kindOf(value) === 'promise') return true;
  return typeof value.then === 'function' && typeof value.catch === 'function';
}

// What the promise, or the one that a function returns, rejects with.
export async function rejectionOf(promiseOrFunction) {
  let promise = promiseOrFunction;
  if (typeof promiseOrFunction === 'function') {
    promise = promiseOrFunction();
    if (!isPromise(promise)) {
      throw codedTypeError(
        'ERR_INVALID_RETURN_VALUE',
        'Expected instance of Promise to be returned from the "promiseFn" function but got ' +
          `${received(promise)}.`,
      );
    }
  } else if (!isPromise(promise)) {
    throw invalidArgumentType('promiseFn', 'of type function or an instance of Promise', promise);
  }
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return nothing;
}

function isRegExp(value) {
  return isObject(value) && native.kindOf(value) === 'regexp';
}

const kExpectations = 'of type function or an instance of Error, RegExp, or Object';

function isExpectation(value) {
  return typeof value === 'function' || isObject(value);
}

// For throws and rejects (the `operator`): passes when `error` is as expected.
export function expectError(operator, stackStartFn, error, expected, message) {
  if (typeof expected === 'string') {
    if (message !== undefined) {
      throw invalidArgumentType('error', kExpectations, expected);
    }
    rejectAmbiguity(error, expected);
    message = expected;
    expected = undefined;
  } else if (expected !== undefined && expected !== null && !isExpectation(expected)) {
    throw invalidArgumentType('error', kExpectations, expected);
  }
  if (error === nothing) {
    const what = operator === 'rejects' ? 'rejection' : 'exception';
    const name = expected?.name ? ` (${expected.name})` : '';
    throw new AssertionError({
      actual: undefined,
      expected,
      operator,
      message: `Missing expected ${what}${name}${message === undefined ? '.' : `: ${textOf(message)}`}`,
      stackStartFn,
    });
  }
  if (expected === undefined || expected === null) return;
  const failure = mismatch(error, expected, operator);
  if (failure === undefined) return;
  if (isErrorObject(message)) throw message;
  const assertion = new AssertionError({
    actual: failure.actual,
    expected: failure.expected,
    operator: failure.operator ?? operator,
    message: message ?? failure.message,
    stackStartFn,
  });
  assertion.operator = operator;
  assertion.actual = error;
  assertion.expected = expected;
  assertion.generatedMessage = message === undefined;
  throw assertion;
}

function isErrorObject(value) {
  return isInstance(Error, value);
}

function textOf(message) {
  return isErrorObject(message) ? message.message : message;
}

// A string is the assertion's message; giving the error's own is more likely a mistake.
function rejectAmbiguity(error, text) {
  if (error === nothing) return;
  const message = isObject(error) ? error.message : error;
  if (message !== text) return;
  const what = isObject(error) ? 'error message' : 'error';
  throw codedTypeError(
    'ERR_AMBIGUOUS_ARGUMENT',
    `The "error/message" argument is ambiguous. The ${what} "${text}" is identical to the message.`,
  );
}

// How an error fails its expectation, or undefined when it does not.
function mismatch(error, expected, operator) {
  if (typeof expected === 'function') return mismatchOfFunction(error, expected);
  if (isRegExp(expected)) {
    const text = textOfThrown(error);
    if (regExpTest(expected, text)) return undefined;
    return {
      message: `The input did not match the regular expression ${inspect(expected)}. Input:\n\n${inspect(text)}\n`,
    };
  }
  if (!isObject(error)) {
    return { actual: error, expected, operator: 'deepStrictEqual', message: undefined };
  }
  const keys = objectKeys(expected);
  if (isErrorObject(expected)) {
    arrayPush(keys, 'name');
    arrayPush(keys, 'message');
  } else if (keys.length === 0) {
    throw codedTypeError(
      'ERR_INVALID_ARG_VALUE',
      "The argument 'error' may not be an empty object. Received {}",
    );
  }
  for (let i = 0; i < keys.length; ++i) {
    if (!propertyMatches(error, expected, keys[i])) {
      return {
        actual: pick(error, keys),
        expected: pick(expected, keys),
        operator: 'deepStrictEqual',
        message: undefined,
      };
    }
  }
  return undefined;
}

function textOfThrown(value) {
  return typeof value === 'symbol' ? inspect(value) : `${value}`;
}

function propertyMatches(error, expected, key) {
  const wanted = expected[key];
  if (typeof error[key] === 'string' && isRegExp(wanted)) return regExpTest(wanted, error[key]);
  return key in error && isDeepStrictEqual(error[key], wanted);
}

function pick(source, keys) {
  const picked = {};
  for (let i = 0; i < keys.length; ++i) {
    if (keys[i] in source) picked[keys[i]] = source[keys[i]];
  }
  return picked;
}

// A class that the error is an instance of, or a function that says whether it will do.
function mismatchOfFunction(error, expected) {
  const isClass = expected.prototype !== undefined;
  if (isClass && isInstance(expected, error)) return undefined;
  if (expected === Error || isInstanceOfErrorClass(expected)) {
    const name = isObject(error) ? error.constructor?.name ?? 'Object' : inspect(error);
    let message = `The error is expected to be an instance of "${expected.name}". Received "${name}"`;
    if (isErrorObject(error)) message += `\n\nError message:\n\n${error.message}`;
    return { message };
  }
  const verdict = reflectApply(expected, {}, [error]);
  if (verdict === true) return undefined;
  const name = expected.name ? `"${expected.name}" ` : '';
  let message = `The ${name}validation function is expected to return "true". Received ${inspect(verdict)}`;
  if (isErrorObject(error)) message += `\n\nCaught error:\n\n${error}`;
  return { message };
}

function isInstanceOfErrorClass(constructor) {
  return isObject(constructor.prototype) && isErrorObject(constructor.prototype);
}

// For doesNotThrow and doesNotReject: an error that matches is a failed assertion, any other goes on.
export function expectNoError(operator, stackStartFn, error, expected, message) {
  if (error === nothing) return;
  if (typeof expected === 'string') {
    message = expected;
    expected = undefined;
  }
  if (expected !== undefined && expected !== null && !isUnwanted(error, expected)) throw error;
  const what = operator === 'doesNotReject' ? 'rejection' : 'exception';
  const details = message === undefined ? '.' : `: ${textOf(message)}`;
  throw new AssertionError({
    actual: error,
    expected,
    operator,
    message: `Got unwanted ${what}${details}\nActual message: "${isObject(error) ? error.message : inspect(error)}"`,
    stackStartFn,
  });
}

function isUnwanted(error, expected) {
  if (typeof expected === 'function') {
    if (expected.prototype !== undefined && isInstance(expected, error)) return true;
    if (isInstanceOfErrorClass(expected)) return false;
    return reflectApply(expected, {}, [error]) === true;
  }
  if (isRegExp(expected)) return regExpTest(expected, textOfThrown(error));
  throw invalidArgumentType('expected', 'of type function or an instance of RegExp', expected);
}
