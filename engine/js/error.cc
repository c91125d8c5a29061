#include "engine/js/error.h"

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

constexpr const char* kNoReason = "V8 has ended an operation without saying why.";

// A property of an error as text; empty when it has none, or reading it fails.
std::string textProperty(Lock& js, v8::Local<v8::Object> error, const char* name) {
  v8::TryCatch guard(js.v8());
  v8::Local<v8::Value> value;
  if (!error->Get(js.context(), js.name(name)).ToLocal(&value) || !value->IsString()) return {};
  return toUtf8(js, value.As<v8::String>());
}

// An error that is named so and says `message`, as far as its class is known here.
v8::Local<v8::Object> newError(Lock& js, const std::string& name, const std::string& message) {
  auto text = js.string(message);
  v8::Local<v8::Value> made;
  if (name == "TypeError")
    made = v8::Exception::TypeError(text);
  else if (name == "RangeError")
    made = v8::Exception::RangeError(text);
  else if (name == "SyntaxError")
    made = v8::Exception::SyntaxError(text);
  else if (name == "ReferenceError")
    made = v8::Exception::ReferenceError(text);
  else
    made = v8::Exception::Error(text);
  auto error = made.As<v8::Object>();
  if (name != toUtf8(js, error->GetConstructorName())) {
    error->DefineOwnProperty(js.context(), js.name("name"), js.string(name), v8::DontEnum)
        .FromMaybe(false);
  }
  return error;
}

// A value that is no object, and an object that cannot be cloned, as text.
std::string detailOf(Lock& js, v8::Local<v8::Value> value) {
  v8::TryCatch guard(js.v8());
  v8::Local<v8::String> text;
  return value->ToDetailString(js.context()).ToLocal(&text) ? toUtf8(js, text) : "";
}

// Whether what is put on an object before it is cloned is there afterwards.
bool clonesProperties(v8::Local<v8::Object> object) {
  return object->InternalFieldCount() == 0 && !object->IsMap() && !object->IsSet() &&
         !object->IsDate() && !object->IsRegExp() && !object->IsArrayBuffer() &&
         !object->IsArrayBufferView() && !object->IsSharedArrayBuffer();
}

}  // namespace

RemoteException RemoteException::of(Lock& js, v8::Local<v8::Value> exception, std::string text) {
  RemoteException remote("Error", "", std::move(text));
  if (exception.IsEmpty() || !exception->IsObject()) {
    remote.message_ = exception.IsEmpty() ? remote.text_ : detailOf(js, exception);
    remote.takesActor_ = false;
    return remote;
  }
  auto object = exception.As<v8::Object>();
  {
    v8::TryCatch guard(js.v8());
    caught(js, [&] {
      remote.value_ =
          std::make_shared<const SerializedValue>(serialize(js, exception, ClonePurpose::script));
    });
  }
  if (remote.value_) {
    remote.takesActor_ = clonesProperties(object);
    return remote;
  }
  remote.takesActor_ = false;
  if (object->IsNativeError()) {
    const std::string name = textProperty(js, object, "name");
    if (!name.empty()) remote.name_ = name;
    remote.message_ = textProperty(js, object, "message");
  } else {
    remote.message_ = detailOf(js, exception);
  }
  return remote;
}

v8::Local<v8::Value> RemoteException::toJs(Lock& js) const {
  v8::TryCatch guard(js.v8());
  v8::Local<v8::Value> made;
  if (value_) caught(js, [&] { made = deserialize(js, *value_); });
  if (made.IsEmpty() || !made->IsObject()) made = newError(js, name_, message_);
  auto object = made.As<v8::Object>();
  auto add = [&](const char* name, v8::Local<v8::Value> value) {
    object->CreateDataProperty(js.context(), js.name(name), value).FromMaybe(false);
  };
  // Where it was thrown is not where it arrives.
  if (object->IsNativeError()) v8::Exception::CaptureStackTrace(js.context(), object);
  add("remote", v8::True(js.v8()));
  const bool marked =
      object->HasOwnProperty(js.context(), js.name("durableObjectId")).FromMaybe(true);
  if (!actor_.empty() && takesActor_ && !marked) add("durableObjectId", js.string(actor_));
  if (reset_) add("durableObjectReset", v8::True(js.v8()));
  return made;
}

v8::Local<v8::Value> exceptionOf(Lock& js, const v8::TryCatch& guard) {
  if (guard.HasCaught() && !guard.Exception().IsEmpty()) return guard.Exception();
  return plainError(kNoReason).toJs(js);
}

void requirePendingException(Lock& js) {
  if (js.v8()->HasPendingException() || js.v8()->IsExecutionTerminating()) return;
  js.v8()->ThrowException(plainError(kNoReason).toJs(js));
}

v8::Local<v8::Value> currentExceptionToJs(Lock& js) {
  // Whoever calls is done with exceptions: when making this one fails, it says at least the same.
  auto made = [&](const auto& error) -> v8::Local<v8::Value> {
    v8::TryCatch guard(js.v8());
    try {
      return error.toJs(js);
    } catch (const ExceptionPending&) {
      if (guard.HasTerminated()) guard.ReThrow();
      return v8::Exception::Error(js.string(error.what()));
    }
  };
  try {
    throw;
  } catch (const RemoteException& error) {
    return made(error);
  } catch (const Error& error) {
    return made(error);
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
  if (guard.HasTerminated()) return "an exception that took too long to be described";
  if (!exception->ToDetailString(context).ToLocal(&text)) return "an exception without a text";
  v8::String::Utf8Value utf8(js.v8(), text);
  return {*utf8, static_cast<std::size_t>(utf8.length())};
}

}  // namespace lathe::js
