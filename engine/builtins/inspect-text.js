// How primitives, property keys and colours are written.
import {
  arrayJoin,
  arrayPush,
  numberToString,
  regExpTest,
  sameValue,
  stringCharCodeAt,
  stringIncludes,
  stringIndexOf,
  stringRepeat,
  stringReplace,
  stringSlice,
  stringToUpperCase,
  symbolToString,
} from './primordials.js';

// What kind of thing a piece of text shows → its ANSI codes: on, off.
const kStyles = {
  __proto__: null,
  bigint: [33, 39],
  boolean: [33, 39],
  date: [35, 39],
  module: [4, 24],
  null: [1, 22],
  number: [33, 39],
  regexp: [31, 39],
  special: [36, 39],
  string: [32, 39],
  symbol: [32, 39],
  undefined: [90, 39],
};

export function withColor(text, style) {
  const codes = kStyles[style];
  return codes === undefined ? text : `\x1b[${codes[0]}m${text}\x1b[${codes[1]}m`;
}

export function withoutColor(text) {
  return text;
}

const kColorCodes = /\x1b\[\d+m/g;

export function stripColors(text) {
  return stringReplace(text, kColorCodes, '');
}

const kPlainKey = /^[a-zA-Z_][a-zA-Z_0-9]*$/;
const kNeedsEscape = /[\x00-\x1f'\\\x7f-\x9f]|[\ud800-\udfff]/;
const kNamedEscapes = {
  __proto__: null,
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
  '\\': '\\\\',
};

function hex(code) {
  const digits = stringToUpperCase(numberToString(code, 16));
  return (code < 16 ? '0' : '') + digits;
}

// The text as a string literal, in single quotes unless others save escapes.
export function quote(text) {
  if (!regExpTest(kNeedsEscape, text)) return `'${text}'`;
  let mark = "'";
  if (stringIncludes(text, "'")) {
    if (!stringIncludes(text, '"')) mark = '"';
    else if (!stringIncludes(text, '`') && !stringIncludes(text, '${')) mark = '`';
  }
  return mark + escape(text, mark) + mark;
}

function escape(text, mark) {
  let escaped = '';
  for (let i = 0; i < text.length; ++i) {
    const unit = text[i];
    const code = stringCharCodeAt(unit, 0);
    if (kNamedEscapes[unit] !== undefined) {
      escaped += kNamedEscapes[unit];
    } else if (unit === mark) {
      escaped += `\\${unit}`;
    } else if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) {
      escaped += `\\x${hex(code)}`;
    } else if (isLoneSurrogate(text, i, code)) {
      escaped += `\\u${numberToString(code, 16)}`;
    } else if (code >= 0xd800 && code <= 0xdbff) {
      escaped += unit + text[++i];
    } else {
      escaped += unit;
    }
  }
  return escaped;
}

// A low surrogate is only met here when no high one consumed it.
function isLoneSurrogate(text, index, code) {
  if (code < 0xd800 || code > 0xdfff) return false;
  if (code > 0xdbff || index + 1 >= text.length) return true;
  const next = stringCharCodeAt(text, index + 1);
  return next < 0xdc00 || next > 0xdfff;
}

const kLongLineMin = 16;

// A primitive value as the inspection writes it; long strings are cut at their newlines.
export function formatPrimitive(inspection, value, style = inspection.style) {
  switch (typeof value) {
    case 'string':
      return formatString(inspection, value, style);
    case 'number':
      return style(formatNumber(value), 'number');
    case 'bigint':
      return style(`${value}n`, 'bigint');
    case 'boolean':
      return style(`${value}`, 'boolean');
    case 'symbol':
      return style(symbolToString(value), 'symbol');
    default:
      return value === null ? style('null', 'null') : style('undefined', 'undefined');
  }
}

export function formatNumber(value) {
  return sameValue(value, -0) ? '-0' : `${value}`;
}

function formatString(inspection, value, style) {
  let trailer = '';
  const hidden = value.length - inspection.maxStringLength;
  if (hidden > 0) {
    value = stringSlice(value, 0, inspection.maxStringLength);
    trailer = `... ${hidden} more character${hidden > 1 ? 's' : ''}`;
  }
  const room = inspection.breakLength - inspection.indentation - 4;
  if (inspection.compact === true || value.length <= kLongLineMin || value.length <= room) {
    return style(quote(value), 'string') + trailer;
  }
  const lines = [];
  for (let start = 0; start < value.length; ) {
    const newline = stringIndexOf(value, '\n', start);
    const end = newline === -1 ? value.length : newline + 1;
    arrayPush(lines, style(quote(stringSlice(value, start, end)), 'string'));
    start = end;
  }
  return arrayJoin(lines, ` +\n${stringRepeat(' ', inspection.indentation + 2)}`) + trailer;
}

const kControls = /[\x00-\x1f\x7f-\x9f]/g;

function escapeControl(unit) {
  return kNamedEscapes[unit] ?? `\\x${hex(stringCharCodeAt(unit, 0))}`;
}

// A property's key; those that are not enumerable stand in brackets.
export function formatKey(inspection, key, isEnumerable) {
  const { style } = inspection;
  if (typeof key === 'symbol') {
    const text = stringReplace(symbolToString(key), kControls, escapeControl);
    return `[${style(text, 'symbol')}]`;
  }
  if (key === '__proto__') return "['__proto__']";
  if (!isEnumerable) return `[${stringReplace(key, kControls, escapeControl)}]`;
  return regExpTest(kPlainKey, key) ? style(key, 'name') : style(quote(key), 'string');
}
