#include "engine/js/simple-value.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>

#include "engine/js/value.h"

namespace lathe::js {
namespace {

// What every value begins with: a mark, and the version of the format that this V8 writes. Other
// versions that it reads are left to it.
constexpr std::size_t kHeadBytes = 2;
using Head = char[kHeadBytes];

struct Known {
  explicit Known(v8::Isolate* isolate) {
    v8::ValueSerializer serializer(isolate);
    serializer.WriteHeader();
    auto [bytes, size] = serializer.Release();
    std::unique_ptr<std::uint8_t[], void (*)(void*)> owned(bytes, &std::free);
    usable = size == kHeadBytes;
    if (usable) std::memcpy(head, bytes, size);
  }
  bool usable = false;
  Head head{};
};

// The same for all isolates.
const Known& known(Lock& js) {
  static const Known made(js.v8());
  return made;
}

// The byte that tells what follows.
enum Tag : char {
  kUndefined = '_',
  kNull = '0',
  kTrue = 'T',
  kFalse = 'F',
  kInt32 = 'I',   // zigzag, then as a length
  kDouble = 'N',  // eight bytes in the machine's order
  kLatin1 = '"',  // the length, then the bytes
};

// Seven bits to a byte, the lowest first; the last byte has its highest bit clear.
constexpr std::size_t kNumberBytesMax = 5;

void appendNumber(std::string& bytes, std::uint32_t number) {
  for (; number >= 0x80; number >>= 7) bytes.push_back(static_cast<char>(number | 0x80));
  bytes.push_back(static_cast<char>(number));
}

std::optional<std::uint32_t> takeNumber(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < kNumberBytesMax && i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    number |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if (byte & 0x80) continue;
    if (number > UINT32_MAX) return std::nullopt;
    bytes.remove_prefix(i + 1);
    return static_cast<std::uint32_t>(number);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> serializeSimple(Lock& js, v8::Local<v8::Value> value) {
  if (!known(js).usable) return std::nullopt;
  std::string bytes(known(js).head, kHeadBytes);
  if (value->IsInt32()) {
    const auto number = static_cast<std::uint32_t>(value.As<v8::Int32>()->Value());
    bytes.push_back(kInt32);
    appendNumber(bytes, (number << 1) ^ (number >> 31 ? UINT32_MAX : 0));
  } else if (value->IsNumber()) {
    const double number = value.As<v8::Number>()->Value();
    char eight[sizeof number];
    std::memcpy(eight, &number, sizeof number);
    bytes.append(1, kDouble).append(eight, sizeof eight);
  } else if (value->IsString()) {
    auto string = value.As<v8::String>();
    if (!string->IsOneByte()) return std::nullopt;
    const auto length = static_cast<std::uint32_t>(string->Length());
    bytes.push_back(kLatin1);
    appendNumber(bytes, length);
    const std::size_t start = bytes.size();
    bytes.resize(start + length);
    string->WriteOneByteV2(js.v8(), 0, length,
                           reinterpret_cast<std::uint8_t*>(bytes.data() + start));
  } else if (value->IsBoolean()) {
    bytes.push_back(value->IsTrue() ? kTrue : kFalse);
  } else if (value->IsNull()) {
    bytes.push_back(kNull);
  } else if (value->IsUndefined()) {
    bytes.push_back(kUndefined);
  } else {
    return std::nullopt;
  }
  return bytes;
}

v8::Local<v8::Value> deserializeSimple(Lock& js, std::string_view bytes) {
  const Known& format = known(js);
  if (!format.usable || bytes.size() <= kHeadBytes) return {};
  if (std::memcmp(bytes.data(), format.head, kHeadBytes) != 0) return {};
  const char tag = bytes[kHeadBytes];
  bytes.remove_prefix(kHeadBytes + 1);
  switch (tag) {
    case kInt32: {
      const auto number = takeNumber(bytes);
      if (!number || !bytes.empty()) return {};
      return v8::Integer::New(js.v8(),
                              static_cast<std::int32_t>((*number >> 1) ^ (0u - (*number & 1))));
    }
    case kDouble: {
      double number = 0;
      if (bytes.size() != sizeof number) return {};
      std::memcpy(&number, bytes.data(), sizeof number);
      // V8 has meanings of its own for some of the NaNs.
      if (std::isnan(number)) number = std::numeric_limits<double>::quiet_NaN();
      return v8::Number::New(js.v8(), number);
    }
    case kLatin1: {
      const auto length = takeNumber(bytes);
      if (!length || bytes.size() != *length) return {};
      return latin1(js, bytes);
    }
    case kTrue:
    case kFalse:
      return bytes.empty() ? v8::Boolean::New(js.v8(), tag == kTrue) : v8::Local<v8::Boolean>();
    case kNull:
      return bytes.empty() ? js.null() : v8::Local<v8::Primitive>();
    case kUndefined:
      return bytes.empty() ? js.undefined() : v8::Local<v8::Primitive>();
    default:
      return {};
  }
}

}  // namespace lathe::js
