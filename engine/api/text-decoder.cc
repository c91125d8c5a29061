#include "engine/api/text-decoder.h"

namespace lathe::api {

void TextDecoderInit::members(js::Dictionary<TextDecoderInit>& d) {
  d.member<&TextDecoderInit::fatal>("fatal");
  d.member<&TextDecoderInit::ignoreBom>("ignoreBOM");
}

void TextDecodeOptions::members(js::Dictionary<TextDecodeOptions>& d) {
  d.member<&TextDecodeOptions::stream>("stream");
}

// https://encoding.spec.whatwg.org/#dom-textdecoder
js::Ptr<TextDecoder> TextDecoder::construct(std::optional<std::string> label,
                                            TextDecoderInit init) {
  auto encoding = label ? web::encodingFromLabel(*label) : web::Encoding::kUtf8;
  if (!encoding || *encoding == web::Encoding::kReplacement) {
    throw js::rangeError("Failed to construct 'TextDecoder': The encoding label provided ('" +
                         label.value_or("") + "') is invalid.");
  }
  return js::make<TextDecoder>(
      web::TextDecoder(*encoding, {.fatal = init.fatal, .ignoreBom = init.ignoreBom}));
}

// https://encoding.spec.whatwg.org/#dom-textdecoder-decode
v8::Local<v8::String> TextDecoder::decode(js::Lock& js, std::optional<js::BufferSource> input,
                                          TextDecodeOptions options) {
  // Looked at anew: a getter of the options may have moved the buffer.
  if (input) input = js::bufferSource(input->object);
  auto bytes = input ? web::bytesOf(input->text()) : web::Bytes();
  auto text = decoder_.decode(bytes, options.stream ? web::Flush::kNo : web::Flush::kYes);
  if (!text) throw js::typeError("Failed to decode input.");
  if (const auto* ascii = std::get_if<std::string_view>(&*text)) return js::latin1(js, *ascii);
  return js::utf16(js, std::get<std::u16string>(*text));
}

void TextDecoder::describe(js::Class<TextDecoder>& c, const Compatibility&) {
  c.name(kInterface).constructor<&TextDecoder::construct>();
  c.attribute<&TextDecoder::encoding>("encoding");
  c.attribute<&TextDecoder::fatal>("fatal");
  c.attribute<&TextDecoder::ignoreBom>("ignoreBOM");
  c.method<&TextDecoder::decode>("decode");
}

}  // namespace lathe::api
