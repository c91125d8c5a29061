// The `mock` of node:test: functions that remember their calls. Tests are run by `lathe test`, but many of them
// look at what they were called with in this way.
// https://nodejs.org/api/test.html#class-mocktracker
import { missingFunction, missingObject } from '../missing.js';
import { arrayPush, arraySlice } from '../primordials.js';
import { isObject } from '../webidl.js';
import { invalidArgumentType, invalidArgumentValue, outOfRange } from './node-error.js';

// Calls what is due by `call(implementation)`, and has `context` remember it with `about`, to which `call` may add.
let run;

// What a function's `mock` property is.
class MockFunctionContext {
  #calls = [];
  #original;
  #implementation;
  #once = new Map();
  #limit;
  #undo;

  constructor(original, implementation, limit, undo) {
    this.#original = original;
    this.#implementation = implementation;
    this.#limit = limit;
    this.#undo = undo;
  }

  get calls() {
    return arraySlice(this.#calls);
  }
  callCount() {
    return this.#calls.length;
  }

  mockImplementation(implementation) {
    requireFunction(implementation, 'implementation');
    this.#implementation = implementation;
  }
  // For one call only, the next or that of the number `onCall`, which counts from 0.
  mockImplementationOnce(implementation, onCall = this.#calls.length) {
    requireFunction(implementation, 'implementation');
    requireInteger(onCall, 'onCall', 'argument', this.#calls.length);
    this.#once.set(onCall, implementation);
  }
  resetCalls() {
    this.#calls = [];
  }
  // Calls are remembered further on, and reach what was mocked.
  restore() {
    this.#implementation = this.#original;
    this.#once.clear();
    this.#undo?.();
  }

  static {
    run = (context, about, call) => {
      const number = context.#calls.length;
      const once = context.#once.get(number);
      context.#once.delete(number);
      const usual = number < context.#limit ? context.#implementation : context.#original;
      const record = { ...about, error: undefined, result: undefined, stack: new Error() };
      try {
        record.result = call(once ?? usual, record);
        return record.result;
      } catch (error) {
        record.error = error;
        throw error;
      } finally {
        arrayPush(context.#calls, record);
      }
    };
  }
}

function mocked(original, implementation, limit, undo = undefined) {
  const context = new MockFunctionContext(original, implementation, limit, undo);
  const made = new Proxy(original, {
    apply: (_, receiver, args) =>
      run(context, { arguments: args, target: undefined, this: receiver }, (called) =>
        Reflect.apply(called, receiver, args),
      ),
    construct(_, args, newTarget) {
      // Whatever makes it, it is an instance of what was asked for.
      const target = newTarget === made ? original : newTarget;
      return run(context, { arguments: args, target, this: undefined }, (called, record) => {
        record.this = Reflect.construct(called, args, target);
        return record.this;
      });
    },
    get: (target, key, receiver) => (key === 'mock' ? context : Reflect.get(target, key, receiver)),
  });
  return { made, context };
}

class MockTracker {
  #contexts = [];

  // A mock of `original`, which is called unless there is an `implementation`, for the first `times` calls.
  fn(original = function () {}, implementation = original, options = {}) {
    if (isOptions(original)) return this.fn(undefined, undefined, original);
    if (isOptions(implementation)) return this.fn(original, undefined, implementation);
    requireFunction(original, 'original');
    requireFunction(implementation, 'implementation');
    return this.#keep(mocked(original, implementation, limitOf(options)));
  }

  // The same for the method `name` of `object`, or its getter or setter as `options` say, in whose place the mock
  // is put until it is restored.
  method(object, name, implementation = undefined, options = {}) {
    if (isOptions(implementation)) return this.method(object, name, undefined, implementation);
    if (!isObject(object)) throw invalidArgumentType('object', 'of type object', object);
    if (typeof name !== 'string' && typeof name !== 'symbol') {
      throw invalidArgumentType('methodName', 'one of type string or symbol', name);
    }
    if (implementation !== undefined) requireFunction(implementation, 'implementation');
    const limit = limitOf(options);
    const { getter = false, setter = false } = options;
    if (getter && setter) refuseBoth();
    const part = getter ? 'get' : setter ? 'set' : 'value';
    const descriptor = findDescriptor(object, name);
    const original = descriptor?.[part];
    if (typeof original !== 'function') {
      throw invalidArgumentValue("argument 'methodName'", 'must be a method', original);
    }
    const undo = () => Object.defineProperty(object, name, descriptor);
    const mock = mocked(original, implementation ?? original, limit, undo);
    Object.defineProperty(object, name, { ...descriptor, [part]: mock.made });
    return this.#keep(mock);
  }

  getter(object, name, implementation = undefined, options = {}) {
    if (isOptions(implementation)) return this.getter(object, name, undefined, implementation);
    const { getter = true } = options;
    if (!getter) throw invalidArgumentValue("property 'options.getter'", 'cannot be false', getter);
    return this.method(object, name, implementation, { ...options, getter });
  }
  setter(object, name, implementation = undefined, options = {}) {
    if (isOptions(implementation)) return this.setter(object, name, undefined, implementation);
    const { setter = true } = options;
    if (!setter) throw invalidArgumentValue("property 'options.setter'", 'cannot be false', setter);
    return this.method(object, name, implementation, { ...options, setter });
  }

  restoreAll() {
    for (let i = 0; i < this.#contexts.length; ++i) this.#contexts[i].restore();
  }
  reset() {
    this.restoreAll();
    this.#contexts = [];
  }

  #keep({ made, context }) {
    arrayPush(this.#contexts, context);
    return made;
  }

  module = missingFunction('node:test (mock.module)');
  timers = missingObject('node:test (mock.timers)');
}

function isOptions(value) {
  return typeof value === 'object' && value !== null;
}

function findDescriptor(object, name) {
  for (let link = object; link !== null; link = Object.getPrototypeOf(link)) {
    const descriptor = Object.getOwnPropertyDescriptor(link, name);
    if (descriptor !== undefined) return descriptor;
  }
  return undefined;
}

// How many calls reach the implementation.
function limitOf({ times = Infinity }) {
  if (times !== Infinity) requireInteger(times, 'options.times', 'property', 1);
  return times;
}

function refuseBoth() {
  throw invalidArgumentValue("property 'options.setter'", "cannot be used with 'options.getter'", true);
}

function requireFunction(value, name) {
  if (typeof value !== 'function') throw invalidArgumentType(name, 'of type function', value);
}

function requireInteger(value, name, noun, least) {
  if (typeof value !== 'number') throw invalidArgumentType(name, 'of type number', value, noun);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < least) throw outOfRange(name, `>= ${least}`, value);
}

export const mock = new MockTracker();
