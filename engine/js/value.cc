#include "engine/js/value.h"

#include <cstring>

namespace lathe::js {

std::string toUtf8(Lock& js, v8::Local<v8::String> string) {
  std::string text;
  if (string->IsOneByte() && string->Length() > 0) {
    // Most strings are ASCII: copy first and look afterwards, which is cheaper than asking V8 for
    // the size.
    auto length = static_cast<std::uint32_t>(string->Length());
    text.resize(length);
    string->WriteOneByteV2(js.v8(), 0, length, reinterpret_cast<std::uint8_t*>(text.data()));
    bool ascii = true;
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
      std::uint64_t word;
      std::memcpy(&word, text.data() + i, 8);
      if (word & 0x8080808080808080ULL) {
        ascii = false;
        break;
      }
    }
    for (; ascii && i < text.size(); ++i) ascii = static_cast<unsigned char>(text[i]) < 0x80;
    if (ascii) return text;
  }
  text.resize(string->Utf8LengthV2(js.v8()));
  string->WriteUtf8V2(js.v8(), text.data(), text.size(),
                      v8::String::WriteFlags::kReplaceInvalidUtf8);
  return text;
}

namespace {

// V8 refuses a longer string without an exception.
int checkedLength(std::size_t length) {
  if (length > v8::String::kMaxLength) throw rangeError("Invalid string length");
  return static_cast<int>(length);
}

}  // namespace

v8::Local<v8::String> utf8(Lock& js, std::string_view text) {
  return check(v8::String::NewFromUtf8(js.v8(), text.data(), v8::NewStringType::kNormal,
                                       checkedLength(text.size())));
}

v8::Local<v8::String> latin1(Lock& js, std::string_view bytes) {
  return check(v8::String::NewFromOneByte(js.v8(),
                                          reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                          v8::NewStringType::kNormal, checkedLength(bytes.size())));
}

v8::Local<v8::String> utf16(Lock& js, std::u16string_view text) {
  return check(v8::String::NewFromTwoByte(js.v8(),
                                          reinterpret_cast<const std::uint16_t*>(text.data()),
                                          v8::NewStringType::kNormal, checkedLength(text.size())));
}

DomString Convert<DomString>::fromJs(Lock& js, v8::Local<v8::Value> value) {
  auto string = check(value->ToString(js.context()));
  auto length = static_cast<std::uint32_t>(string->Length());
  DomString text(length, u'\0');
  string->WriteV2(js.v8(), 0, length, reinterpret_cast<std::uint16_t*>(text.data()));
  return text;
}

// https://webidl.spec.whatwg.org/#es-ByteString
ByteString Convert<ByteString>::fromJs(Lock& js, v8::Local<v8::Value> value) {
  auto string = check(value->ToString(js.context()));
  if (!string->ContainsOnlyOneByte()) {
    throw typeError("contains a character that is greater than 255.");
  }
  ByteString result;
  auto length = static_cast<std::uint32_t>(string->Length());
  result.bytes.resize(length);
  string->WriteOneByteV2(js.v8(), 0, length, reinterpret_cast<std::uint8_t*>(result.bytes.data()));
  return result;
}

std::optional<BufferSource> bufferSource(v8::Local<v8::Value> value) {
  const std::byte* data = nullptr;
  std::size_t size = 0;
  if (value->IsArrayBufferView()) {
    auto view = value.As<v8::ArrayBufferView>();
    size = view->ByteLength();
    // Small typed arrays live inside the heap; asking for the buffer moves them out of it.
    if (size > 0) {
      data = static_cast<const std::byte*>(view->Buffer()->GetBackingStore()->Data()) +
             view->ByteOffset();
    }
  } else if (value->IsArrayBuffer()) {
    auto store = value.As<v8::ArrayBuffer>()->GetBackingStore();
    data = static_cast<const std::byte*>(store->Data());
    size = store->ByteLength();
  } else if (value->IsSharedArrayBuffer()) {
    auto store = value.As<v8::SharedArrayBuffer>()->GetBackingStore();
    data = static_cast<const std::byte*>(store->Data());
    size = store->ByteLength();
  } else {
    return std::nullopt;
  }
  return BufferSource{{data, size}, value};
}

v8::Local<v8::ArrayBuffer> arrayBuffer(Lock& js, std::string_view bytes) {
  auto store = js.isolate().newBackingStore(bytes.size());
  if (!bytes.empty()) std::memcpy(store->Data(), bytes.data(), bytes.size());
  return v8::ArrayBuffer::New(js.v8(), std::move(store));
}

v8::Local<v8::Uint8Array> uint8Array(Lock& js, std::string_view bytes) {
  return v8::Uint8Array::New(arrayBuffer(js, bytes), 0, bytes.size());
}

std::optional<v8::Local<v8::Function>> iteratorMethod(Lock& js, v8::Local<v8::Object> object) {
  auto method = check(object->Get(js.context(), v8::Symbol::GetIterator(js.v8())));
  if (method->IsNullOrUndefined()) return std::nullopt;
  if (!method->IsFunction()) throw typeError("has an iterator that is not a function.");
  return method.As<v8::Function>();
}

void iterate(Lock& js, v8::Local<v8::Object> iterable, v8::Local<v8::Function> method,
             const std::function<void(v8::Local<v8::Value>)>& visit) {
  auto context = js.context();
  auto iterator = check(method->Call(context, iterable, 0, nullptr));
  if (!iterator->IsObject()) throw typeError("has an iterator that is not an object.");
  auto next = check(iterator.As<v8::Object>()->Get(context, js.name("next")));
  if (!next->IsFunction()) throw typeError("has an iterator without a next() method.");
  for (;;) {
    v8::Local<v8::Value> value;
    {
      // What is made on the way goes at once; the value itself may be kept by the visitor.
      v8::EscapableHandleScope scope(js.v8());
      auto result = check(next.As<v8::Function>()->Call(context, iterator, 0, nullptr));
      if (!result->IsObject()) throw typeError("has an iterator whose result is not an object.");
      auto object = result.As<v8::Object>();
      if (check(object->Get(context, js.name("done")))->BooleanValue(js.v8())) return;
      value = scope.Escape(check(object->Get(context, js.name("value"))));
    }
    visit(value);
  }
}

v8::Local<v8::Array> ownKeys(Lock& js, v8::Local<v8::Object> object) {
  return check(object->GetPropertyNames(js.context(), v8::KeyCollectionMode::kOwnOnly,
                                        v8::ALL_PROPERTIES, v8::IndexFilter::kIncludeIndices,
                                        v8::KeyConversionMode::kConvertToString));
}

}  // namespace lathe::js
