// `get`, `put` and `delete` of a Durable Object's storage, and of a transaction.
//
// What they answer is mostly there at once. Their native halves, which are called through these, give the
// answer itself then, and a promise only when it is still to come or an error: made through V8's API, a
// promise takes more than all the rest of a cached get().
import { objectAssign, promiseResolve, uncurryThis } from './primordials.js';

export function promiseAnswers({ prototype }) {
  const get = uncurryThis(prototype.get);
  const put = uncurryThis(prototype.put);
  const erase = uncurryThis(prototype.delete);
  objectAssign(prototype, {
    // Without any argument the native half says what is missing.
    get(keys, options = undefined) {
      return promiseResolve(arguments.length === 0 ? get(this) : get(this, keys, options));
    },
    put(key = undefined, value = undefined, options = undefined) {
      return promiseResolve(put(this, key, value, options));
    },
    delete(keys, options = undefined) {
      return promiseResolve(arguments.length === 0 ? erase(this) : erase(this, keys, options));
    },
  });
}
