// printf for the console: https://console.spec.whatwg.org/#formatter, with Node's way of showing values.
import { customInspect, inspect } from './inspect.js';
import { formatNumber } from './inspect-text.js';
import { native } from './native.js';
import {
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  jsonStringify,
  parseFloat,
  parseInt,
  stringCharCodeAt,
  stringIncludes,
  stringSlice,
  symbolToString,
} from './primordials.js';
import { isObject } from './webidl.js';

const kPercent = 37;

// One line of console output for these arguments, which must be an array. Strings stand for themselves,
// a first string may hold directives, everything else is inspected.
export function format(values, options = undefined) {
  if (values.length === 0) return '';
  const first = values[0];
  let text = '';
  let next = 0;
  if (typeof first === 'string') {
    if (values.length === 1) return first;
    ({ text, next } = substitute(first, values, options));
  }
  for (; next < values.length; ++next) {
    const value = values[next];
    if (next > 0) text += ' ';
    text += typeof value === 'string' ? value : inspect(value, { ...options, compact: 3 });
  }
  return text;
}

// Replaces the directives of `template`, each consuming one of the values after it. Those left over when
// no directive is, and directives without a value, stay.
function substitute(template, values, options) {
  let text = '';
  let next = 1;
  let copiedTo = 0;
  for (let i = 0; i + 1 < template.length; ++i) {
    if (stringCharCodeAt(template, i) !== kPercent) continue;
    const directive = template[i + 1];
    let replacement;
    if (directive === '%') {
      replacement = '%';
    } else if (next < values.length && stringIncludes('sdifjoOc', directive)) {
      replacement = apply(directive, values[next++], options);
    } else {
      continue;
    }
    text += stringSlice(template, copiedTo, i) + replacement;
    copiedTo = i + 2;
    ++i;
  }
  return { text: text + stringSlice(template, copiedTo), next };
}

function apply(directive, value, options) {
  switch (directive) {
    case 's':
      return toText(value, options);
    case 'd':
      if (typeof value === 'bigint') return `${value}n`;
      return typeof value === 'symbol' || isObject(value) ? asNumber(value) : formatNumber(+value);
    case 'i':
      if (typeof value === 'bigint') return `${value}n`;
      return typeof value === 'symbol' ? 'NaN' : formatNumber(parseInt(value));
    case 'f':
      return typeof value === 'symbol' ? 'NaN' : formatNumber(parseFloat(value));
    case 'j':
      return toJson(value);
    case 'o':
      return inspect(value, { ...options, showHidden: true, showProxy: true, depth: 4 });
    case 'O':
      return inspect(value, options);
    default:
      // %c is for browsers' style sheets: the value is consumed, nothing printed.
      return '';
  }
}

// An object is a number only if it is a wrapper or Date; others would run the script's conversions.
function asNumber(value) {
  if (typeof value === 'symbol') return 'NaN';
  return formatNumber(Number(value));
}

function toText(value, options) {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'symbol') return symbolToString(value);
  if (typeof value !== 'object' || value === null || hasOwnText(value)) return `${value}`;
  return inspect(value, { ...options, depth: 0, colors: false, compact: 3 });
}

// Whether a script gave the object a text of its own: %s then uses it, where for the built-in classes it
// would say little more than "[object Object]".
function hasOwnText(value) {
  if (native.getProxyDetails(value) !== undefined) return false;
  if (typeof value[customInspect] === 'function') return false;
  for (let link = value; link !== null; link = getPrototypeOf(link)) {
    if (!hasOwn(link, 'toString') && !hasOwn(link, Symbol.toPrimitive)) continue;
    if (link === value) return true;
    const constructor = getOwnPropertyDescriptor(link, 'constructor')?.value;
    return typeof constructor === 'function' && !isBuiltin(constructor);
  }
  return false;
}

// The constructors that the language itself brings are known by how they are bound in the global object.
function isBuiltin(constructor) {
  const { name } = constructor;
  return name !== '' && getOwnPropertyDescriptor(globalThis, name)?.value === constructor;
}

// Circular structures have no JSON; other failures are the caller's own.
function toJson(value) {
  try {
    return jsonStringify(value);
  } catch (error) {
    if (error instanceof TypeError && stringIncludes(`${error.message}`, 'circular structure')) {
      return '[Circular]';
    }
    throw error;
  }
}
