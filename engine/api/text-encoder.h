#pragma once

#include <string_view>

#include "engine/js/class.h"

namespace lathe::api {

// https://encoding.spec.whatwg.org/#interface-textencoder
class TextEncoder final : public js::Object {
 public:
  static constexpr const char* kInterface = "TextEncoder";

  static js::Ptr<TextEncoder> construct() { return js::make<TextEncoder>(); }

  std::string_view encoding() const { return "utf-8"; }
  v8::Local<v8::Uint8Array> encode(js::Lock& js, std::optional<v8::Local<v8::Value>> input) const;
  // Returns { read, written }: UTF-16 code units and bytes.
  v8::Local<v8::Object> encodeInto(js::Lock& js, v8::Local<v8::Value> source,
                                   v8::Local<v8::Value> destination) const;

  static void describe(js::Class<TextEncoder>& c, const Compatibility&);
};

}  // namespace lathe::api
