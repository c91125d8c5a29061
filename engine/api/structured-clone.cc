#include "engine/api/structured-clone.h"

#include "engine/api/file.h"
#include "engine/api/headers.h"
#include "engine/js/dom-exception.h"
#include "engine/js/serializer.h"

namespace lathe::api {
namespace {

// The clones live in the same isolate, so the objects themselves are kept between the two halves.
class Originals final : public js::HostObjects {
 public:
  std::optional<std::uint32_t> keep(js::Lock& js, v8::Local<v8::Object> object) override {
    if (!js::unwrap<Blob>(js, object) && !js::unwrap<Headers>(js, object) &&
        !js::unwrap<js::DomException>(js, object)) {
      return std::nullopt;
    }
    kept_.emplace_back(js, object);
    return static_cast<std::uint32_t>(kept_.size() - 1);
  }

  v8::Local<v8::Object> copy(js::Lock& js, std::uint32_t number) override {
    auto original = kept_.at(number).get(js);
    if (const auto* file = js::unwrap<File>(js, original)) return js::wrap(js, file->copy());
    if (const auto* blob = js::unwrap<Blob>(js, original)) return js::wrap(js, blob->copy());
    // Workers' own.
    if (const auto* headers = js::unwrap<Headers>(js, original)) {
      return js::wrap(js, js::make<Headers>(*headers, Headers::Guard::none));
    }
    return copyException(js, original);
  }

 private:
  // https://webidl.spec.whatwg.org/#js-domexception-specialness: with the stack, as errors are
  // cloned.
  v8::Local<v8::Object> copyException(js::Lock& js, v8::Local<v8::Object> original) {
    const auto* exception = js::unwrap<js::DomException>(js, original);
    auto made = js::newDomException(js, exception->message(), exception->name());
    auto stack = js::check(original->Get(js.context(), js.name("stack")));
    if (stack->IsString()) {
      js::check(made->DefineOwnProperty(js.context(), js.name("stack"), stack, v8::DontEnum));
    }
    return made;
  }

  std::vector<js::Ref<v8::Object>> kept_;
};

}  // namespace

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
  Originals originals;
  auto serialized = js::serialize(js, value, buffers, originals);
  return js::deserialize(js, serialized, originals);
}

}  // namespace lathe::api
