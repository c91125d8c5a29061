// The `mock` of node:test: functions that remember their calls. Tests are run by `lathe test`, but many of them
// look at what they were called with in this way.
// https://nodejs.org/api/test.html#class-mocktracker
import { missingFunction, missingObject } from '../missing.js';
import { invalidArgumentType } from './node-error.js';

// Calls what is due by `call(implementation)`, and has `context` remember it with `about`.
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
    return [...this.#calls];
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
    if (!Number.isSafeInteger(onCall) || onCall < this.#calls.length) {
      throw outOfRange('onCall', `an integer of at least ${this.#calls.length}`, onCall);
    }
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
        record.result = call(once ?? usual);
        return record.result;
      } catch (error) {
        record.error = error;
        throw error;
      } finally {
        context.#calls.push(record);
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
      const about = { arguments: args, target: newTarget, this: undefined };
      // A class that extends the mock keeps its prototype; the mock itself has that of what is called.
      return run(context, about, (called) =>
        Reflect.construct(called, args, newTarget === made ? called : newTarget),
      );
    },
    get: (target, key, receiver) => (key === 'mock' ? context : Reflect.get(target, key, receiver)),
  });
  return { made, context };
}

class MockTracker {
  #contexts = [];

  // A mock of `original`, which is called unless there is an `implementation`, for the first `times` calls.
  fn(original = function () {}, implementation = original, options = undefined) {
    if (typeof original !== 'function') return this.fn(undefined, undefined, original);
    if (typeof implementation !== 'function') return this.fn(original, original, implementation);
    const { made, context } = mocked(original, implementation, timesOf(options));
    this.#contexts.push(context);
    return made;
  }

  // The same for the method `name` of `object`, in whose place the mock is put until it is restored.
  method(object, name, implementation = undefined, options = undefined) {
    const original = object[name];
    requireFunction(original, `object.${String(name)}`);
    if (implementation !== undefined && typeof implementation !== 'function') {
      return this.method(object, name, undefined, implementation);
    }
    const own = Object.getOwnPropertyDescriptor(object, name);
    const undo = () => (own ? Object.defineProperty(object, name, own) : delete object[name]);
    const { made, context } = mocked(original, implementation ?? original, timesOf(options), undo);
    this.#contexts.push(context);
    const { writable = true, enumerable = false } = own ?? {};
    Object.defineProperty(object, name, { value: made, configurable: true, writable, enumerable });
    return made;
  }

  restoreAll() {
    for (const context of this.#contexts) context.restore();
  }
  reset() {
    this.restoreAll();
    this.#contexts = [];
  }

  getter = missingFunction('node:test (mock.getter)');
  module = missingFunction('node:test (mock.module)');
  setter = missingFunction('node:test (mock.setter)');
  timers = missingObject('node:test (mock.timers)');
}

function timesOf({ times = Infinity } = {}) {
  if (times !== Infinity && !(Number.isSafeInteger(times) && times >= 1)) {
    throw outOfRange('options.times', 'an integer of at least 1', times);
  }
  return times;
}

function requireFunction(value, name) {
  if (typeof value !== 'function') throw invalidArgumentType(name, 'of type function', value);
}

function outOfRange(name, range, received) {
  const error = new RangeError(`The value of "${name}" is out of range. It must be ${range}. Received ${received}`);
  error.code = 'ERR_OUT_OF_RANGE';
  return error;
}

export const mock = new MockTracker();
