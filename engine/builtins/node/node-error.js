// The errors with a `code` by which Node's modules refuse arguments.
import { defineProperty } from '../primordials.js';
import { inspect } from '../inspect.js';
import { isObject } from '../webidl.js';

export function codedTypeError(code, message) {
  return coded(new TypeError(message), code);
}

function coded(error, code) {
  defineProperty(error, 'code', {
    __proto__: null,
    value: code,
    writable: true,
    enumerable: true,
    configurable: true,
  });
  return error;
}

// `expected` continues the sentence 'The "x" argument must be …'; `noun` may be 'property'.
export function invalidArgumentType(name, expected, value, noun = 'argument') {
  return codedTypeError(
    'ERR_INVALID_ARG_TYPE',
    `The "${name}" ${noun} must be ${expected}. Received ${received(value)}`,
  );
}

// `reason` continues the sentence "The argument 'x' …", whose subject is `what`.
export function invalidArgumentValue(what, reason, value) {
  return codedTypeError('ERR_INVALID_ARG_VALUE', `The ${what} ${reason}. Received ${inspect(value)}`);
}

// `range` continues the sentence 'It must be …'.
export function outOfRange(name, range, value) {
  const message = `The value of "${name}" is out of range. It must be ${range}. Received ${inspect(value)}`;
  return coded(new RangeError(message), 'ERR_OUT_OF_RANGE');
}

export function received(value) {
  if (value === undefined || value === null) return `${value}`;
  if (typeof value === 'function') return `function ${value.name}`;
  if (isObject(value)) {
    const name = value.constructor?.name;
    return name ? `an instance of ${name}` : inspect(value, { depth: -1 });
  }
  return `type ${typeof value} (${inspect(value, { maxStringLength: 25 })})`;
}
