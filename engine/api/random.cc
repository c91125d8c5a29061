#include "engine/api/random.h"

#include <array>

#include "engine/io/io-context.h"
#include "engine/random-bytes.h"

namespace lathe::api {
namespace {

constexpr std::size_t kBytesMax = 65536;

bool hasIntegers(v8::Local<v8::Value> view) {
  return view->IsTypedArray() && !view->IsFloat32Array() && !view->IsFloat64Array();
}

}  // namespace

void fillRandom(js::Lock&, v8::Local<v8::Value> view) {
  if (!view->IsArrayBufferView()) {
    throw js::typeError(
        "Failed to execute 'getRandomValues' on 'Crypto': parameter 1 is not of type "
        "'ArrayBufferView'.");
  }
  if (!hasIntegers(view)) {
    throw js::domException(
        "TypeMismatchError",
        "ArrayBufferView argument to getRandomValues() must be an integer-typed view.");
  }
  auto bytes = js::bufferSource(view)->bytes;
  if (bytes.size() > kBytesMax) {
    throw js::domException("QuotaExceededError",
                           "getRandomValues() only accepts buffers of size <= 64K but provided " +
                               std::to_string(bytes.size()) + " bytes.");
  }
  io::IoContext::current();
  fillWithRandomBytes(
      {const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(bytes.data())),
       bytes.size()});
}

std::string randomUuid() {
  io::IoContext::current();
  std::array<unsigned char, 16> bytes;
  fillWithRandomBytes(bytes);
  // https://www.rfc-editor.org/rfc/rfc9562#section-5.4: version 4, and the variant.
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 0x0f];
  }
  return text;
}

}  // namespace lathe::api
