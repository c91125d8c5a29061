// node:async_hooks, as far as Workers have it. https://nodejs.org/api/async_context.html
import { bindToRequest, frameValue, frameWith, runInFrame } from '../async-frame.js';
import { native } from '../native.js';
import { invalidArgumentType } from './node-error.js';

// A value that goes with what `run` calls, and with all that continues it.
export class AsyncLocalStorage {
  #defaultValue;
  #name;

  constructor({ defaultValue = undefined, name = '' } = {}) {
    this.#defaultValue = defaultValue;
    this.#name = `${name}`;
  }

  get name() {
    return this.#name;
  }

  run(store, callback, ...args) {
    return runInFrame(frameWith(this, { store }), callback, undefined, args);
  }
  exit(callback, ...args) {
    return this.run(undefined, callback, ...args);
  }
  getStore() {
    const found = frameValue(this);
    return found === undefined ? this.#defaultValue : found.store;
  }

  // As in Workers: what they change would go with code that has not asked for it.
  enterWith() {
    throw new Error('asyncLocalStorage.enterWith() is not implemented');
  }
  disable() {
    throw new Error('asyncLocalStorage.disable() is not implemented');
  }

  // A function that calls `fn` with what goes with this code now; and one that does so with any function.
  static bind(fn) {
    requireFunction(fn);
    return bindToRequest(fn);
  }
  static snapshot() {
    return bindToRequest(function (fn, ...args) {
      return Reflect.apply(fn, this, args);
    });
  }
}

// Something that calls back later: with what goes with the code that has made it.
export class AsyncResource {
  #frame = native.asyncFrame();
  #type;

  constructor(type) {
    if (typeof type !== 'string') throw invalidArgumentType('type', 'of type string', type);
    this.#type = type;
  }

  get type() {
    return this.#type;
  }

  runInAsyncScope(fn, receiver, ...args) {
    return runInFrame(this.#frame, fn, receiver, args);
  }
  bind(fn, receiver = undefined) {
    requireFunction(fn);
    const run = (self, args) => this.runInAsyncScope(fn, receiver ?? self, ...args);
    const bound = function (...args) {
      return run(this, args);
    };
    Object.defineProperty(bound, 'length', { value: fn.length, configurable: true });
    return bound;
  }
  static bind(fn, type = undefined, receiver = undefined) {
    return new AsyncResource(type ?? fn?.name ?? 'bound-anonymous-fn').bind(fn, receiver);
  }

  // Nobody counts resources here.
  asyncId() {
    return 0;
  }
  triggerAsyncId() {
    return 0;
  }
  emitDestroy() {
    return this;
  }
}

// Nobody follows resources here either: there is one, and nothing happens to it.
export function executionAsyncId() {
  return 0;
}
export function triggerAsyncId() {
  return 0;
}
export function executionAsyncResource() {
  return { __proto__: null };
}
export function createHook() {
  return {
    enable() {
      return this;
    },
    disable() {
      return this;
    },
  };
}

function requireFunction(fn) {
  if (typeof fn !== 'function') throw invalidArgumentType('fn', 'of type function', fn);
}
