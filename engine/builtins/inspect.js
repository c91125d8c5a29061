// Values as text, the way Node shows them: what the console prints, and what a failed assertion compares.
//
// `inspect(value, options)` never runs a script's code except getters of the platform's own kind (name,
// constructor, toStringTag, stack), proxies' traps not at all, and the object's own
// `Symbol.for('nodejs.util.inspect.custom')` method.
import {
  arrayEntries,
  bufferContents,
  iteratorContents,
  mapEntryTexts,
  setEntries,
  typedArrayEntries,
} from './inspect-collections.js';
import { describeError } from './inspect-errors.js';
import { describeFunction } from './inspect-functions.js';
import { arrange } from './inspect-layout.js';
import { classNameOf, prefixOf, tagOf } from './inspect-names.js';
import { interfacesOf, platformEntries, takeAccessors } from './inspect-platform.js';
import { formatKey, formatPrimitive, withColor, withoutColor } from './inspect-text.js';
import { native } from './native.js';
import {
  SafeMap,
  arrayBufferByteLength,
  arrayIncludes,
  arrayJoin,
  arrayPop,
  arrayPush,
  arraySlice,
  arraySort,
  bigIntValueOf,
  booleanValueOf,
  dateGetTime,
  dateToISOString,
  dateToString,
  getOwnPropertyDescriptor,
  getOwnPropertySymbols,
  isEnumerableProperty,
  isNotANumber,
  mapGet,
  mapSet,
  mapSize,
  numberValueOf,
  objectKeys,
  ownKeys,
  reflectApply,
  regExpToString,
  stringRepeat,
  stringSlice,
  stringSplit,
  stringToLowerCase,
  stringValueOf,
  symbolValueOf,
  typedArrayLength,
  typedArrayTag,
} from './primordials.js';
import { isObject } from './webidl.js';

export const customInspect = Symbol.for('nodejs.util.inspect.custom');

// Filters of native.getOwnNonIndexProperties.
const kAllKeys = 0;
const kEnumerableKeys = 2;

const kDefaults = {
  __proto__: null,
  showHidden: false,
  depth: 2,
  colors: false,
  customInspect: true,
  showProxy: false,
  maxArrayLength: 100,
  maxStringLength: 10_000,
  breakLength: 80,
  compact: 3,
  sorted: false,
  getters: false,
};

// The shape of an object: the text around its entries, and how to get them.
//   base      text before the braces, or ''
//   open      the opening brace with the prefix, close the other
//   entries   level → texts printed before the properties
//   isList    whether the entries are elements that may stand in columns
//   source    the array whose elements they are, if any
//   whole     the text of everything, when there is nothing to put between the braces
function braces(prefix, extra = {}) {
  return { base: '', open: `${prefix}{`, close: '}', isList: false, entries: noEntries, ...extra };
}

function brackets(prefix, extra = {}) {
  return { base: '', open: `${prefix}[`, close: ']', isList: true, entries: noEntries, ...extra };
}

function noEntries() {
  return [];
}

// One run of `inspect`: the options and where in the value it is.
class Inspection {
  indentation = 0;
  // How deep the object is that was last begun: tells how many levels an object holds.
  innermostLevel = 0;
  // The objects being shown, outermost first, and the numbers of those met again inside themselves.
  #path = [];
  #circular = undefined;
  #options;

  constructor(options) {
    this.#options = options;
    const names = objectKeys(kDefaults);
    for (let i = 0; i < names.length; ++i) this[names[i]] = kDefaults[names[i]];
    if (isObject(options)) {
      for (let i = 0; i < names.length; ++i) {
        if (options[names[i]] !== undefined) this[names[i]] = options[names[i]];
      }
    }
    this.maxArrayLength ??= Infinity;
    this.maxStringLength ??= Infinity;
    this.depth ??= Infinity;
    this.style = this.colors ? withColor : withoutColor;
  }

