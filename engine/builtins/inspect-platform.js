// The platform's own classes: their name, and the values of their attributes.
import { abortState, isSignal } from './abort.js';
import { Event, isEvent } from './event.js';
import {
  arrayIncludes,
  arrayPush,
  arrayRemove,
  arrayUnshift,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  objectPrototype,
  ownKeys,
  reflectApply,
} from './primordials.js';
import { isInterfacePrototype } from './webidl.js';

// Shown as the pairs that they hold.
const kPairInterfaces = ['Headers', 'URLSearchParams', 'FormData'];

// Of an Event's attributes, those worth the space.
const kEventAttributes = ['type', 'defaultPrevented', 'cancelable', 'timeStamp'];

// The interfaces among the object's prototypes, the most general first; none for a script's own objects.
export function interfacesOf(object, kind) {
  const found = [];
  for (
    let link = getPrototypeOf(object);
    link !== null && link !== objectPrototype;
    link = getPrototypeOf(link)
  ) {
    if (kind === 'platform' || isInterfacePrototype(link)) arrayUnshift(found, link);
  }
  return found;
}

// Takes those of an object's own keys out of `keys` that are attributes, and answers them.
export function takeAccessors(object, keys) {
  const taken = [];
  for (let i = 0; i < keys.length; ) {
    if (getOwnPropertyDescriptor(object, keys[i])?.get === undefined) {
      ++i;
    } else {
      arrayPush(taken, keys[i]);
      arrayRemove(keys, i);
    }
  }
  return taken;
}

// The entries of an object with these interfaces, and these attributes of its own.
export function platformEntries(inspection, object, interfaces, own, level) {
  const pairs = findPairs(interfaces);
  if (pairs !== undefined) return pairEntries(inspection, object, pairs, level);
  const entries = [];
  const add = (name, value) => arrayPush(entries, inspection.attribute(name, value, level));
  if (isSignal(object)) {
    const { aborted, reason } = abortState(object);
    add('aborted', aborted);
    if (aborted) add('reason', reason);
    return entries;
  }
  addAttributes(object, object, own, add);
  for (let i = 0; i < interfaces.length; ++i) {
    const only = isEvent(object) && interfaces[i] === Event.prototype ? kEventAttributes : undefined;
    addAttributes(object, interfaces[i], only, add);
  }
  return entries;
}

// Attributes are enumerable accessors. One that throws (not implemented, detached) is left out.
function addAttributes(object, prototype, only, add) {
  const names = only ?? ownKeys(prototype);
  for (let i = 0; i < names.length; ++i) {
    const descriptor = getOwnPropertyDescriptor(prototype, names[i]);
    if (descriptor?.get === undefined || !descriptor.enumerable) continue;
    if (typeof names[i] === 'symbol') continue;
    let value;
    try {
      value = reflectApply(descriptor.get, object, []);
    } catch {
      continue;
    }
    add(names[i], value);
  }
}

function findPairs(interfaces) {
  for (let i = 0; i < interfaces.length; ++i) {
    const tag = getOwnPropertyDescriptor(interfaces[i], Symbol.toStringTag)?.value;
    if (arrayIncludes(kPairInterfaces, tag)) return interfaces[i];
  }
  return undefined;
}

function pairEntries(inspection, object, prototype, level) {
  const entries = [];
  inspection.indentation += 2;
  reflectApply(prototype.forEach, object, [
    (value, name) =>
      arrayPush(entries, `${inspection.format(name, level)} => ${inspection.format(value, level)}`),
  ]);
  inspection.indentation -= 2;
  return entries;
}
