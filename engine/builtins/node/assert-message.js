// What a failed assertion says.
import { inspect } from '../inspect.js';
import { arrayJoin, arrayPush, arraySlice, stringIncludes, stringSplit } from '../primordials.js';
import { isObject } from '../webidl.js';
import { lineDiff } from './line-diff.js';

const kTitles = {
  __proto__: null,
  deepEqual: 'Expected values to be loosely deep-equal:',
  deepStrictEqual: 'Expected values to be strictly deep-equal:',
  partialDeepStrictEqual: 'Expected values to be partially and strictly deep-equal:',
  strictEqual: 'Expected values to be strictly equal:',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
};

const kLegend = '+ actual - expected';
const kSameStructure = 'Values have same structure but are not reference-equal:';

// Two values of at most this many characters together are told in one line.
const kShortLength = 12;
const kLinesMax = 50;

// Everything is written out, one entry a line, so that equal parts give equal lines.
function show(value) {
  return inspect(value, {
    compact: false,
    customInspect: false,
    depth: 1000,
    maxArrayLength: Infinity,
    breakLength: Infinity,
    sorted: true,
    getters: true,
  });
}

export function assertionMessage(operator, actual, expected) {
  switch (operator) {
    case 'deepStrictEqual':
    case 'partialDeepStrictEqual':
    case 'strictEqual':
    case 'deepEqual':
      return comparisonMessage(operator, actual, expected);
    case 'notDeepEqual':
    case 'notDeepStrictEqual':
    case 'notStrictEqual': {
      const text = cut(show(actual));
      const separator = stringIncludes(text, '\n') ? '\n\n' : ' ';
      return `${kTitles[operator]}${separator}${text}${separator === ' ' ? '' : '\n'}`;
    }
    default:
      return `${cut(inspect(actual))} ${operator} ${cut(inspect(expected))}`;
  }
}

function comparisonMessage(operator, actual, expected) {
  const actualText = show(actual);
  const expectedText = show(expected);
  const title = kTitles[operator];
  if (actualText === expectedText) {
    if (operator === 'strictEqual' && isObject(actual)) {
      return `${kSameStructure}\n\n${cut(actualText)}\n`;
    }
    // Nothing visible differs (prototypes, symbols of one description): say at least what they are.
    return `${title}\n\n${cut(actualText)}\n\nshould equal\n\n${cut(expectedText)}\n`;
  }
  const isOneLine = !stringIncludes(actualText, '\n') && !stringIncludes(expectedText, '\n');
  const isShort = actualText.length + expectedText.length <= kShortLength;
  if (isOneLine && isShort && !isObject(actual) && !isObject(expected)) {
    return `${title}\n\n${actualText} !== ${expectedText}\n`;
  }
  return `${title}\n${kLegend}\n\n${cut(lineDiff(actualText, expectedText))}\n`;
}

function cut(text) {
  const lines = stringSplit(text, '\n');
  if (lines.length <= kLinesMax) return text;
  const kept = arraySlice(lines, 0, kLinesMax);
  arrayPush(kept, '...');
  return arrayJoin(kept, '\n');
}
