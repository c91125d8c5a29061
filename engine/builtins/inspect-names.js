// What an object is called: its class, its toStringTag, and the two put together.
import { native } from './native.js';
import {
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  isEnumerableProperty,
  isInstance,
} from './primordials.js';
import { isObject } from './webidl.js';

// The name of the nearest class that the object is an instance of, or null when it has no prototype.
export function classNameOf(inspection, object) {
  let name;
  for (let link = object; isObject(link); link = getPrototypeOf(link)) {
    const constructor = getOwnPropertyDescriptor(link, 'constructor')?.value;
    if (typeof constructor !== 'function') continue;
    name = constructor.name;
    if (typeof name === 'string' && name !== '' && isInstanceOf(object, constructor)) return name;
  }
  const prototype = getPrototypeOf(object);
  if (prototype === null) return null;
  // No constructor vouches for it: V8's own guess, and what it inherits from.
  const guess = native.getConstructorName(object);
  return `${guess} <${inspection.prototypeSummary(prototype)}>`;
}

// `instanceof`, for constructors that may have no prototype.
function isInstanceOf(object, constructor) {
  try {
    return isInstance(constructor, object);
  } catch {
    return false;
  }
}

// The toStringTag, unless it will be printed among the object's own properties anyway.
export function tagOf(inspection, object) {
  const tag = object[Symbol.toStringTag];
  if (typeof tag !== 'string' || tag === '') return '';
  const isListed = inspection.showHidden ? hasOwn : isEnumerableProperty;
  return isListed(object, Symbol.toStringTag) ? '' : tag;
}

// "Class(size) [tag] ", with the blank. `fallback` is what the object is when it has no class.
export function prefixOf({ className, tag }, fallback, size = '') {
  if (className === null) {
    const mark = `[${fallback}${size}: null prototype] `;
    return tag !== '' && tag !== fallback ? `${mark}[${tag}] ` : mark;
  }
  return tag !== '' && tag !== className ? `${className}${size} [${tag}] ` : `${className}${size} `;
}
