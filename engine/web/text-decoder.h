#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/web/byte-decoders.h"
#include "engine/web/bytes.h"
#include "engine/web/encoding.h"

namespace lathe::web {

struct TextDecoderOptions {
  bool fatal = false;
  bool ignoreBom = false;
};

// What one call of decode() gave: UTF-16, or, where it was ASCII throughout, the very bytes that
// were passed in (less a byte order mark), one a character. That view is valid as long as they are.
using DecodedText = std::variant<std::string_view, std::u16string>;

// The decoder behind TextDecoder and TextDecoderStream: bytes of any encoding in, text out, in one
// piece or as a stream. https://encoding.spec.whatwg.org/#interface-textdecoder
class TextDecoder {
 public:
  explicit TextDecoder(Encoding encoding, TextDecoderOptions options = {});

  Encoding encoding() const { return encoding_; }
  bool fatal() const { return options_.fatal; }
  bool ignoreBom() const { return options_.ignoreBom; }

  // Decodes what is left of the calls before, and `bytes`. With Flush::kNo (`{stream: true}`) an
  // unfinished sequence at the end is kept for the next call; with Flush::kYes it is an error, and
  // the next call begins a new text.
  //
  // Nothing when the decoder is fatal and the bytes are not of its encoding: a TypeError in
  // JavaScript. After such a call with Flush::kNo the stream goes on behind the error, as in the
  // standard.
  //
  // The UTF-16 has at most one code unit for each byte.
  std::optional<DecodedText> decode(Bytes bytes, Flush flush = Flush::kYes);

 private:
  bool readsAsciiAsIs() const;
  std::size_t run(Bytes bytes, Flush flush, DecoderOutput& out);
  void reset();

  Encoding encoding_;
  TextDecoderOptions options_;
  Flush previous_ = Flush::kYes;
  bool bomSeen_ = false;
  bool replacementReported_ = false;
  Iso2022JpState iso2022Jp_;
  std::vector<std::uint8_t> unread_;
};

}  // namespace lathe::web
