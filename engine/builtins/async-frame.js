// What goes with code from where it was started to all that continues it: across promises (V8 sees to that), timers
// and microtasks. AsyncLocalStorage and withEnv() put values there.
import { native } from './native.js';
import { reflectApply } from './primordials.js';

// A frame is a list of keys with their values, the newest first; undefined is the empty one. Nobody changes it.

// The value that runs with this code under `key`, or undefined.
export function frameValue(key) {
  for (let frame = native.asyncFrame(); frame !== undefined; frame = frame.outer) {
    if (frame.key === key) return frame.value;
  }
  return undefined;
}

// The frame of this code with another value under `key`.
export function frameWith(key, value) {
  return { __proto__: null, key, value, outer: without(native.asyncFrame(), key) };
}

function without(frame, key) {
  if (frame === undefined) return undefined;
  if (frame.key === key) return frame.outer;
  const outer = without(frame.outer, key);
  return outer === frame.outer ? frame : { __proto__: null, key: frame.key, value: frame.value, outer };
}

// Calls `fn` with `frame`.
export function runInFrame(frame, fn, receiver, args) {
  const before = native.swapAsyncFrame(frame);
  try {
    return reflectApply(fn, receiver, args);
  } finally {
    native.swapAsyncFrame(before);
  }
}

// A function that calls `fn` with the frame that is current now.
export function bindToFrame(fn) {
  const frame = native.asyncFrame();
  return function (...args) {
    return runInFrame(frame, fn, this, args);
  };
}

let bindsToRequest = true;

// The same for scripts: what is bound during a request is of no use to others, unless that is not wanted.
export function bindToRequest(fn) {
  const bound = bindToFrame(fn);
  const request = native.currentContextToken();
  if (!bindsToRequest || request === undefined) return bound;
  return function (...args) {
    if (native.currentContextToken() !== request) {
      throw new Error(
        'Cannot call this AsyncLocalStorage bound function outside of the request in which it was created.',
      );
    }
    return reflectApply(bound, this, args);
  };
}

export function bindToFramesAlone() {
  bindsToRequest = false;
}
