// How many columns of a terminal a text takes.
import { stringCharCodeAt, stringCodePointAt } from './primordials.js';

// Code points drawn two columns wide (Unicode's East Asian Width W and F, and emoji), as [first, last].
const kWide = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

// Code points drawn over the one before: combining marks, joiners, variation selectors.
const kZeroWidth = [
  [0x300, 0x36f],
  [0x200b, 0x200f],
  [0x20d0, 0x20ff],
  [0xfe00, 0xfe0f],
  [0xfe20, 0xfe2f],
  [0xe0100, 0xe01ef],
];

function isIn(ranges, codePoint) {
  for (let i = 0; i < ranges.length; ++i) {
    if (codePoint <= ranges[i][1]) return codePoint >= ranges[i][0];
  }
  return false;
}

// The width of text without colour codes. Control characters take no column.
export function displayWidth(text) {
  let width = 0;
  for (let i = 0; i < text.length; ++i) {
    if (stringCharCodeAt(text, i) < 0x300) {
      width += isControl(stringCharCodeAt(text, i)) ? 0 : 1;
      continue;
    }
    const codePoint = stringCodePointAt(text, i);
    if (codePoint > 0xffff) ++i;
    if (!isIn(kZeroWidth, codePoint)) width += isIn(kWide, codePoint) ? 2 : 1;
  }
  return width;
}

function isControl(code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}
