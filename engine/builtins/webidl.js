// The conversions and property attributes that Web IDL prescribes for the classes written in JavaScript.
// https://webidl.spec.whatwg.org/
import {
  arrayIncludes,
  arrayPush,
  defineProperty,
  getOwnPropertyDescriptor,
  isFiniteNumber,
  ownKeys,
  stringReplace,
  trunc,
} from './primordials.js';

const kMaxSafeInteger = 2 ** 53 - 1;

// Of all interfaces that are written in JavaScript.
export const interfacePrototypes = [];

export function isInterfacePrototype(object) {
  return arrayIncludes(interfacePrototypes, object);
}

// Gives a class the shape of an interface: its name (the bundler may have changed it), members enumerable, a
// toStringTag. Symbols and `constructor` stay as the class syntax made them.
export function defineInterface(constructor, name) {
  const { prototype } = constructor;
  arrayPush(interfacePrototypes, prototype);
  defineProperty(constructor, 'name', { __proto__: null, value: name });
  makeMembersEnumerable(prototype);
  makeMembersEnumerable(constructor);
  defineProperty(prototype, Symbol.toStringTag, {
    __proto__: null,
    value: name,
    writable: false,
    enumerable: false,
    configurable: true,
  });
}

function makeMembersEnumerable(object) {
  const keys = ownKeys(object);
  for (let i = 0; i < keys.length; ++i) {
    const key = keys[i];
    if (typeof key === 'symbol' || isClassKey(key)) continue;
    const descriptor = getOwnPropertyDescriptor(object, key);
    if (!descriptor.configurable) continue;
    descriptor.enumerable = true;
    defineProperty(object, key, { __proto__: null, ...descriptor });
  }
}

function isClassKey(key) {
  return key === 'constructor' || key === 'length' || key === 'name' || key === 'prototype';
}

// https://webidl.spec.whatwg.org/#define-the-constants
export function defineConstants(constructor, constants) {
  const names = ownKeys(constants);
  for (let i = 0; i < names.length; ++i) {
    const descriptor = {
      __proto__: null,
      value: constants[names[i]],
      writable: false,
      enumerable: true,
      configurable: false,
    };
    defineProperty(constructor, names[i], descriptor);
    defineProperty(constructor.prototype, names[i], descriptor);
  }
}

// A property that an object has of its own where the standard has an accessor of its interface: a copy of the object,
// and a proxy around it, then have the value.
export function defineOwn(object, name, value) {
  defineProperty(object, name, {
    __proto__: null,
    value,
    writable: false,
    enumerable: true,
    configurable: true,
  });
}

export function illegalConstructor() {
  return new TypeError('Illegal constructor');
}

export function illegalInvocation() {
  return new TypeError('Illegal invocation');
}

// `where` is how the message names the operation: "execute 'now' on 'Performance'".
export function requireArguments(given, required, where) {
  if (given >= required) return;
  throw new TypeError(
    `Failed to ${where}: ${required} argument${required === 1 ? '' : 's'} required, ` +
      `but only ${given} present.`,
  );
}

export function wrongParameter(where, position, type) {
  return new TypeError(`Failed to ${where}: parameter ${position} is not of type '${type}'.`);
}

export function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

// A DOMString: ToString, which throws a TypeError for symbols.
export function toDomString(value) {
  return `${value}`;
}

// A USVString: the same with U+FFFD in the place of lone surrogates.
export function toUsvString(value) {
  return stringReplace(toDomString(value), /\p{Surrogate}/gu, '\uFFFD');
}

// A dictionary argument: undefined and null are the empty one.
export function toDictionary(value, where, position, type) {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw wrongParameter(where, position, type);
  return value;
}

// A `double`: anything but a finite number is a TypeError.
export function toDouble(value, what) {
  const number = +value;
  if (!isFiniteNumber(number)) throw new TypeError(`${what} is not a finite number.`);
  return number;
}

// `[EnforceRange] unsigned long long`.
export function toEnforcedUnsignedLongLong(value, what) {
  const number = trunc(toDouble(value, what));
  if (number < 0 || number > kMaxSafeInteger) {
    throw new TypeError(`${what} is outside the range of an unsigned long long.`);
  }
  return number === 0 ? 0 : number;
}

// `unsigned short`, which wraps around.
export function toUnsignedShort(value) {
  return (+value >>> 0) & 0xffff;
}

// `unsigned long`, which wraps around.
export function toUnsignedLong(value) {
  return +value >>> 0;
}
