// The errors with a `code` by which Node's modules refuse arguments.
import { defineProperty } from '../primordials.js';
import { inspect } from '../inspect.js';
import { isObject } from '../webidl.js';

export function codedTypeError(code, message) {
  const error = new TypeError(message);
  defineProperty(error, 'code', {
    __proto__: null,
    value: code,
    writable: true,
    enumerable: true,
    configurable: true,
  });
  return error;
}

// `expected` continues the sentence 'The "x" argument must be …'.
export function invalidArgumentType(name, expected, value) {
  return codedTypeError(
    'ERR_INVALID_ARG_TYPE',
    `The "${name}" argument must be ${expected}. Received ${received(value)}`,
  );
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
