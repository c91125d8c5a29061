#include "engine/js/cloned-errors.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "engine/js/error.h"
#include "engine/js/value.h"

namespace lathe::js {
namespace {

// The names that tell an error's class.
constexpr std::array<std::string_view, 9> kNames = {
    "Error",     "EvalError", "RangeError",     "ReferenceError", "SyntaxError",
    "TypeError", "URIError",  "AggregateError", "SuppressedError"};
// Those of them that V8's wire format lacks.
constexpr std::array<std::string_view, 2> kUnknownToV8 = {"AggregateError", "SuppressedError"};

// What stands in the array for each error: itself, the name of its class (undefined when V8 clones
// that), its properties. Before them all: whether stacks are left behind.
constexpr std::uint32_t kPartsPerError = 3;

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

class ErrorSearch {
 public:
  ErrorSearch(Lock& js, ClonePurpose purpose)
      : js_(js), withoutStacks_(purpose == ClonePurpose::call), seen_(v8::Set::New(js.v8())) {}

  v8::Local<v8::Array> run(v8::Local<v8::Object> root) {
    add(root);
    while (!open_.empty()) {
      auto object = open_.back();
      open_.pop_back();
      look(object);
    }
    if (described_.empty()) return {};
    described_.insert(described_.begin(), v8::Boolean::New(js_.v8(), withoutStacks_));
    return v8::Array::New(js_.v8(), described_.data(), described_.size());
  }

 private:
  void add(v8::Local<v8::Value> value) {
    if (!value->IsObject() || value->IsFunction() || value->IsProxy()) return;
    auto object = value.As<v8::Object>();
    if (object->InternalFieldCount() > 0 || check(seen_->Has(js_.context(), object))) return;
    check(seen_->Add(js_.context(), object));
    open_.push_back(object);
  }

  void look(v8::Local<v8::Object> object) {
    if (object->IsNativeError()) return describe(object);
    if (object->IsMap()) return addElements(object.As<v8::Map>()->AsArray());
    if (object->IsSet()) return addElements(object.As<v8::Set>()->AsArray());
    if (object->IsArrayBufferView() || object->IsArrayBuffer() || object->IsSharedArrayBuffer()) {
      return;
    }
    auto names = namesOf(object, v8::ONLY_ENUMERABLE);
    for (std::uint32_t i = 0; i < names->Length(); ++i) {
      add(check(object->Get(js_.context(), check(names->Get(js_.context(), i)))));
    }
  }

  void addElements(v8::Local<v8::Array> list) {
    for (std::uint32_t i = 0; i < list->Length(); ++i) {
      add(check(list->Get(js_.context(), i)));
    }
  }

  v8::Local<v8::Array> namesOf(v8::Local<v8::Object> object, int filter) {
    return check(object->GetOwnPropertyNames(
        js_.context(), static_cast<v8::PropertyFilter>(filter | v8::SKIP_SYMBOLS),
        v8::KeyConversionMode::kConvertToString));
  }

  void describe(v8::Local<v8::Object> error) {
    auto context = js_.context();
    auto properties = v8::Object::New(js_.v8());
    bool any = !check(error->HasOwnProperty(context, js_.name("message")));
    auto names = namesOf(error, v8::ALL_PROPERTIES);
    for (std::uint32_t i = 0; i < names->Length(); ++i) {
      auto name = check(names->Get(context, i)).As<v8::Name>();
      const std::string text = toUtf8(js_, name.As<v8::String>());
      if (text == "message" || text == "stack" || text == "name") continue;
      auto value = check(error->Get(context, name));
      check(properties->CreateDataProperty(context, name, value));
      add(value);
      any = true;
    }
    // A name of another sort becomes a property, wherever it came from.
    v8::Local<v8::Value> type = js_.undefined();
    auto name = check(error->Get(context, js_.name("name")));
    const std::string text = name->IsString() ? toUtf8(js_, name.As<v8::String>()) : "";
    if (!contains(kNames, text)) {
      check(properties->CreateDataProperty(context, js_.name("name"), name));
      any = true;
    } else if (contains(kUnknownToV8, text)) {
      type = name;
      any = true;
    }
    if (!any && !withoutStacks_) return;
    described_.insert(described_.end(), {error, type, properties});
  }

  Lock& js_;
  bool withoutStacks_;
  v8::Local<v8::Set> seen_;
  std::vector<v8::Local<v8::Object>> open_;
  std::vector<v8::Local<v8::Value>> described_;
};

void restoreClass(Lock& js, v8::Local<v8::Object> error, v8::Local<v8::Value> name) {
  auto context = js.context();
  auto made = check(context->Global()->Get(context, name));
  if (!made->IsFunction()) return;
  auto prototype = check(made.As<v8::Object>()->Get(context, js.name("prototype")));
  if (prototype->IsObject()) check(error->SetPrototypeV2(context, prototype.As<v8::Object>()));
}

void restoreProperties(Lock& js, v8::Local<v8::Object> error, v8::Local<v8::Object> properties) {
  auto names = check(properties->GetOwnPropertyNames(js.context()));
  for (std::uint32_t i = 0; i < names->Length(); ++i) {
    auto name = check(names->Get(js.context(), i)).As<v8::Name>();
    auto value = check(properties->Get(js.context(), name));
    check(error->CreateDataProperty(js.context(), name, value));
  }
}

// Every clone has a message of its own.
void restoreMessage(Lock& js, v8::Local<v8::Object> error) {
  auto name = js.name("message");
  if (check(error->HasOwnProperty(js.context(), name))) return;
  check(error->DefineOwnProperty(js.context(), name, v8::String::Empty(js.v8()), v8::DontEnum));
}

// In place of a stack, the line that stacks begin with.
void removeStack(Lock& js, v8::Local<v8::Object> error) {
  auto line = check(error->ToString(js.context()));
  check(error->DefineOwnProperty(js.context(), js.name("stack"), line, v8::DontEnum));
}

}  // namespace

bool mayHoldErrors(std::string_view bytes) {
  // The tag of an error, and what can follow it: its class, or the beginning of its first part.
  constexpr std::string_view kAfterTag = "ERFSTUmcs.";
  for (std::size_t i = 0; (i = bytes.find('r', i)) != bytes.npos; ++i) {
    if (i + 1 < bytes.size() && kAfterTag.find(bytes[i + 1]) != kAfterTag.npos) return true;
  }
  return false;
}

v8::Local<v8::Array> describeErrors(Lock& js, v8::Local<v8::Object> root, ClonePurpose purpose) {
  return ErrorSearch(js, purpose).run(root);
}

void restoreErrors(Lock& js, v8::Local<v8::Array> described) {
  auto context = js.context();
  const bool withoutStacks = check(described->Get(context, 0u))->IsTrue();
  for (std::uint32_t i = 1; i + kPartsPerError <= described->Length(); i += kPartsPerError) {
    auto error = check(described->Get(context, i));
    auto name = check(described->Get(context, i + 1));
    auto properties = check(described->Get(context, i + 2));
    if (!error->IsNativeError() || !properties->IsObject()) continue;
    if (name->IsString()) restoreClass(js, error.As<v8::Object>(), name);
    restoreMessage(js, error.As<v8::Object>());
    restoreProperties(js, error.As<v8::Object>(), properties.As<v8::Object>());
    if (withoutStacks) removeStack(js, error.As<v8::Object>());
  }
}

}  // namespace lathe::js
