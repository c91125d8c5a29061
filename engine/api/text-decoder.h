#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/js/class.h"
#include "engine/web/text-decoder.h"

namespace lathe::api {

// https://encoding.spec.whatwg.org/#textdecoderoptions
struct TextDecoderInit {
  bool fatal = false;
  bool ignoreBom = false;

  static void members(js::Dictionary<TextDecoderInit>& d);
};

// https://encoding.spec.whatwg.org/#textdecodeoptions
struct TextDecodeOptions {
  bool stream = false;

  static void members(js::Dictionary<TextDecodeOptions>& d);
};

// https://encoding.spec.whatwg.org/#interface-textdecoder
class TextDecoder final : public js::Object {
 public:
  static constexpr const char* kInterface = "TextDecoder";

  explicit TextDecoder(web::TextDecoder decoder) : decoder_(std::move(decoder)) {}

  static js::Ptr<TextDecoder> construct(std::optional<std::string> label, TextDecoderInit init);

  std::string_view encoding() const { return web::encodingLowercaseName(decoder_.encoding()); }
  bool fatal() const { return decoder_.fatal(); }
  bool ignoreBom() const { return decoder_.ignoreBom(); }
  v8::Local<v8::String> decode(js::Lock& js, std::optional<js::BufferSource> input,
                               TextDecodeOptions options);

  static void describe(js::Class<TextDecoder>& c, const Compatibility&);

 private:
  web::TextDecoder decoder_;
};

}  // namespace lathe::api