  // The text of `value`, which is `level` objects deep.
  format(value, level) {
    if (!isObject(value)) return formatPrimitive(this, value);
    const given = value;
    const proxy = native.getProxyDetails(value);
    if (proxy !== undefined) {
      if (proxy[0] === null) return this.style('<Revoked Proxy>', 'special');
      if (this.showProxy) return this.#formatProxy(proxy, level);
      value = innermostTarget(proxy[0]);
      if (value === null) return this.style('<Revoked Proxy>', 'special');
    }
    if (this.customInspect) {
      const custom = this.#customText(value, given, level);
      if (custom !== undefined) return custom;
    }
    if (arrayIncludes(this.#path, value)) {
      this.#circular ??= new SafeMap();
      let number = mapGet(this.#circular, value);
      if (number === undefined) {
        number = mapSize(this.#circular) + 1;
        mapSet(this.#circular, value, number);
      }
      return this.style(`[Circular *${number}]`, 'special');
    }
    return this.#formatObject(value, level);
  }

  // An element of an array: its text alone.
  element(array, descriptor, level) {
    return this.#valueText(array, descriptor, level, 2);
  }

  // An attribute of a platform object, written like a property.
  attribute(name, value, level) {
    const descriptor = { value, enumerable: true };
    return `${formatKey(this, name, true)}: ${this.#valueText(undefined, descriptor, level, 2)}`;
  }

  // How a prototype that belongs to no class is mentioned.
  prototypeSummary(prototype) {
    return inspect(prototype, { ...this.#options, depth: -1, colors: false, customInspect: false });
  }

  #customText(value, given, level) {
    const method = value[customInspect];
    if (typeof method !== 'function' || method === inspect) return undefined;
    // On a class's own prototype the method has nothing to work on.
    if (getOwnPropertyDescriptor(value, 'constructor')?.value?.prototype === value) return undefined;
    const depth = this.depth === Infinity ? null : this.depth - level;
    const result = reflectApply(method, given, [depth, this.#optionsForCustom(), inspect]);
    if (result === given) return undefined;
    if (isObject(result)) return this.format(result, level);
    const lines = stringSplit(`${result}`, '\n');
    return arrayJoin(lines, `\n${stringRepeat(' ', this.indentation)}`);
  }

  #optionsForCustom() {
    const options = { ...this.#options };
    const names = objectKeys(kDefaults);
    for (let i = 0; i < names.length; ++i) options[names[i]] = this[names[i]];
    options.stylize = (text, style) => this.style(`${text}`, style);
    return options;
  }

  #formatProxy(proxy, level) {
    if (level > this.depth) return this.style('Proxy [Array]', 'special');
    this.indentation += 2;
    this.innermostLevel = level;
    const texts = [this.format(proxy[0], level + 1), this.format(proxy[1], level + 1)];
    this.indentation -= 2;
    return arrange(this, texts, brackets('Proxy '), true, level);
  }

  #formatObject(value, level) {
    const kind = native.kindOf(value);
    const names = { className: classNameOf(this, value), tag: tagOf(this, value) };
    const keys = this.#keysOf(value, kind);
    const shape = this.#describe(value, kind, names, keys);
    if (shape.whole !== undefined && keys.length === 0) return shape.whole;
    if (level > this.depth) {
      if (kind === 'regexp' || kind === 'date') return shape.whole ?? shape.base;
      return this.style(`[${stringSlice(prefixOf(names, fallbackOf(kind)), 0, -1)}]`, 'special');
    }

    this.innermostLevel = level;
    arrayPush(this.#path, value);
    let entries;
    const { indentation } = this;
    try {
      entries = shape.entries(level + 1);
      for (let i = 0; i < keys.length; ++i) {
        arrayPush(entries, this.#property(value, keys[i], kind, level + 1));
      }
    } catch (error) {
      if (!isStackOverflow(error)) throw error;
      this.indentation = indentation;
      const name = stringSlice(prefixOf(names, 'Object'), 0, -1);
      return this.style(
        `[${name}: Inspection interrupted prematurely. Maximum call stack size exceeded.]`,
        'special',
      );
    } finally {
      arrayPop(this.#path);
    }

    const number = this.#circular && mapGet(this.#circular, value);
    if (number !== undefined) {
      const mark = this.style(`<ref *${number}>`, 'special');
      if (this.compact === true) shape.open = `${mark} ${shape.open}`;
      else shape.base = shape.base === '' ? mark : `${mark} ${shape.base}`;
    }
    if (this.sorted && !shape.isList) {
      arraySort(entries, this.sorted === true ? undefined : this.sorted);
    }
    return arrange(this, entries, shape, shape.isList, level, shape.source);
  }

  #keysOf(value, kind) {
    if (kind === 'array' || kind === 'typedarray') {
      const filter = this.showHidden ? kAllKeys : kEnumerableKeys;
      return arraySlice(native.getOwnNonIndexProperties(value, filter));
    }
    // The characters of a String are no properties worth listing.
    const skipped = kind === 'string' ? stringValueOf(value).length : 0;
    if (this.showHidden) return arraySlice(ownKeys(value), skipped);
    let keys;
    try {
      keys = objectKeys(value);
    } catch {
      // A module that is still being evaluated: names whose values can not be read yet.
      keys = arraySlice(ownKeys(value));
    }
    const symbols = getOwnPropertySymbols(value);
    for (let i = 0; i < symbols.length; ++i) {
      if (isEnumerableProperty(value, symbols[i])) arrayPush(keys, symbols[i]);
    }
    return skipped === 0 ? keys : arraySlice(keys, skipped);
  }

  // The shape of an object of this kind. May change `keys`.
  #describe(value, kind, names, keys) {
    const { className, tag } = names;
    switch (kind) {
      case 'array': {
        const isPlain = className === 'Array' && tag === '';
        const prefix = isPlain ? '' : prefixOf(names, 'Array', `(${value.length})`);
        return brackets(prefix, {
          entries: (level) => arrayEntries(this, value, level),
          source: value,
          whole: value.length === 0 ? `${prefix}[]` : undefined,
        });
      }
      case 'typedarray': {
        const length = typedArrayLength(value);
        const prefix = prefixOf(names, typedArrayTag(value), `(${length})`);
        return brackets(prefix, {
          entries: () => typedArrayEntries(this, value),
          source: value,
          whole: length === 0 ? `${prefix}[]` : undefined,
        });
      }
      case 'set': {
        const prefix = prefixOf(names, 'Set', `(${value.size})`);
        return braces(prefix, {
          entries: (level) => setEntries(this, value, level),
          whole: value.size === 0 ? `${prefix}{}` : undefined,
        });
      }
      case 'map': {
        const prefix = prefixOf(names, 'Map', `(${value.size})`);
        return braces(prefix, {
          entries: (level) => mapEntryTexts(this, value, level),
          whole: value.size === 0 ? `${prefix}{}` : undefined,
        });
      }
      case 'mapiterator':
        return this.#describeIterator(value, 'Map', tag);
      case 'setiterator':
        return this.#describeIterator(value, 'Set', tag);
      case 'weakmap':
      case 'weakset': {
        const prefix = prefixOf(names, kind === 'weakmap' ? 'WeakMap' : 'WeakSet');
        return braces(prefix, { entries: () => [this.style('<items unknown>', 'special')] });
      }
      case 'promise':
        return braces(prefixOf(names, 'Promise'), {
          entries: (level) => this.#promiseEntries(value, level),
        });
      case 'arraybuffer':
      case 'sharedarraybuffer': {
        const isShared = kind === 'sharedarraybuffer';
        const prefix = prefixOf(names, isShared ? 'SharedArrayBuffer' : 'ArrayBuffer');
        const length = (isShared ? native.sharedByteLength : arrayBufferByteLength)(value);
        return braces(prefix, {
          entries: (level) => [
            bufferContents(this, value),
            this.attribute('byteLength', length, level),
          ],
        });
      }
      case 'dataview':
        return braces(prefixOf(names, 'DataView'), {
          entries: (level) => [
            this.attribute('byteLength', value.byteLength, level),
            this.attribute('byteOffset', value.byteOffset, level),
            this.attribute('buffer', value.buffer, level),
          ],
        });
      case 'arguments':
        return braces('[Arguments] ', { whole: '[Arguments] {}' });
      case 'function':
      case 'asyncfunction':
      case 'generatorfunction':
      case 'asyncgeneratorfunction': {
        const base = describeFunction(value, kind, names);
        return braces('', { base, whole: this.style(base, 'special') });
      }
      case 'regexp':
        return this.#describeLiteral(regExpToString(value), names, 'RegExp', 'regexp');
      case 'date': {
        const isInvalid = isNotANumber(dateGetTime(value));
        const text = isInvalid ? dateToString(value) : dateToISOString(value);
        return this.#describeLiteral(text, names, 'Date', 'date');
      }
      case 'error':
        return this.#describeError(value, names, keys);
      case 'number':
        return this.#describeBoxed('Number', numberValueOf(value), names);
      case 'string':
        return this.#describeBoxed('String', stringValueOf(value), names);
      case 'boolean':
        return this.#describeBoxed('Boolean', booleanValueOf(value), names);
      case 'bigint':
        return this.#describeBoxed('BigInt', bigIntValueOf(value), names);
      case 'symbol':
        return this.#describeBoxed('Symbol', symbolValueOf(value), names);
      case 'module':
        return braces(prefixOf(names, 'Module'), { whole: `${prefixOf(names, 'Module')}{}` });
      default:
        return this.#describePlain(value, kind, names, keys);
    }
  }

  #describePlain(value, kind, names, keys) {
    if (kind === 'platform' && names.className === 'DOMException') {
      return this.#describeError(value, names, keys);
    }
    const interfaces = interfacesOf(value, kind);
    const isPlain = names.className === 'Object' && names.tag === '';
    const prefix = isPlain ? '' : prefixOf(names, 'Object');
    if (interfaces.length === 0) return braces(prefix, { whole: `${prefix}{}` });
    // The toStringTag of our own classes says nothing that the class does not.
    const title = names.className === null ? prefix : `${names.className} `;
    const own = kind === 'platform' ? takeAccessors(value, keys) : [];
    return braces(title, {
      entries: (level) => platformEntries(this, value, interfaces, own, level),
    });
  }

  #describeError(value, names, keys) {
    const base = describeError(this, value, names, keys);
    return braces('', { base, whole: base });
  }

  #describeIterator(value, type, tag) {
    const { isKeyValue, entries } = iteratorContents(this, value);
    const expected = `${type} Iterator`;
    let title = tag === expected || tag === '' ? expected : `${tag}] [${expected}`;
    if (isKeyValue) title = `${stringSlice(title, 0, -'Iterator'.length)}Entries`;
    return braces(`[${title}] `, { entries });
  }

  #describeLiteral(text, names, type, style) {
    const prefix = prefixOf(names, type);
    const base = prefix === `${type} ` ? text : `${prefix}${text}`;
    return braces('', { base, whole: this.style(base, style) });
  }

  #describeBoxed(type, primitive, { className, tag }) {
    let base = `[${type}`;
    if (className === null) base += ' (null prototype)';
    else if (className !== type) base += ` (${className})`;
    base += `: ${formatPrimitive(this, primitive, withoutColor)}]`;
    if (tag !== '' && tag !== className) base += ` [${tag}]`;
    return braces('', { base, whole: this.style(base, stringToLowerCase(type)) });
  }

  #promiseEntries(promise, level) {
    const details = native.getPromiseDetails(promise);
    const state = details[0];
    if (state === 0) return [this.style('<pending>', 'special')];
    this.indentation += 2;
    const text = this.format(details[1], level);
    this.indentation -= 2;
    return [state === 2 ? `${this.style('<rejected>', 'special')} ${text}` : text];
  }

