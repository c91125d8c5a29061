// The entries of arrays, typed arrays, buffers, Maps, Sets and their iterators.
import { arrange } from './inspect-layout.js';
import { formatNumber } from './inspect-text.js';
import { native } from './native.js';
import {
  ByteArray,
  arrayJoin,
  arrayPush,
  getOwnPropertyDescriptor,
  mapEntries,
  min,
  numberToString,
  objectKeys,
  setValues,
  typedArrayLength,
} from './primordials.js';

function moreItems(count) {
  return `... ${count} more item${count > 1 ? 's' : ''}`;
}

// Each run of holes counts as one entry.
export function arrayEntries(inspection, array, level) {
  const { length } = array;
  const entries = [];
  let index = 0;
  while (index < length && entries.length < inspection.maxArrayLength) {
    const descriptor = getOwnPropertyDescriptor(array, index);
    if (descriptor === undefined) {
      const start = index;
      index = endOfHole(array, index, length);
      const count = index - start;
      const text = `<${count} empty item${count > 1 ? 's' : ''}>`;
      arrayPush(entries, inspection.style(text, 'undefined'));
    } else {
      arrayPush(entries, inspection.element(array, descriptor, level));
      ++index;
    }
  }
  if (index < length) arrayPush(entries, moreItems(length - index));
  return entries;
}

// A hole may be millions wide, so what follows it is looked up among the keys once it is not short.
const kShortHole = 1000;

function endOfHole(array, start, length) {
  const shortEnd = min(length, start + kShortHole);
  let end = start + 1;
  while (end < shortEnd && getOwnPropertyDescriptor(array, end) === undefined) ++end;
  if (end < shortEnd || end === length) return end;
  const keys = objectKeys(array);
  for (let i = 0; i < keys.length; ++i) {
    const index = +keys[i];
    if (index >= end && index < length) return index;
  }
  return length;
}

export function typedArrayEntries(inspection, array) {
  const length = typedArrayLength(array);
  const shown = min(length, inspection.maxArrayLength);
  const entries = [];
  for (let i = 0; i < shown; ++i) {
    const value = array[i];
    const isBigInt = typeof value === 'bigint';
    const text = isBigInt ? `${value}n` : formatNumber(value);
    arrayPush(entries, inspection.style(text, isBigInt ? 'bigint' : 'number'));
  }
  if (shown < length) arrayPush(entries, moreItems(length - shown));
  return entries;
}

// "[Uint8Contents]: <68 69>", or that the memory has gone elsewhere.
export function bufferContents(inspection, buffer) {
  let bytes;
  try {
    bytes = new ByteArray(buffer);
  } catch {
    return inspection.style('(detached)', 'special');
  }
  const length = typedArrayLength(bytes);
  const shown = min(length, inspection.maxArrayLength);
  const parts = [];
  for (let i = 0; i < shown; ++i) {
    arrayPush(parts, (bytes[i] < 16 ? '0' : '') + numberToString(bytes[i], 16));
  }
  let text = arrayJoin(parts, ' ');
  const hidden = length - shown;
  if (hidden > 0) text += ` ... ${hidden} more byte${hidden > 1 ? 's' : ''}`;
  return `${inspection.style('[Uint8Contents]', 'special')}: <${text}>`;
}

export function setEntries(inspection, set, level) {
  return limited(inspection, setValues(set), (value) => inspection.format(value, level));
}

export function mapEntryTexts(inspection, map, level) {
  return limited(
    inspection,
    mapEntries(map),
    (entry) => `${inspection.format(entry[0], level)} => ${inspection.format(entry[1], level)}`,
  );
}

// At most maxArrayLength values, written two columns further in.
function limited(inspection, values, write) {
  const shown = min(values.length, inspection.maxArrayLength);
  const entries = [];
  inspection.indentation += 2;
  for (let i = 0; i < shown; ++i) arrayPush(entries, write(values[i]));
  inspection.indentation -= 2;
  if (shown < values.length) arrayPush(entries, moreItems(values.length - shown));
  return entries;
}

// What an iterator of a Map or Set has still to give.
export function iteratorContents(inspection, iterator) {
  const preview = native.previewEntries(iterator);
  const flat = preview[0];
  const isKeyValue = preview[1];
  return {
    isKeyValue,
    entries(level) {
      if (!isKeyValue) {
        return limited(inspection, flat, (value) => inspection.format(value, level));
      }
      const pairs = [];
      for (let i = 0; i + 1 < flat.length; i += 2) arrayPush(pairs, [flat[i], flat[i + 1]]);
      return limited(inspection, pairs, (pair) => {
        const texts = [inspection.format(pair[0], level), inspection.format(pair[1], level)];
        return arrange(inspection, texts, { base: '', open: '[', close: ']' }, true, level);
      });
    },
  };
}
