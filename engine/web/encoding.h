#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lathe::web {

// The encodings of the Encoding Standard, in its order. kIbm866 to kXMacCyrillic are the
// single-byte encodings with an index; encoding-tables.h counts on their order.
// https://encoding.spec.whatwg.org/#names-and-labels
enum class Encoding : std::uint8_t {
  kUtf8,
  kIbm866,
  kIso8859_2,
  kIso8859_3,
  kIso8859_4,
  kIso8859_5,
  kIso8859_6,
  kIso8859_7,
  kIso8859_8,
  kIso8859_8I,
  kIso8859_10,
  kIso8859_13,
  kIso8859_14,
  kIso8859_15,
  kIso8859_16,
  kKoi8R,
  kKoi8U,
  kMacintosh,
  kWindows874,
  kWindows1250,
  kWindows1251,
  kWindows1252,
  kWindows1253,
  kWindows1254,
  kWindows1255,
  kWindows1256,
  kWindows1257,
  kWindows1258,
  kXMacCyrillic,
  kGbk,
  kGb18030,
  kBig5,
  kEucJp,
  kIso2022Jp,
  kShiftJis,
  kEucKr,
  kReplacement,
  kUtf16Be,
  kUtf16Le,
  kXUserDefined,
};

// The encoding that `label` stands for: ASCII whitespace around it and case do not matter. Nothing
// when it is no label at all. A label of "replacement" is an answer here; who must not accept that
// encoding (TextDecoder) says so itself.
// https://encoding.spec.whatwg.org/#concept-encoding-get
std::optional<Encoding> encodingFromLabel(std::string_view label);

// The encoding's name as the standard spells it ("Shift_JIS"), and in ASCII lower case
// ("shift_jis") as `TextDecoder.encoding` shows it. Both live as long as the program.
std::string_view encodingName(Encoding encoding);
std::string_view encodingLowercaseName(Encoding encoding);

}  // namespace lathe::web
