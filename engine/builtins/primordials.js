// The language's own functions as they were before any script ran.
//
// A script may replace `Array.prototype.push` or `Map.prototype.get`; what the platform does must not
// change with it. Methods are exported as plain functions that take their receiver first:
// `arrayPush(list, value)` is `list.push(value)`. Inside the platform, arrays are walked by index,
// because `for…of` and spread consult `Array.prototype[Symbol.iterator]`.

const { prototype: functionPrototype } = Function;
export const uncurryThis = functionPrototype.bind.bind(functionPrototype.call);

const getterOf = (prototype, name) =>
  uncurryThis(Object.getOwnPropertyDescriptor(prototype, name).get);

export const { apply: reflectApply, ownKeys, getPrototypeOf } = Reflect;
export const {
  assign: objectAssign,
  create: objectCreate,
  defineProperty,
  freeze,
  getOwnPropertyDescriptor,
  getOwnPropertySymbols,
  is: sameValue,
  keys: objectKeys,
  prototype: objectPrototype,
  setPrototypeOf,
} = Object;
export const hasOwn = uncurryThis(objectPrototype.hasOwnProperty);
export const isEnumerableProperty = uncurryThis(objectPrototype.propertyIsEnumerable);
export const objectToString = uncurryThis(objectPrototype.toString);

export const functionToString = uncurryThis(functionPrototype.toString);
export const isInstance = uncurryThis(functionPrototype[Symbol.hasInstance]);

export const { isArray } = Array;
export const arrayIncludes = uncurryThis(Array.prototype.includes);
export const arrayIndexOf = uncurryThis(Array.prototype.indexOf);
export const arrayJoin = uncurryThis(Array.prototype.join);
export const arrayPop = uncurryThis(Array.prototype.pop);
export const arrayShift = uncurryThis(Array.prototype.shift);
export const arraySort = uncurryThis(Array.prototype.sort);

// The language's own `push` assigns, and its `slice` and `splice` ask the list for its constructor: a setter or a
// constructor that a script has put on `Array.prototype` would be given the platform's records. These only define.
const element = {
  __proto__: null,
  value: undefined,
  writable: true,
  enumerable: true,
  configurable: true,
};

// Makes `value` the element `index` of a list of our own.
export function arraySet(list, index, value) {
  element.value = value;
  defineProperty(list, index, element);
  element.value = undefined;
}

export function arrayPush(list, value) {
  arraySet(list, list.length, value);
  return list.length;
}

export function arraySlice(list, start = 0, end = list.length) {
  const copy = [];
  for (let i = start; i < end && i < list.length; ++i) arraySet(copy, copy.length, list[i]);
  return copy;
}

// Takes the element at `index` out of the list, which has no holes.
export function arrayRemove(list, index) {
  for (let i = index + 1; i < list.length; ++i) list[i - 1] = list[i];
  arrayPop(list);
}

// Puts `value` before all others of a list without holes.
export function arrayUnshift(list, value) {
  arrayPush(list, value);
  for (let i = list.length - 1; i > 0; --i) list[i] = list[i - 1];
  list[0] = value;
}

export const stringCharCodeAt = uncurryThis(String.prototype.charCodeAt);
export const stringCodePointAt = uncurryThis(String.prototype.codePointAt);
export const stringEndsWith = uncurryThis(String.prototype.endsWith);
export const stringIncludes = uncurryThis(String.prototype.includes);
export const stringIndexOf = uncurryThis(String.prototype.indexOf);
export const stringLastIndexOf = uncurryThis(String.prototype.lastIndexOf);
export const stringPadEnd = uncurryThis(String.prototype.padEnd);
export const stringPadStart = uncurryThis(String.prototype.padStart);
export const stringRepeat = uncurryThis(String.prototype.repeat);
export const stringReplace = uncurryThis(String.prototype.replace);
export const stringSlice = uncurryThis(String.prototype.slice);
export const stringSplit = uncurryThis(String.prototype.split);
export const stringStartsWith = uncurryThis(String.prototype.startsWith);
export const stringToLowerCase = uncurryThis(String.prototype.toLowerCase);
export const stringToUpperCase = uncurryThis(String.prototype.toUpperCase);
export const stringTrim = uncurryThis(String.prototype.trim);
export const stringValueOf = uncurryThis(String.prototype.valueOf);

