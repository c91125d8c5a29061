#include "engine/js/error-causes.h"

#include "engine/js/error.h"
#include "engine/js/object.h"

namespace lathe::js {
namespace {

class Search {
 public:
  explicit Search(Lock& js) : js_(js), seen_(v8::Set::New(js.v8())) {}

  std::vector<ErrorCause> run(v8::Local<v8::Value> value) {
    look(value);
    while (!waiting_.empty()) {
      auto object = waiting_.back();
      waiting_.pop_back();
      visit(object);
    }
    return std::move(found_);
  }

 private:
  bool exhausted() const { return looks_ >= kCauseSearchMax; }

  void look(v8::Local<v8::Value> value) {
    ++looks_;
    if (!value->IsObject() || value->IsFunction() || value->IsProxy()) return;
    auto object = value.As<v8::Object>();
    if (check(seen_->Has(js_.context(), object))) return;
    check(seen_->Add(js_.context(), object));
    waiting_.push_back(object);
  }

  void visit(v8::Local<v8::Object> object) {
    if (object->IsNativeError()) {
      auto cause = own(object, js_.name("cause"));
      if (cause.IsEmpty()) return;
      found_.push_back({object, cause});
      look(cause);
    } else if (object->IsMap()) {
      lookAtElements(object.As<v8::Map>()->AsArray());
    } else if (object->IsSet()) {
      lookAtElements(object.As<v8::Set>()->AsArray());
    } else if (object->IsArray()) {
      lookAtElements(object.As<v8::Array>());
    } else if (isPlain(object)) {
      auto names = check(object->GetOwnPropertyNames(js_.context()));
      for (std::uint32_t i = 0; i < names->Length() && !exhausted(); ++i) {
        auto name = check(check(names->Get(js_.context(), i))->ToString(js_.context()));
        if (auto value = own(object, name); !value.IsEmpty()) look(value);
      }
    }
  }

  void lookAtElements(v8::Local<v8::Array> array) {
    for (std::uint32_t i = 0; i < array->Length() && !exhausted(); ++i) {
      auto name = check(v8::Integer::NewFromUnsigned(js_.v8(), i)->ToString(js_.context()));
      auto value = own(array, name);
      value.IsEmpty() ? static_cast<void>(++looks_) : look(value);
    }
  }

  bool isPlain(v8::Local<v8::Object> object) const {
    return !object->IsArrayBufferView() && !object->IsArrayBuffer() && !object->IsStringObject() &&
           object->InternalFieldCount() == 0;
  }

  // The value of an own property that is no accessor, or an empty handle.
  v8::Local<v8::Value> own(v8::Local<v8::Object> object, v8::Local<v8::Name> name) {
    if (!check(object->HasOwnProperty(js_.context(), name))) return {};
    if (check(object->HasRealNamedCallbackProperty(js_.context(), name))) return {};
    return check(object->Get(js_.context(), name));
  }

  Lock& js_;
  v8::Local<v8::Set> seen_;
  std::vector<v8::Local<v8::Object>> waiting_;
  std::vector<ErrorCause> found_;
  int looks_ = 0;
};

}  // namespace

std::vector<ErrorCause> findErrorCauses(Lock& js, v8::Local<v8::Value> value) {
  if (!value->IsObject()) return {};
  return Search(js).run(value);
}

}  // namespace lathe::js
