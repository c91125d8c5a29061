#include "engine/js/error.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/js/dom-exception.h"
#include "engine/js/serializer.h"
#include "engine/js/value.h"

namespace lathe::js {

v8::Local<v8::Value> Error::toJs(Lock& js) const {
  auto text = js.string(message_);
  switch (kind_) {
    case Kind::error:
      return v8::Exception::Error(text);
    case Kind::typeError:
      return v8::Exception::TypeError(text);
    case Kind::rangeError:
      return v8::Exception::RangeError(text);
    case Kind::syntaxError:
      return v8::Exception::SyntaxError(text);
    case Kind::domException:
      return newDomException(js, message_, domName_);
  }
  return v8::Exception::Error(text);
}

Error plainError(std::string message) { return {Error::Kind::error, std::move(message)}; }
Error typeError(std::string message) { return {Error::Kind::typeError, std::move(message)}; }
Error rangeError(std::string message) { return {Error::Kind::rangeError, std::move(message)}; }
Error syntaxError(std::string message) { return {Error::Kind::syntaxError, std::move(message)}; }
Error domException(std::string name, std::string message) {
  return {Error::Kind::domException, std::move(message), std::move(name)};
}
Error notImplemented(const std::string& what) {
  return {Error::Kind::error, "not implemented in lathe: " + what};
}

namespace {

// A property of an error as text; empty when it has none, or reading it fails.
std::string textProperty(Lock& js, v8::Local<v8::Object> error, const char* name) {
  v8::TryCatch guard(js.v8());
  v8::Local<v8::Value> value;
  if (!error->Get(js.context(), js.name(name)).ToLocal(&value) || !value->IsString()) return {};
  return toUtf8(js, value.As<v8::String>());
}

// Empty when it cannot be done, for whatever reason.
std::optional<SerializedValue> tryToSerialize(Lock& js, v8::Local<v8::Value> value) {
  std::optional<SerializedValue> serialized;
  NoHostObjects hosts;
  v8::TryCatch guard(js.v8());
  caught(js, [&] { serialized = serialize(js, value, {}, hosts); });
  return serialized;
}

// What an error has of its own beside what every error has, as far as that can be carried.
std::shared_ptr<const SerializedValue> propertiesOf(Lock& js, v8::Local<v8::Object> error) {
  constexpr std::array<std::string_view, 5> kKnown = {"durableObjectReset", "message", "name",
                                                      "remote", "stack"};
  v8::TryCatch guard(js.v8());
  v8::Local<v8::Array> names;
  if (!error->GetOwnPropertyNames(js.context(), v8::SKIP_SYMBOLS).ToLocal(&names)) return nullptr;
  auto found = v8::Object::New(js.v8());
  bool any = false;
  for (std::uint32_t i = 0; i < names->Length(); ++i) {
    v8::Local<v8::Value> name, value;
    if (!names->Get(js.context(), i).ToLocal(&name) || !name->IsString()) continue;
    const std::string text = toUtf8(js, name.As<v8::String>());
    if (std::ranges::find(kKnown, text) != kKnown.end()) continue;
    if (!error->Get(js.context(), name).ToLocal(&value) || !tryToSerialize(js, value)) continue;
    any |= found->CreateDataProperty(js.context(), name.As<v8::Name>(), value).FromMaybe(false);
  }
  auto serialized = any ? tryToSerialize(js, found) : std::nullopt;
  return serialized ? std::make_shared<const SerializedValue>(std::move(*serialized)) : nullptr;
}

void addProperties(Lock& js, v8::Local<v8::Object> error, const SerializedValue& properties) {
  NoHostObjects hosts;
  auto found = deserialize(js, properties, hosts).As<v8::Object>();
  auto names = check(found->GetOwnPropertyNames(js.context()));
  for (std::uint32_t i = 0; i < names->Length(); ++i) {
    auto name = check(names->Get(js.context(), i)).As<v8::Name>();
    auto value = check(found->Get(js.context(), name));
    const bool hidden = name->StrictEquals(js.name("cause"));
    check(error->DefineOwnProperty(js.context(), name, value, hidden ? v8::DontEnum : v8::None));
  }
}

}  // namespace

RemoteException RemoteException::of(Lock& js, v8::Local<v8::Value> exception, std::string text) {
  if (!exception->IsObject()) return {"Error", text, text};
  auto error = exception.As<v8::Object>();
  std::string name = textProperty(js, error, "name");
  RemoteException remote(name.empty() ? "Error" : name, textProperty(js, error, "message"),
                         std::move(text));
  remote.properties_ = propertiesOf(js, error);
  return remote;
}

v8::Local<v8::Value> RemoteException::toJs(Lock& js) const {
  auto text = js.string(message_);
  v8::Local<v8::Value> made;
  if (name_ == "TypeError")
    made = v8::Exception::TypeError(text);
  else if (name_ == "RangeError")
    made = v8::Exception::RangeError(text);
  else if (name_ == "SyntaxError")
    made = v8::Exception::SyntaxError(text);
  else if (name_ == "ReferenceError")
    made = v8::Exception::ReferenceError(text);
  else
    made = v8::Exception::Error(text);
  auto object = made.As<v8::Object>();
  if (name_ != toUtf8(js, object->GetConstructorName())) {
    object->DefineOwnProperty(js.context(), js.name("name"), js.string(name_), v8::DontEnum)
        .FromMaybe(false);
  }
  if (properties_) {
    v8::TryCatch guard(js.v8());
    caught(js, [&] { addProperties(js, object, *properties_); });
  }
  object->CreateDataProperty(js.context(), js.name("remote"), v8::True(js.v8())).FromMaybe(false);
  auto id = js.name("durableObjectId");
  if (!actor_.empty() && !object->HasOwnProperty(js.context(), id).FromMaybe(true)) {
    object->CreateDataProperty(js.context(), id, js.string(actor_)).FromMaybe(false);
  }
  if (reset_) {
    object->CreateDataProperty(js.context(), js.name("durableObjectReset"), v8::True(js.v8()))
        .FromMaybe(false);
  }
  return made;
}

v8::Local<v8::Value> currentExceptionToJs(Lock& js) {
  try {
    throw;
  } catch (const RemoteException& error) {
    return error.toJs(js);
  } catch (const Error& error) {
    return error.toJs(js);
  } catch (const std::exception& error) {
    return v8::Exception::Error(js.string(error.what()));
  }
}

v8::Local<v8::Value> exceptionToJs(Lock& js, std::exception_ptr error) {
  try {
    std::rethrow_exception(std::move(error));
  } catch (...) {
    return currentExceptionToJs(js);
  }
}

std::string describeException(Lock& js, v8::Local<v8::Value> exception) {
  if (exception.IsEmpty()) return "the script was stopped";
  v8::TryCatch guard(js.v8());
  auto context = js.context();
  if (exception->IsObject()) {
    v8::Local<v8::Value> stack;
    auto object = exception.As<v8::Object>();
    if (object->Get(context, js.name("stack")).ToLocal(&stack) && stack->IsString() &&
        stack.As<v8::String>()->Length() > 0) {
      v8::String::Utf8Value text(js.v8(), stack);
      return {*text, static_cast<std::size_t>(text.length())};
    }
  }
  v8::Local<v8::String> text;
  if (!exception->ToDetailString(context).ToLocal(&text)) return "an exception without a text";
  v8::String::Utf8Value utf8(js.v8(), text);
  return {*utf8, static_cast<std::size_t>(utf8.length())};
}

}  // namespace lathe::js
