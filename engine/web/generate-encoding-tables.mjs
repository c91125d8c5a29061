// Writes the Encoding Standard's indexes as C++ tables, which encoding-tables.h declares.
//
//   node generate-encoding-tables.mjs INDEXES.js TABLES.cc
//
// INDEXES.js is `lib/encoding-indexes.js` of the npm package text-encoding: the standard's indexes
// as plain data, null where a pointer has no code point. Its version predates GB18030-2022, so the
// eighteen code points which that revision moved are corrected here.

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [source, destination] = process.argv.slice(2);
if (destination === undefined) {
  console.error("usage: generate-encoding-tables.mjs INDEXES.js TABLES.cc");
  process.exit(2);
}
const indexes = createRequire(import.meta.url)(resolve(source))["encoding-indexes"];

// In the order of `Encoding` in encoding.h, which indexes the table.
const singleByteIndexes = [
  "ibm866", "iso-8859-2", "iso-8859-3", "iso-8859-4", "iso-8859-5", "iso-8859-6", "iso-8859-7",
  "iso-8859-8", "iso-8859-8" /* ISO-8859-8-I */, "iso-8859-10", "iso-8859-13", "iso-8859-14",
  "iso-8859-15", "iso-8859-16", "koi8-r", "koi8-u", "macintosh", "windows-874", "windows-1250",
  "windows-1251", "windows-1252", "windows-1253", "windows-1254", "windows-1255", "windows-1256",
  "windows-1257", "windows-1258", "x-mac-cyrillic",
];

// [pointer, code point up to GB18030-2005 (private use), code point since GB18030-2022]
const gb18030Corrections = [
  [7182, 0xe78d, 0xfe10], [7183, 0xe78e, 0xfe12], [7184, 0xe78f, 0xfe11], [7185, 0xe790, 0xfe13],
  [7186, 0xe791, 0xfe14], [7187, 0xe792, 0xfe15], [7188, 0xe793, 0xfe16], [7201, 0xe794, 0xfe17],
  [7202, 0xe795, 0xfe18], [7208, 0xe796, 0xfe19], [23775, 0xe81e, 0x9fb4], [23783, 0xe826, 0x9fb5],
  [23788, 0xe82b, 0x9fb6], [23789, 0xe82c, 0x9fb7], [23795, 0xe832, 0x9fb8], [23812, 0xe843, 0x9fb9],
  [23829, 0xe854, 0x9fba], [23845, 0xe864, 0x9fbb],
];

function indexOf(name, length) {
  const index = indexes[name];
  if (index?.length !== length) {
    throw new Error(`${source}: index ${name} has ${index?.length} entries, expected ${length}`);
  }
  return index;
}

function lines(numbers) {
  const rows = [];
  for (let at = 0; at < numbers.length; at += 24) rows.push(numbers.slice(at, at + 24).join(","));
  return rows.join(",\n");
}

function table(type, name, numbers) {
  return `const ${type} ${name}[${numbers.length}] = {\n${lines(numbers)}};\n`;
}

// A pointer without a code point becomes 0: no index maps anything to U+0000.
function basicPlane(name, index) {
  return index.map((codePoint) => {
    if (codePoint === 0 || codePoint > 0xffff) throw new Error(`${name}: ${codePoint} does not fit`);
    return codePoint ?? 0;
  });
}

const singleByte = singleByteIndexes.map((name) => lines(basicPlane(name, indexOf(name, 128))));

const gb18030 = [...indexOf("gb18030", 126 * 190)];
for (const [pointer, before, now] of gb18030Corrections) {
  if (gb18030[pointer] !== before) throw new Error(`gb18030 pointer ${pointer} is corrected already`);
  gb18030[pointer] = now;
}

// Big5 reaches into plane 2 and no other: sixteen bits of each code point, and a bit set of those
// that lie there.
const big5 = indexOf("big5", 126 * 157);
const big5InPlane2 = new Array(Math.ceil(big5.length / 8)).fill(0);
big5.forEach((codePoint, pointer) => {
  if (codePoint > 0xffff) big5InPlane2[pointer >> 3] |= 1 << (pointer & 7);
});
const big5LowBits = big5.map((codePoint) => {
  if (codePoint > 0xffff && codePoint >> 16 !== 2) throw new Error(`big5: ${codePoint} does not fit`);
  return codePoint & 0xffff;
});

const ranges = indexOf("gb18030-ranges", 207).map(([pointer, first]) => `{${pointer},${first}}`);

writeFileSync(
  destination,
  `// Written by generate-encoding-tables.mjs.

#include "engine/web/encoding-tables.h"

namespace lathe::web {

const std::uint16_t kSingleByteIndexes[${singleByte.length}][128] = {
${singleByte.map((row) => `{${row}}`).join(",\n")}};
${table("std::uint16_t", "kGb18030Index", basicPlane("gb18030", gb18030))}
const Gb18030Range kGb18030Ranges[${ranges.length}] = {
${lines(ranges)}};
${table("std::uint16_t", "kBig5Index", big5LowBits)}
${table("std::uint8_t", "kBig5InPlane2", big5InPlane2)}
${table("std::uint16_t", "kJis0208Index", basicPlane("jis0208", indexOf("jis0208", 94 * 120)))}
${table("std::uint16_t", "kJis0212Index", basicPlane("jis0212", indexOf("jis0212", 94 * 94)))}
${table("std::uint16_t", "kEucKrIndex", basicPlane("euc-kr", indexOf("euc-kr", 126 * 190)))}
}  // namespace lathe::web
`,
);
