// The lines by which two texts differ.
import {
  SafeSet,
  arrayJoin,
  arrayPush,
  max,
  min,
  setAdd,
  setHas,
  stringEndsWith,
  stringSlice,
  stringSplit,
} from '../primordials.js';

// Beyond this many differing lines on both sides, the texts are shown one after the other: the table of
// the comparison is their product.
const kLinesMax = 1000;
const kContextLines = 2;
// Shorter differences are shown whole.
const kWholeLinesMax = 25;

// Lines of `actual` are marked "+", those of `expected` "-", common ones nothing. Long common stretches are
// cut to the lines around a difference.
export function lineDiff(actual, expected) {
  const ours = stringSplit(actual, '\n');
  const theirs = stringSplit(expected, '\n');
  let start = 0;
  while (start < ours.length && start < theirs.length && isSame(ours[start], theirs[start])) ++start;
  let oursEnd = ours.length;
  let theirsEnd = theirs.length;
  while (
    oursEnd > start &&
    theirsEnd > start &&
    isSame(ours[oursEnd - 1], theirs[theirsEnd - 1])
  ) {
    --oursEnd;
    --theirsEnd;
  }
  const edits = [];
  for (let i = 0; i < start; ++i) arrayPush(edits, { mark: ' ', line: ours[i] });
  appendEdits(edits, ours, theirs, start, oursEnd, theirsEnd);
  for (let i = oursEnd; i < ours.length; ++i) arrayPush(edits, { mark: ' ', line: ours[i] });
  return arrayJoin(withContext(edits), '\n');
}

// The longest common subsequence of the lines between, by the classic table.
function appendEdits(edits, ours, theirs, start, oursEnd, theirsEnd) {
  const height = oursEnd - start;
  const width = theirsEnd - start;
  const isTooLong = height > kLinesMax || width > kLinesMax;
  const common = isTooLong ? undefined : commonLengths(ours, theirs, start, height, width);
  let i = 0;
  let j = 0;
  while (i < height || j < width) {
    const our = ours[start + i];
    const their = theirs[start + j];
    if (!isTooLong && i < height && j < width && isSame(our, their)) {
      arrayPush(edits, { mark: ' ', line: our });
      ++i;
      ++j;
    } else if (i < height && (j === width || isTooLong || common[i + 1][j] >= common[i][j + 1])) {
      arrayPush(edits, { mark: '+', line: our });
      ++i;
    } else {
      arrayPush(edits, { mark: '-', line: their });
      ++j;
    }
  }
}

// lengths[i][j]: how many lines the texts have in common from line i of ours and j of theirs on.
function commonLengths(ours, theirs, start, height, width) {
  const lengths = [];
  for (let i = 0; i <= height; ++i) arrayPush(lengths, new Uint16Array(width + 1));
  for (let i = height - 1; i >= 0; --i) {
    for (let j = width - 1; j >= 0; --j) {
      lengths[i][j] =
        isSame(ours[start + i], theirs[start + j])
          ? lengths[i + 1][j + 1] + 1
          : max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  return lengths;
}

// The comma after an entry only tells whether another follows.
function isSame(our, their) {
  return our === their || withoutComma(our) === withoutComma(their);
}

function withoutComma(line) {
  return stringEndsWith(line, ',') ? stringSlice(line, 0, -1) : line;
}

function withContext(edits) {
  const keep = new SafeSet();
  for (let i = 0; i < edits.length; ++i) {
    if (edits[i].mark === ' ') continue;
    const end = min(edits.length - 1, i + kContextLines);
    for (let j = max(0, i - kContextLines); j <= end; ++j) setAdd(keep, j);
  }
  const lines = [];
  for (let i = 0; i < edits.length; ++i) {
    if (setHas(keep, i) || edits.length <= kWholeLinesMax) arrayPush(lines, `${edits[i].mark} ${edits[i].line}`);
    else if (i === 0 || setHas(keep, i - 1)) arrayPush(lines, '...');
  }
  return lines;
}
