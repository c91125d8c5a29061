// Imported right before the polyfills: what they would change besides adding features, as it was.
//
// core-js replaces Function.prototype.toString, so that its functions claim to be native, and keeps a store
// of its own in the global object. Neither is for scripts to meet.
const { getOwnPropertyDescriptor, defineProperty } = Object;
const toString = getOwnPropertyDescriptor(Function.prototype, 'toString');

export function removeTraces() {
  defineProperty(Function.prototype, 'toString', toString);
  delete globalThis['__core-js_shared__'];
}
