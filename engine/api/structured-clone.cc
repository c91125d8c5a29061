#include "engine/api/structured-clone.h"

#include "engine/js/serializer.h"

namespace lathe::api {
void CloneOptions::members(js::Dictionary<CloneOptions>& d) {
  d.member<&CloneOptions::transfer>("transfer");
}

v8::Local<v8::Value> structuredClone(js::Lock& js, v8::Local<v8::Value> value,
                                     CloneOptions options) {
  std::vector<v8::Local<v8::ArrayBuffer>> buffers;
  for (auto object : options.transfer) {
    if (!object->IsArrayBuffer()) {
      throw js::domException("DataCloneError", "Value of type \"" +
                                                   js::toUtf8(js, object->GetConstructorName()) +
                                                   "\" cannot be transferred.");
    }
    buffers.push_back(object.As<v8::ArrayBuffer>());
  }
  return js::deserialize(js, js::serialize(js, value, js::ClonePurpose::script, buffers));
}

}  // namespace lathe::api
