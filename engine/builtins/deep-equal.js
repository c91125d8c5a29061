// Whether two values are alike all the way down: the comparisons of node:assert.
//
// Primitives are compared with Object.is, and objects with their prototypes.
import { inspect } from './inspect.js';
import { interfacesOf } from './inspect-platform.js';
import { native } from './native.js';
import {
  SafeMap,
  SafeSet,
  arrayBufferByteLength,
  arrayPush,
  arrayRemove,
  bigIntValueOf,
  booleanValueOf,
  ByteArray,
  dateGetTime,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  getOwnPropertySymbols,
  getPrototypeOf,
  hasOwn,
  isArray,
  isEnumerableProperty,
  mapDelete,
  mapEntries,
  mapGet,
  mapHas,
  mapSet,
  mapSize,
  numberValueOf,
  objectKeys,
  regExpToString,
  sameValue,
  setAdd,
  setHas,
  setSize,
  setValues,
  stringValueOf,
  symbolValueOf,
  typedArrayLength,
  typedArrayTag,
} from './primordials.js';
import { isObject } from './webidl.js';

export function isDeepStrictEqual(actual, expected) {
  return new Comparison(false).equal(actual, expected);
}

// Whether `actual` has at least what `expected` has.
export function isPartiallyEqual(actual, expected) {
  return new Comparison(true).equal(actual, expected);
}

class Comparison {
  #isPartial;
  // Pairs being compared further out: meeting one again means that the two are equal as far as they go.
  #partners = new SafeMap();

  constructor(isPartial) {
    this.#isPartial = isPartial;
  }

  equal(actual, expected) {
    if (sameValue(actual, expected)) return true;
    if (!isObject(actual) || !isObject(expected)) return false;
    if (getPrototypeOf(actual) !== getPrototypeOf(expected)) return false;
    if (typeof actual === 'function' || typeof expected === 'function') return false;

    if (mapHas(this.#partners, actual)) return mapGet(this.#partners, actual) === expected;
    mapSet(this.#partners, actual, expected);
    try {
      return this.#objectsEqual(actual, expected);
    } finally {
      mapDelete(this.#partners, actual);
    }
  }

  #objectsEqual(actual, expected) {
    const kind = comparableKind(actual);
    if (kind !== comparableKind(expected)) return false;
    switch (kind) {
      case 'array':
        return this.#arraysEqual(actual, expected);
      case 'typedarray':
        return this.#typedArraysEqual(actual, expected) && this.#propertiesEqual(actual, expected, true);
      case 'arraybuffer':
      case 'sharedarraybuffer':
        if (!bytesEqual(bytesOfBuffer(actual, kind), bytesOfBuffer(expected, kind))) return false;
        break;
      case 'dataview':
        if (!bytesEqual(bytesOfView(actual), bytesOfView(expected))) return false;
        break;
      case 'set':
        return this.#setsEqual(actual, expected) && this.#propertiesEqual(actual, expected);
      case 'map':
        return this.#mapsEqual(actual, expected) && this.#propertiesEqual(actual, expected);
      case 'date':
        if (!sameValue(dateGetTime(actual), dateGetTime(expected))) return false;
        break;
      case 'regexp':
        if (regExpToString(actual) !== regExpToString(expected)) return false;
        if (actual.lastIndex !== expected.lastIndex) return false;
        break;
      case 'error':
        if (!this.#errorsEqual(actual, expected)) return false;
        break;
      case 'number':
        if (!sameValue(numberValueOf(actual), numberValueOf(expected))) return false;
        break;
      case 'string':
        if (stringValueOf(actual) !== stringValueOf(expected)) return false;
        break;
      case 'boolean':
        if (booleanValueOf(actual) !== booleanValueOf(expected)) return false;
        break;
      case 'bigint':
        if (bigIntValueOf(actual) !== bigIntValueOf(expected)) return false;
        break;
      case 'symbol':
        if (symbolValueOf(actual) !== symbolValueOf(expected)) return false;
        break;
      case 'weakmap':
      case 'weakset':
      case 'promise':
        // What they hold can not be seen: only the same one is equal.
        return false;
      default:
        if (tagOf(actual) !== tagOf(expected)) return false;
        if (!platformValuesEqual(actual, expected, kind)) return false;
    }
    return this.#propertiesEqual(actual, expected);
  }

  #arraysEqual(actual, expected) {
    if (this.#isPartial) {
      return this.#isSubsequence(actual, expected) && this.#propertiesEqual(actual, expected, true);
    }
    if (actual.length !== expected.length) return false;
    for (let i = 0; i < expected.length; ++i) {
      // A hole is not an undefined element.
      if (hasOwn(actual, i) !== hasOwn(expected, i)) return false;
      if (!this.equal(actual[i], expected[i])) return false;
    }
    return this.#propertiesEqual(actual, expected, true);
  }

  // Whether the expected elements are found among the actual ones in this order.
  #isSubsequence(actual, expected) {
    let found = 0;
    for (let i = 0; i < actual.length && found < expected.length; ++i) {
      if (this.equal(actual[i], expected[found])) ++found;
    }
    return found === expected.length;
  }

  #typedArraysEqual(actual, expected) {
    if (typedArrayTag(actual) !== typedArrayTag(expected)) return false;
    if (this.#isPartial) return this.#isSubsequence(actual, expected);
    const length = typedArrayLength(actual);
    if (length !== typedArrayLength(expected)) return false;
    for (let i = 0; i < length; ++i) {
      if (!this.equal(actual[i], expected[i])) return false;
    }
    return true;
  }

  // Name and message are not enumerable, so they are asked for by name, and so are cause and errors.
  #errorsEqual(actual, expected) {
    const names = ['message', 'name', 'cause', 'errors'];
    for (let i = 0; i < names.length; ++i) {
      const name = names[i];
      if ((name === 'cause' || name === 'errors') && !this.#isPartial) {
        if (hasOwn(actual, name) !== hasOwn(expected, name)) return false;
      }
      if (this.#isPartial && !(name in expected)) continue;
      if (!this.equal(actual[name], expected[name])) return false;
    }
    return true;
  }

  // Every expected value must have a partner among the actual ones that no other has.
  #setsEqual(actual, expected) {
    if (!this.#sizesMatch(setSize(actual), setSize(expected))) return false;
    const unmatched = [];
    const wanted = setValues(expected);
    for (let i = 0; i < wanted.length; ++i) {
      const value = wanted[i];
      if (setHas(actual, value)) continue;
      if (!isObject(value)) return false;
      arrayPush(unmatched, value);
    }
    if (unmatched.length === 0) return true;
    const candidates = [];
    const given = setValues(actual);
    for (let i = 0; i < given.length; ++i) {
      if (!setHas(expected, given[i])) arrayPush(candidates, given[i]);
    }
    return this.#matchAll(unmatched, candidates, (value, candidate) => this.equal(candidate, value));
  }

  #mapsEqual(actual, expected) {
    if (!this.#sizesMatch(mapSize(actual), mapSize(expected))) return false;
    const unmatched = [];
    const matchedKeys = new SafeSet();
    const wanted = mapEntries(expected);
    for (let i = 0; i < wanted.length; ++i) {
      const key = wanted[i][0];
      if (mapHas(actual, key)) {
        if (this.equal(mapGet(actual, key), wanted[i][1])) {
          setAdd(matchedKeys, key);
          continue;
        }
        return false;
      }
      if (!isObject(key)) return false;
      arrayPush(unmatched, wanted[i]);
    }
    if (unmatched.length === 0) return true;
    const candidates = [];
    const given = mapEntries(actual);
    for (let i = 0; i < given.length; ++i) {
      if (!setHas(matchedKeys, given[i][0])) arrayPush(candidates, given[i]);
    }
    return this.#matchAll(
      unmatched,
      candidates,
      (entry, candidate) =>
        this.equal(candidate[0], entry[0]) && this.equal(candidate[1], entry[1]),
    );
  }

  #sizesMatch(actual, expected) {
    return this.#isPartial ? actual >= expected : actual === expected;
  }