  #property(object, key, kind, level) {
    let descriptor;
    try {
      descriptor = getOwnPropertyDescriptor(object, key);
    } catch (error) {
      if (kind !== 'module') throw error;
      return `${formatKey(this, key, true)}: ${this.style('<uninitialized>', 'special')}`;
    }
    descriptor ??= { value: object[key], enumerable: true };
    const name = formatKey(this, key, descriptor.enumerable);
    const indent = this.compact === true && kind !== 'array' && kind !== 'typedarray' ? 3 : 2;
    const text = this.#valueText(object, descriptor, level, indent);
    if (indent === 2 || text.length <= this.breakLength) return `${name}: ${text}`;
    return `${name}:\n${stringRepeat(' ', this.indentation + indent)}${text}`;
  }

  #valueText(object, descriptor, level, indent) {
    if (descriptor.get !== undefined) return this.#getterText(object, descriptor, level);
    if (descriptor.set !== undefined) return this.style('[Setter]', 'special');
    this.indentation += indent;
    const text = this.format(descriptor.value, level);
    this.indentation -= indent;
    return text;
  }

  // With the option `getters`, a getter is asked: true for all, 'get' without setter, 'set' with one.
  #getterText(object, { get, set }, level) {
    const label = set === undefined ? 'Getter' : 'Getter/Setter';
    const isAsked =
      this.getters === true ||
      (this.getters === 'get' && set === undefined) ||
      (this.getters === 'set' && set !== undefined);
    if (!isAsked) return this.style(`[${label}]`, 'special');
    try {
      const value = reflectApply(get, object, []);
      this.indentation += 2;
      const text = this.format(value, level);
      this.indentation -= 2;
      if (isObject(value)) return `${this.style(`[${label}]`, 'special')} ${text}`;
      return `${this.style(`[${label}:`, 'special')} ${text}${this.style(']', 'special')}`;
    } catch (error) {
      return this.style(`[${label}: <Inspection threw (${error?.message})>]`, 'special');
    }
  }
}

// What a nest of proxies is finally about, or null when one of them is revoked.
function innermostTarget(target) {
  for (;;) {
    const proxy = target === null ? undefined : native.getProxyDetails(target);
    if (proxy === undefined) return target;
    target = proxy[0];
  }
}

function fallbackOf(kind) {
  return kind === 'array' ? 'Array' : 'Object';
}

function isStackOverflow(error) {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
}

// The text of any value. Also takes the historical (value, showHidden, depth, colors).
export function inspect(value, options = undefined) {
  if (typeof options === 'boolean') {
    options = { showHidden: options };
    if (arguments[2] !== undefined) options.depth = arguments[2];
    if (arguments[3] !== undefined) options.colors = arguments[3];
  }
  return new Inspection(options).format(value, 0);
}

inspect.custom = customInspect;
