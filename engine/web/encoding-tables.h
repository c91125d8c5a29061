#pragma once

#include <cstdint>

namespace lathe::web {

// The indexes of the Encoding Standard: code points by pointer, 0 where a pointer has none.
// https://encoding.spec.whatwg.org/#indexes
//
// Defined in a file that the build writes (generate-encoding-tables.mjs). Each table covers every
// pointer which its decoder can compute, so that none needs a bounds check.

// By encoding, counted from Encoding::kIbm866, and by byte, counted from 0x80.
extern const std::uint16_t kSingleByteIndexes[28][128];

// As of GB18030-2022.
extern const std::uint16_t kGb18030Index[126 * 190];

// The four-byte half of gb18030. From `pointer` up to the next range's, code points count up from
// `codePoint`.
struct Gb18030Range {
  std::uint32_t pointer;
  std::uint32_t codePoint;
};
extern const Gb18030Range kGb18030Ranges[207];

// The low sixteen bits of each code point; those whose bit is set in kBig5InPlane2 (bit
// `pointer % 8` of byte `pointer / 8`) lie 0x20000 above.
extern const std::uint16_t kBig5Index[126 * 157];
extern const std::uint8_t kBig5InPlane2[126 * 157 / 8 + 1];

extern const std::uint16_t kJis0208Index[94 * 120];
extern const std::uint16_t kJis0212Index[94 * 94];
extern const std::uint16_t kEucKrIndex[126 * 190];

}  // namespace lathe::web
