// What a failed assertion throws.
import { captureStackTrace, defineProperty } from '../primordials.js';
import { isObject } from '../webidl.js';
import { assertionMessage } from './assert-message.js';
import { invalidArgumentType } from './node-error.js';

export class AssertionError extends Error {
  // `options.message` replaces the message generated from `actual`, `expected` and `operator`; frames from
  // `options.stackStartFn` upwards are left out of the stack.
  constructor(options) {
    if (!isObject(options)) throw invalidArgumentType('options', 'of type object', options);
    const { actual, expected, message, operator, stackStartFn } = options;
    const isGenerated = message === undefined || message === null;
    const cause = options.cause === undefined ? undefined : { cause: options.cause };
    super(isGenerated ? assertionMessage(operator, actual, expected) : `${message}`, cause);
    this.generatedMessage = isGenerated;
    this.code = 'ERR_ASSERTION';
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
    // The stack is written while the name carries the code, as Node's says it.
    setHidden(this, 'name', 'AssertionError [ERR_ASSERTION]');
    captureStackTrace(this, stackStartFn ?? AssertionError);
    void this.stack;
    setHidden(this, 'name', 'AssertionError');
  }

  toString() {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
}

// The bundler may rename a class that mentions itself.
setHidden(AssertionError, 'name', 'AssertionError');

function setHidden(object, name, value) {
  defineProperty(object, name, {
    __proto__: null,
    value,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}
