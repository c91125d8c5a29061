// What core-js keeps about its own objects and functions, in the place of its module
// `internals/internal-state`. That one uses a WeakMap, and the polyfills' functions are registered
// when the snapshot is made: a WeakMap with entries in a context's snapshot crashes V8 when a
// collection begins while the context is being read, because the table's keys are filled in last.
// A private field keeps the same without a table.
'use strict';

// Returns from its constructor whatever it is given, so that a derived class's private field is put
// on that.
const Given = function (object) {
  return object;
};

class State extends Given {
  #metadata;
  constructor(object, metadata) {
    super(object);  // a second time is a TypeError
    this.#metadata = metadata;
  }
  static has(object) {
    return isObject(object) && #metadata in object;
  }
  static get(object) {
    return State.has(object) ? object.#metadata : undefined;
  }
}

function isObject(value) {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}

function set(object, metadata) {
  metadata.facade = object;
  new State(object, metadata);
  return metadata;
}

exports.set = set;
exports.get = (object) => State.get(object) ?? {};
exports.has = State.has;
exports.enforce = (object) => State.get(object) ?? set(object, {});
exports.getterFor = (type) => (object) => {
  const state = State.get(object);
  if (state?.type !== type) throw new TypeError(`Incompatible receiver, ${type} required`);
  return state;
};
