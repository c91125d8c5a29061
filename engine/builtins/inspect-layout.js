// Where the lines break: the entries of one object on a line, in columns, or each on its own.
import { displayWidth } from './display-width.js';
import { stripColors } from './inspect-text.js';
import {
  arrayJoin,
  arrayPush,
  floor,
  max,
  min,
  round,
  sqrt,
  stringIncludes,
  stringPadEnd,
  stringPadStart,
  stringRepeat,
} from './primordials.js';

// From this many entries on, those of an array are put in columns.
const kColumnEntriesMin = 7;
const kColumnsMax = 15;
const kSeparatorWidth = 2;

// Joins what an object consists of. `shape` has `base` (text before the braces, or empty), `open` and `close`;
// `isList` marks array-like entries; `source` is the array itself where its elements decide the alignment.
export function arrange(inspection, entries, shape, isList, level, source) {
  const { base, open, close } = shape;
  const lead = base === '' ? '' : `${base} `;
  if (entries.length === 0) return `${lead}${open}${close}`;
  if (inspection.compact === true) return arrangeCompactly(inspection, entries, shape);
  const { compact } = inspection;
  if (typeof compact === 'number') {
    const count = entries.length;
    if (isList && count >= kColumnEntriesMin) entries = inColumns(inspection, entries, source);
    // An object stays on one line when it holds few enough levels and is short.
    if (inspection.innermostLevel - level < compact && count === entries.length) {
      const used = entries.length + inspection.indentation + open.length + base.length + 10;
      if (fits(inspection, entries, used, base)) {
        const joined = arrayJoin(entries, ', ');
        if (!stringIncludes(joined, '\n')) return `${lead}${open} ${joined} ${close}`;
      }
    }
  }
  const newline = `\n${stringRepeat(' ', inspection.indentation)}`;
  return `${lead}${open}${newline}  ${arrayJoin(entries, `,${newline}  `)}${newline}${close}`;
}

function arrangeCompactly(inspection, entries, { base, open, close }) {
  const afterOpen = base === '' ? '' : ` ${base}`;
  if (fits(inspection, entries, 0, base)) {
    return `${open}${afterOpen} ${arrayJoin(entries, ', ')} ${close}`;
  }
  const newline = `\n${stringRepeat(' ', inspection.indentation)}`;
  const start = base === '' && open.length === 1 ? ' ' : `${afterOpen}${newline}  `;
  return `${open}${start}${arrayJoin(entries, `,${newline}  `)} ${close}`;
}

function fits(inspection, entries, used, base) {
  let width = entries.length + used;
  if (width + entries.length > inspection.breakLength) return false;
  for (let i = 0; i < entries.length; ++i) {
    width += plain(inspection, entries[i]).length;
    if (width > inspection.breakLength) return false;
  }
  return base === '' || !stringIncludes(base, '\n');
}

function plain(inspection, text) {
  return inspection.colors ? stripColors(text) : text;
}

// Puts many short entries into columns of equal width, about two and a half times as wide as high. Returns
// the lines, or the entries themselves where columns would not help. Numbers align to the right.
function inColumns(inspection, entries, source) {
  // The last entry only tells how many were left out: it gets a line of its own.
  const hasMore = source !== undefined && inspection.maxArrayLength < entries.length;
  const count = hasMore ? entries.length - 1 : entries.length;
  const widths = [];
  let total = 0;
  let widest = 0;
  for (let i = 0; i < count; ++i) {
    const width = displayWidth(plain(inspection, entries[i]));
    arrayPush(widths, width);
    total += width + kSeparatorWidth;
    widest = max(widest, width);
  }
  const cell = widest + kSeparatorWidth;
  const hasRoomForThree = cell * 3 + inspection.indentation < inspection.breakLength;
  if (!hasRoomForThree || !(total / cell > 5 || widest <= 6)) return entries;

  const bias = sqrt(cell - total / entries.length);
  const typical = max(cell - 3 - bias, 1);
  const columns = min(
    round(sqrt(2.5 * typical * count) / typical),
    floor((inspection.breakLength - inspection.indentation) / cell),
    inspection.compact * 4,
    kColumnsMax,
  );
  if (columns <= 1) return entries;

  const columnWidths = [];
  for (let column = 0; column < columns; ++column) {
    let width = 0;
    for (let i = column; i < count; i += columns) width = max(width, widths[i]);
    arrayPush(columnWidths, width + kSeparatorWidth);
  }
  const alignRight = source !== undefined && holdsOnlyNumbers(source, entries.length);
  const lines = [];
  for (let start = 0; start < count; start += columns) {
    const end = min(start + columns, count);
    let line = '';
    for (let i = start; i < end; ++i) {
      const isLast = i === end - 1;
      const text = isLast ? entries[i] : `${entries[i]}, `;
      // Padding counts units of the string, some of which take no column and some two.
      const width = columnWidths[i - start] + entries[i].length - widths[i];
      if (alignRight) line += stringPadStart(text, isLast ? width - kSeparatorWidth : width);
      else line += isLast ? text : stringPadEnd(text, width);
    }
    arrayPush(lines, line);
  }
  if (hasMore) arrayPush(lines, entries[count]);
  return lines;
}

function holdsOnlyNumbers(source, length) {
  for (let i = 0; i < length; ++i) {
    if (typeof source[i] !== 'number' && typeof source[i] !== 'bigint') return false;
  }
  return true;
}
