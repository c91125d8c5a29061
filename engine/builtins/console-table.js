// console.table: rows and columns in box drawing.
import { displayWidth } from './display-width.js';
import { inspect } from './inspect.js';
import { stripColors } from './inspect-text.js';
import { native } from './native.js';
import {
  SafeMap,
  arrayJoin,
  arrayPush,
  arraySet,
  isArray,
  mapEntries,
  mapGet,
  mapSet,
  max,
  objectKeys,
  setValues,
  stringRepeat,
} from './primordials.js';
import { isObject } from './webidl.js';

const kIndexTitle = '(index)';
const kIterationTitle = '(iteration index)';
const kKeyTitle = 'Key';
const kValuesTitle = 'Values';

// The table of an object's properties, or of a Map's or Set's entries. `only`, if given, names the columns.
export function tableOf(data, only, options) {
  const show = (value) => cellText(value, options);
  const kind = native.kindOf(data);
  if (kind === 'map') return keyedTable(mapEntries(data), show);
  if (kind === 'set') return iteratedTable(setValues(data), show);
  if (kind === 'mapiterator' || kind === 'setiterator') {
    const preview = native.previewEntries(data);
    const flat = preview[0];
    if (!preview[1]) return iteratedTable(flat, show);
    const entries = [];
    for (let i = 0; i + 1 < flat.length; i += 2) arrayPush(entries, [flat[i], flat[i + 1]]);
    return keyedTable(entries, show);
  }
  return propertyTable(data, only, show);
}

// An object within a cell is shown shallowly.
function cellText(value, options) {
  const isDeep = isObject(value) && !isArray(value) && objectKeys(value).length > 2;
  return inspect(value, { ...options, maxArrayLength: 3, breakLength: Infinity, depth: isDeep ? -1 : 0 });
}

function keyedTable(entries, show) {
  const rows = [];
  for (let i = 0; i < entries.length; ++i) {
    arrayPush(rows, [`${i}`, show(entries[i][0]), show(entries[i][1])]);
  }
  return draw([kIterationTitle, kKeyTitle, kValuesTitle], rows);
}

function iteratedTable(values, show) {
  const rows = [];
  for (let i = 0; i < values.length; ++i) arrayPush(rows, [`${i}`, show(values[i])]);
  return draw([kIterationTitle, kValuesTitle], rows);
}

// A row per property; a column per property of these, in order of appearance; primitives apart.
function propertyTable(data, only, show) {
  const titles = [kIndexTitle];
  const columnOf = new SafeMap();
  const addColumn = (name) => {
    const column = titles.length;
    mapSet(columnOf, name, column);
    arrayPush(titles, name);
    return column;
  };
  if (only !== undefined) {
    for (let i = 0; i < only.length; ++i) addColumn(only[i]);
  }
  const rows = [];
  const plain = [];
  let anyPlain = false;
  const indexes = objectKeys(data);
  for (let i = 0; i < indexes.length; ++i) {
    const item = data[indexes[i]];
    const row = [indexes[i]];
    if (isObject(item)) {
      const names = only ?? objectKeys(item);
      for (let j = 0; j < names.length; ++j) {
        const column = mapGet(columnOf, names[j]) ?? addColumn(names[j]);
        if (names[j] in item) arraySet(row, column, show(item[names[j]]));
      }
    } else {
      arraySet(plain, i, show(item));
      anyPlain = true;
    }
    arrayPush(rows, row);
  }
  if (anyPlain) {
    const column = titles.length;
    arrayPush(titles, kValuesTitle);
    for (let i = 0; i < rows.length; ++i) {
      if (plain[i] !== undefined) arraySet(rows[i], column, plain[i]);
    }
  }
  return draw(titles, rows);
}

function draw(titles, rows) {
  const widths = [];
  for (let column = 0; column < titles.length; ++column) {
    let width = displayWidth(titles[column]);
    for (let i = 0; i < rows.length; ++i) width = max(width, cellWidth(rows[i][column]));
    arrayPush(widths, width);
  }
  const lines = [rule(widths, '┌', '┬', '┐'), line(titles, widths), rule(widths, '├', '┼', '┤')];
  for (let i = 0; i < rows.length; ++i) arrayPush(lines, line(rows[i], widths));
  arrayPush(lines, rule(widths, '└', '┴', '┘'));
  return arrayJoin(lines, '\n');
}

function cellWidth(text) {
  return text === undefined ? 0 : displayWidth(stripColors(text));
}

function line(cells, widths) {
  const padded = [];
  for (let column = 0; column < widths.length; ++column) {
    const text = cells[column] ?? '';
    arrayPush(padded, ` ${text}${stringRepeat(' ', widths[column] - cellWidth(text))} `);
  }
  return `│${arrayJoin(padded, '│')}│`;
}

function rule(widths, left, middle, right) {
  const parts = [];
  for (let i = 0; i < widths.length; ++i) arrayPush(parts, stringRepeat('─', widths[i] + 2));
  return left + arrayJoin(parts, middle) + right;
}
