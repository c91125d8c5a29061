#include "engine/api/rpc.h"

#include <vector>

#include "engine/api/hook.h"
#include "engine/js/error.h"
#include "engine/js/value.h"

namespace lathe::api {
namespace {

// Looks for what may not be sent although V8 would: a class's instance, which would arrive without
// its methods.
class InstanceSearch {
 public:
  explicit InstanceSearch(js::Lock& js) : js_(js) {}

  // Throws the DataCloneError for the first that is found. Most calls carry primitives in one
  // array: these cost no more than a look at each.
  void run(v8::Local<v8::Object> root) {
    root_ = root;
    look(root);
    while (!found_.empty()) {
      auto object = found_.back();
      found_.pop_back();
      look(object);
    }
  }

 private:
  void add(v8::Local<v8::Value> value) {
    if (!value->IsObject()) return;
    // A function that has a form of its own is one of the platform's objects.
    if (value->IsFunction() && value.As<v8::Object>()->InternalFieldCount() == 0) {
      throw js::notImplemented("a function as an argument or a result of a call");
    }
    auto object = value.As<v8::Object>();
    if (object == root_) return;
    if (seen_.IsEmpty()) seen_ = v8::Set::New(js_.v8());
    if (js::check(seen_->Has(js_.context(), object))) return;
    js::check(seen_->Add(js_.context(), object));
    found_.push_back(object);
  }

  void look(v8::Local<v8::Object> object) {
    if (object->IsArray()) return addElements(object.As<v8::Array>());
    if (object->IsMap()) return addElements(object.As<v8::Map>()->AsArray());
    if (object->IsSet()) return addElements(object.As<v8::Set>()->AsArray());
    if (object->IsNativeError()) return addProperties(object, v8::ALL_PROPERTIES);
    if (hasFormOfItsOwn(object)) return;
    if (plain_.IsEmpty()) plain_ = v8::Object::New(js_.v8())->GetPrototypeV2();
    if (object->GetPrototypeV2() != plain_) {
      if (callHook(js_, "isRpcTarget", {object})->IsTrue()) {
        throw js::notImplemented("an RpcTarget as an argument or a result of a call");
      }
      throw js::domException("DataCloneError", "Could not serialize object of type \"" +
                                                   js::toUtf8(js_, object->GetConstructorName()) +
                                                   "\". This type does not support serialization.");
    }
    addProperties(object, v8::ONLY_ENUMERABLE);
  }

  void addProperties(v8::Local<v8::Object> object, int filter) {
    auto names = js::check(object->GetOwnPropertyNames(
        js_.context(), static_cast<v8::PropertyFilter>(filter | v8::SKIP_SYMBOLS)));
    for (std::uint32_t i = 0; i < names->Length(); ++i) {
      add(js::check(object->Get(js_.context(), js::check(names->Get(js_.context(), i)))));
    }
  }

  void addElements(v8::Local<v8::Array> list) {
    for (std::uint32_t i = 0; i < list->Length(); ++i) {
      add(js::check(list->Get(js_.context(), i)));
    }
  }

  // Whether the serializer knows what it is, be that to refuse it.
  static bool hasFormOfItsOwn(v8::Local<v8::Object> object) {
    return object->InternalFieldCount() > 0 || object->IsProxy() || object->IsDate() ||
           object->IsRegExp() || object->IsArrayBuffer() || object->IsArrayBufferView() ||
           object->IsSharedArrayBuffer() || object->IsBooleanObject() || object->IsNumberObject() ||
           object->IsStringObject() || object->IsBigIntObject() || object->IsSymbolObject() ||
           object->IsPromise() || object->IsWeakMap() || object->IsWeakSet() ||
           object->IsGeneratorObject() || object->IsWasmModuleObject();
  }

  js::Lock& js_;
  v8::Local<v8::Object> root_;
  // The prototype of plain objects, and the objects below the root; both from the first use on.
  v8::Local<v8::Value> plain_;
  v8::Local<v8::Set> seen_;
  std::vector<v8::Local<v8::Object>> found_;
};

}  // namespace

js::SerializedValue serializeForCall(js::Lock& js, v8::Local<v8::Value> value) {
  if (value->IsFunction()) {
    throw js::notImplemented("a function as an argument or a result of a call");
  }
  if (value->IsObject()) InstanceSearch(js).run(value.As<v8::Object>());
  return js::serialize(js, value, js::ClonePurpose::call);
}

}  // namespace lathe::api
