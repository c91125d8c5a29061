#include "engine/api/base64.h"

#include "engine/web/forgiving-base64.h"

namespace lathe::api {
namespace {

// The string's characters as bytes; nothing when one of them does not fit.
std::optional<std::string> bytesOf(js::Lock& js, v8::Local<v8::Value> data) {
  auto text = js::check(data->ToString(js.context()));
  if (!text->ContainsOnlyOneByte()) return std::nullopt;
  const auto length = static_cast<std::uint32_t>(text->Length());
  std::string bytes(length, '\0');
  text->WriteOneByteV2(js.v8(), 0, length, reinterpret_cast<std::uint8_t*>(bytes.data()));
  return bytes;
}

}  // namespace

v8::Local<v8::String> atob(js::Lock& js, v8::Local<v8::Value> data) {
  auto text = bytesOf(js, data);
  auto decoded = text ? web::forgivingBase64Decode(*text) : std::nullopt;
  if (!decoded) {
    throw js::domException(
        "InvalidCharacterError",
        "atob() called with invalid base64-encoded data. (Only whitespace, '+', '/', alphanumeric "
        "ASCII, and up to two terminal '=' signs when the input data length is divisible by 4 are "
        "allowed.)");
  }
  return js::latin1(js, *decoded);
}

v8::Local<v8::String> btoa(js::Lock& js, v8::Local<v8::Value> data) {
  auto bytes = bytesOf(js, data);
  if (!bytes) {
    throw js::domException(
        "InvalidCharacterError",
        "btoa() can only operate on characters in the Latin1 (ISO/IEC 8859-1) range.");
  }
  return js::latin1(js, web::forgivingBase64Encode(web::bytesOf(*bytes)));
}

}  // namespace lathe::api