  #matchAll(wanted, candidates, matches) {
    for (let i = 0; i < wanted.length; ++i) {
      let found = -1;
      for (let j = 0; j < candidates.length && found === -1; ++j) {
        if (matches(wanted[i], candidates[j])) found = j;
      }
      if (found === -1) return false;
      arrayRemove(candidates, found);
    }
    return true;
  }

  // Own enumerable properties. Elements of arrays have been compared already.
  #propertiesEqual(actual, expected, skipsElements = false) {
    const actualKeys = this.#keysOf(actual, skipsElements);
    const expectedKeys = this.#keysOf(expected, skipsElements);
    if (!this.#sizesMatch(actualKeys.length, expectedKeys.length)) return false;
    for (let i = 0; i < expectedKeys.length; ++i) {
      if (!isEnumerableProperty(actual, expectedKeys[i])) return false;
    }
    for (let i = 0; i < expectedKeys.length; ++i) {
      if (!this.equal(actual[expectedKeys[i]], expected[expectedKeys[i]])) return false;
    }
    return true;
  }

  #keysOf(object, skipsElements) {
    const keys = [];
    const names = skipsElements ? native.getOwnNonIndexProperties(object, 2) : objectKeys(object);
    for (let i = 0; i < names.length; ++i) {
      if (typeof names[i] === 'string') arrayPush(keys, names[i]);
    }
    const symbols = getOwnPropertySymbols(object);
    for (let i = 0; i < symbols.length; ++i) {
      if (isEnumerableProperty(object, symbols[i])) arrayPush(keys, symbols[i]);
    }
    return keys;
  }
}

// Proxies and arguments objects are compared as what they look like.
function comparableKind(object) {
  const kind = native.kindOf(object);
  if (kind !== 'proxy') return kind;
  return isArray(object) ? 'array' : 'object';
}

// The platform's own objects (URL, Headers…) have no properties of their own: what the console would show
// of them is what they are.
function platformValuesEqual(actual, expected, kind) {
  if (interfacesOf(actual, kind).length === 0) return true;
  const options = { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity };
  return inspect(actual, options) === inspect(expected, options);
}

function tagOf(object) {
  return object[Symbol.toStringTag];
}

function bytesOfBuffer(buffer, kind) {
  const length =
    kind === 'arraybuffer' ? arrayBufferByteLength(buffer) : native.sharedByteLength(buffer);
  return new ByteArray(buffer, 0, length);
}

function bytesOfView(view) {
  return new ByteArray(dataViewBuffer(view), dataViewByteOffset(view), dataViewByteLength(view));
}

function bytesEqual(first, second) {
  if (first.length !== second.length) return false;
  for (let i = 0; i < first.length; ++i) {
    if (first[i] !== second[i]) return false;
  }
  return true;
}
