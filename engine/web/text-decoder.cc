#include "engine/web/text-decoder.h"

#include <algorithm>

#include "engine/web/ascii-run.h"

namespace lathe::web {

namespace {

constexpr char16_t kByteOrderMark = u'\uFEFF';
constexpr std::uint8_t kUtf8ByteOrderMark[] = {0xEF, 0xBB, 0xBF};

bool hasByteOrderMark(Encoding encoding) {
  return encoding == Encoding::kUtf8 || encoding == Encoding::kUtf16Be ||
         encoding == Encoding::kUtf16Le;
}

}  // namespace

TextDecoder::TextDecoder(Encoding encoding, TextDecoderOptions options)
    : encoding_(encoding), options_(options) {}

// https://encoding.spec.whatwg.org/#dom-textdecoder-decode
std::optional<DecodedText> TextDecoder::decode(Bytes bytes, Flush flush) {
  if (previous_ == Flush::kYes) reset();
  previous_ = flush;

  const bool stripsMark = hasByteOrderMark(encoding_) && !options_.ignoreBom && !bomSeen_;
  if (unread_.empty() && readsAsciiAsIs()) {
    Bytes text = bytes;
    if (stripsMark && text.size() >= 3 && std::ranges::equal(text.first(3), kUtf8ByteOrderMark)) {
      text = text.subspan(3);
    }
    if (asciiRunLength(text.data(), text.size()) == text.size()) {
      if (!bytes.empty()) bomSeen_ = true;
      return std::string_view(reinterpret_cast<const char*>(text.data()), text.size());
    }
  }

  // The standard's queue of bytes: what a call left unread goes before what the next one brings.
  std::vector<std::uint8_t> joined;
  if (!unread_.empty()) {
    joined = std::move(unread_);
    joined.insert(joined.end(), bytes.begin(), bytes.end());
    bytes = joined;
  }

  std::u16string text(bytes.size(), u'\0');
  using OnError = DecoderOutput::OnError;
  DecoderOutput out(text.data(), options_.fatal ? OnError::kFail : OnError::kReplace);
  const std::size_t consumed = run(bytes, flush, out);
  const Bytes left = bytes.subspan(consumed);
  unread_.assign(left.begin(), left.end());
  if (out.failed()) return std::nullopt;

  // https://encoding.spec.whatwg.org/#concept-td-serialize
  text.resize(static_cast<std::size_t>(out.end() - text.data()));
  if (!text.empty()) {
    if (stripsMark && text.front() == kByteOrderMark) text.erase(0, 1);
    bomSeen_ = true;
  }
  return text;
}

// Whether a text of ASCII bytes alone is the same text in Unicode, with the decoder as it stands.
bool TextDecoder::readsAsciiAsIs() const {
  return encoding_ != Encoding::kUtf16Be && encoding_ != Encoding::kUtf16Le &&
         encoding_ != Encoding::kIso2022Jp && encoding_ != Encoding::kReplacement;
}

std::size_t TextDecoder::run(Bytes bytes, Flush flush, DecoderOutput& out) {
  switch (encoding_) {
    case Encoding::kUtf8:
      return decodeUtf8(bytes, flush, out);
    case Encoding::kGbk:
    case Encoding::kGb18030:
      return decodeGb18030(bytes, flush, out);
    case Encoding::kBig5:
      return decodeBig5(bytes, flush, out);
    case Encoding::kEucJp:
      return decodeEucJp(bytes, flush, out);
    case Encoding::kIso2022Jp:
      return decodeIso2022Jp(iso2022Jp_, bytes, flush, out);
    case Encoding::kShiftJis:
      return decodeShiftJis(bytes, flush, out);
    case Encoding::kEucKr:
      return decodeEucKr(bytes, flush, out);
    case Encoding::kReplacement:
      return decodeReplacement(replacementReported_, bytes, out);
    case Encoding::kUtf16Be:
      return decodeUtf16(ByteOrder::kBigEndian, bytes, flush, out);
    case Encoding::kUtf16Le:
      return decodeUtf16(ByteOrder::kLittleEndian, bytes, flush, out);
    case Encoding::kXUserDefined:
      return decodeXUserDefined(bytes, out);
    default:
      return decodeSingleByte(encoding_, bytes, out);
  }
}

void TextDecoder::reset() {
  bomSeen_ = false;
  replacementReported_ = false;
  iso2022Jp_ = {};
  unread_.clear();
}

}  // namespace lathe::web
