// Atomics.waitAsync as part of an event: what goes on after it does so as after any other I/O of the event, which
// lasts until then.
import { native } from './native.js';
import { defineProperty, reflectApply } from './primordials.js';

export function followAsyncWaits(atomics) {
  const waitAsyncOfLanguage = atomics.waitAsync;
  const { waitAsync } = {
    waitAsync(typedArray, index, value, timeout) {
      const waiting = reflectApply(waitAsyncOfLanguage, this, arguments);
      if (waiting.async) waiting.value = native.followPromise(waiting.value);
      return waiting;
    },
  };
  defineProperty(atomics, 'waitAsync', {
    __proto__: null,
    value: waitAsync,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}
