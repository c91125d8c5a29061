#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/web/ascii-run.h"
#include "engine/web/bytes.h"
#include "engine/web/encoding.h"

namespace lathe::web {

// Whether the bytes at hand are the last of their text, so that an unfinished sequence at their end
// is an error, or more are to follow.
enum class Flush : std::uint8_t { kNo, kYes };

// Where a decoder below puts what it has decoded, and its error mode.
class DecoderOutput {
 public:
  enum class OnError : std::uint8_t { kReplace, kFail };

  // `to` has room for one code unit for each byte to decode: no encoding needs more.
  DecoderOutput(char16_t* to, OnError onError) : next_(to), onError_(onError) {}

  void put(char16_t unit) { *next_++ = unit; }

  void putCodePoint(char32_t codePoint) {
    if (codePoint < 0x10000) return put(static_cast<char16_t>(codePoint));
    put(static_cast<char16_t>(0xD7C0 + (codePoint >> 10)));
    put(static_cast<char16_t>(0xDC00 + (codePoint & 0x3FF)));
  }

  // To be called for each error, after moving past what it consumed. True when decoding goes on.
  [[nodiscard]] bool replaceError() {
    if (onError_ == OnError::kFail) {
      failed_ = true;
      return false;
    }
    put(u'\uFFFD');
    return true;
  }

  // Takes the run of ASCII at the start of `bytes` and returns its length.
  std::size_t putAsciiRun(Bytes bytes) {
    const std::size_t length = copyAsciiRun(bytes.data(), bytes.size(), next_);
    next_ += length;
    return length;
  }

  bool failed() const { return failed_; }
  const char16_t* end() const { return next_; }

 private:
  char16_t* next_;
  OnError onError_;
  bool failed_ = false;
};

// One function for each decoder of the Encoding Standard. Each decodes `bytes` from their start and
// returns how many it consumed. Those that it left must be the start of what it is given next:
//  - an unfinished sequence of at most three bytes, when `flush` is kNo;
//  - all behind the error, when `out` fails.
// So nothing but ISO-2022-JP and the replacement encoding has a state from one call to the next,
// where the standard's decoders, which get one byte at a time, all have.

std::size_t decodeUtf8(Bytes bytes, Flush flush, DecoderOutput& out);

enum class ByteOrder : std::uint8_t { kBigEndian, kLittleEndian };
std::size_t decodeUtf16(ByteOrder order, Bytes bytes, Flush flush, DecoderOutput& out);

// `encoding` is one of kIbm866 to kXMacCyrillic.
std::size_t decodeSingleByte(Encoding encoding, Bytes bytes, DecoderOutput& out);
std::size_t decodeXUserDefined(Bytes bytes, DecoderOutput& out);

// GBK too: only its encoder differs.
std::size_t decodeGb18030(Bytes bytes, Flush flush, DecoderOutput& out);
std::size_t decodeBig5(Bytes bytes, Flush flush, DecoderOutput& out);
std::size_t decodeEucJp(Bytes bytes, Flush flush, DecoderOutput& out);
std::size_t decodeShiftJis(Bytes bytes, Flush flush, DecoderOutput& out);
std::size_t decodeEucKr(Bytes bytes, Flush flush, DecoderOutput& out);

struct Iso2022JpState {
  enum class Mode : std::uint8_t { kAscii, kRoman, kKatakana, kJis0208 };
  Mode mode = Mode::kAscii;
  // Whether an escape sequence was the last thing read: a second one at once is an error.
  bool escaped = false;
};
std::size_t decodeIso2022Jp(Iso2022JpState& state, Bytes bytes, Flush flush, DecoderOutput& out);

// The whole text becomes one error. `reported` is whether it has been.
std::size_t decodeReplacement(bool& reported, Bytes bytes, DecoderOutput& out);

}  // namespace lathe::web
