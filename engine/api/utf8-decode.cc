#include "engine/api/utf8-decode.h"

#include "engine/js/error.h"

namespace lathe::api {

v8::Local<v8::String> utf8Decode(js::Lock& js, std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  v8::Local<v8::String> text;
  if (bytes.size() > v8::String::kMaxLength ||
      !v8::String::NewFromUtf8(js.v8(), bytes.data(), v8::NewStringType::kNormal,
                               static_cast<int>(bytes.size()))
           .ToLocal(&text)) {
    throw js::rangeError("Invalid string length");
  }
  return text;
}

}  // namespace lathe::api
