// Error.isError, where V8 lacks it. https://tc39.es/ecma262/#sec-error.iserror
//
// core-js can only guess from the outside what is an error; V8 knows.
import { native } from './native.js';

const methods = {
  isError(value) {
    if (typeof value !== 'object' || value === null) return false;
    return native.kindOf(value) === 'error' || isDomException(value);
  },
};

// A DOMException counts as an error: its class is bound from C++, and its `code` getter knows its own.
function isDomException(value) {
  const getCode = Object.getOwnPropertyDescriptor(globalThis.DOMException.prototype, 'code')?.get;
  if (getCode === undefined) return false;
  try {
    Reflect.apply(getCode, value, []);
    return true;
  } catch {
    return false;
  }
}

if (!('isError' in Error)) {
  Object.defineProperty(Error, 'isError', {
    value: methods.isError,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}