export const regExpExec = uncurryThis(RegExp.prototype.exec);
export const regExpTest = uncurryThis(RegExp.prototype.test);
export const regExpToString = uncurryThis(RegExp.prototype.toString);

export const numberToFixed = uncurryThis(Number.prototype.toFixed);
export const numberToString = uncurryThis(Number.prototype.toString);
export const numberValueOf = uncurryThis(Number.prototype.valueOf);
export const booleanValueOf = uncurryThis(Boolean.prototype.valueOf);
export const bigIntValueOf = uncurryThis(BigInt.prototype.valueOf);
export const symbolValueOf = uncurryThis(Symbol.prototype.valueOf);
export const symbolToString = uncurryThis(Symbol.prototype.toString);
export const symbolDescription = getterOf(Symbol.prototype, 'description');

export const dateGetTime = uncurryThis(Date.prototype.getTime);
export const dateToISOString = uncurryThis(Date.prototype.toISOString);
export const dateToString = uncurryThis(Date.prototype.toString);
export const errorToString = uncurryThis(Error.prototype.toString);
export const { captureStackTrace } = Error;
export const { stringify: jsonStringify } = JSON;

export const {
  abs,
  ceil,
  floor,
  max,
  min,
  round,
  sqrt,
  trunc,
} = Math;
export const { isFinite: isFiniteNumber, isInteger, isNaN: isNotANumber, parseFloat, parseInt } =
  Number;

export const SafeMap = Map;
export const SafeSet = Set;
export const SafeWeakMap = WeakMap;
export const SafeWeakRef = WeakRef;
export const SafePromise = Promise;
export const mapDelete = uncurryThis(Map.prototype.delete);
export const mapGet = uncurryThis(Map.prototype.get);
export const mapHas = uncurryThis(Map.prototype.has);
export const mapSet = uncurryThis(Map.prototype.set);
export const mapSize = getterOf(Map.prototype, 'size');
export const mapForEach = uncurryThis(Map.prototype.forEach);
export const setAdd = uncurryThis(Set.prototype.add);
export const setDelete = uncurryThis(Set.prototype.delete);
export const setHas = uncurryThis(Set.prototype.has);
export const setSize = getterOf(Set.prototype, 'size');
export const setForEach = uncurryThis(Set.prototype.forEach);
export const weakMapGet = uncurryThis(WeakMap.prototype.get);
export const weakMapSet = uncurryThis(WeakMap.prototype.set);
export const weakRefDeref = uncurryThis(WeakRef.prototype.deref);
export const promiseThen = uncurryThis(Promise.prototype.then);
export const promiseReject = Promise.reject.bind(Promise);
export const promiseResolve = Promise.resolve.bind(Promise);

const typedArrayPrototype = getPrototypeOf(Uint8Array.prototype);
export const ByteArray = Uint8Array;
export const typedArrayLength = getterOf(typedArrayPrototype, 'length');
export const typedArrayTag = getterOf(typedArrayPrototype, Symbol.toStringTag);
export const typedArrayBuffer = getterOf(typedArrayPrototype, 'buffer');
export const typedArrayByteLength = getterOf(typedArrayPrototype, 'byteLength');
export const typedArrayByteOffset = getterOf(typedArrayPrototype, 'byteOffset');
export const dataViewBuffer = getterOf(DataView.prototype, 'buffer');
export const dataViewByteLength = getterOf(DataView.prototype, 'byteLength');
export const dataViewByteOffset = getterOf(DataView.prototype, 'byteOffset');
export const arrayBufferByteLength = getterOf(ArrayBuffer.prototype, 'byteLength');

// The values of a Set, or the [key, value] pairs of a Map, as an array of our own.
export function setValues(set) {
  const values = [];
  setForEach(set, (value) => arrayPush(values, value));
  return values;
}

export function mapEntries(map) {
  const entries = [];
  mapForEach(map, (value, key) => arrayPush(entries, [key, value]));
  return entries;
}

// Sets the keys of a Map from an array of keys, each followed by its value.
export function fillMap(map, entries) {
  for (let i = 0; i < entries.length; i += 2) mapSet(map, entries[i], entries[i + 1]);
}
