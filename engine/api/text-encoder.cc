#include "engine/api/text-encoder.h"

#include <algorithm>

#include "engine/web/utf8.h"

namespace lathe::api {

// https://encoding.spec.whatwg.org/#dom-textencoder-encode
v8::Local<v8::Uint8Array> TextEncoder::encode(js::Lock& js,
                                              std::optional<v8::Local<v8::Value>> input) const {
  if (!input) return js::uint8Array(js, {});
  auto text = js::check((*input)->ToString(js.context()));
  // Straight into the buffer: text may be large.
  const std::size_t length = text->Utf8LengthV2(js.v8());
  auto store = js.isolate().newBackingStore(length);
  text->WriteUtf8V2(js.v8(), static_cast<char*>(store->Data()), length,
                    v8::String::WriteFlags::kReplaceInvalidUtf8);
  auto buffer = v8::ArrayBuffer::New(js.v8(), std::move(store));
  return v8::Uint8Array::New(buffer, 0, length);
}

// https://encoding.spec.whatwg.org/#dom-textencoder-encodeinto
v8::Local<v8::Object> TextEncoder::encodeInto(js::Lock& js, v8::Local<v8::Value> source,
                                              v8::Local<v8::Value> destination) const {
  auto text = js::check(source->ToString(js.context()));
  if (!destination->IsUint8Array()) {
    throw js::typeError(
        "Failed to execute 'encodeInto' on 'TextEncoder': parameter 2 is not of type "
        "'Uint8Array'.");
  }
  auto bytes = js::bufferSource(destination)->bytes;
  std::span<std::uint8_t> room(
      const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(bytes.data())), bytes.size());
  // A code unit becomes at least one byte, so no more of them can fit than there are bytes.
  const auto units =
      static_cast<std::uint32_t>(std::min(static_cast<std::size_t>(text->Length()), room.size()));
  web::EncodeIntoProgress progress;
  if (text->IsOneByte()) {
    std::string copy(units, '\0');
    text->WriteOneByteV2(js.v8(), 0, units, reinterpret_cast<std::uint8_t*>(copy.data()));
    progress = web::encodeLatin1Into(copy, room);
  } else {
    std::u16string copy(units, u'\0');
    text->WriteV2(js.v8(), 0, units, reinterpret_cast<std::uint16_t*>(copy.data()));
    progress = web::encodeUtf16Into(copy, room);
  }
  auto result = v8::Object::New(js.v8());
  for (auto [name, count] :
       {std::pair("read", progress.read), std::pair("written", progress.written)}) {
    auto value = v8::Number::New(js.v8(), static_cast<double>(count));
    js::check(result->CreateDataProperty(js.context(), js.name(name), value));
  }
  return result;
}

void TextEncoder::describe(js::Class<TextEncoder>& c, const Compatibility&) {
  c.name(kInterface).constructor<&TextEncoder::construct>();
  c.attribute<&TextEncoder::encoding>("encoding");
  c.method<&TextEncoder::encode>("encode");
  c.method<&TextEncoder::encodeInto>("encodeInto");
}

}  // namespace lathe::api
