#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "engine/js/lock.h"

// How failures cross between C++ and JavaScript. A script's mistake is thrown as `Error` and
// becomes the JavaScript exception it names; what V8 already holds unwinds as `ExceptionPending`.
namespace lathe::js {

struct SerializedValue;

// A C++ exception that knows its JavaScript class.
class Error : public std::exception {
 public:
  enum class Kind { error, typeError, rangeError, syntaxError, domException };

  Error(Kind kind, std::string message, std::string domName = {})
      : kind_(kind), message_(std::move(message)), domName_(std::move(domName)) {}

  const char* what() const noexcept override { return message_.c_str(); }
  Kind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  // The DOMException's name, such as "DataCloneError".
  const std::string& domName() const { return domName_; }

  // A new JavaScript exception object with the stack of the place that calls.
  v8::Local<v8::Value> toJs(Lock& js) const;

 private:
  Kind kind_;
  std::string message_;
  std::string domName_;
};

Error plainError(std::string message);
Error typeError(std::string message);
Error rangeError(std::string message);
Error syntaxError(std::string message);
Error domException(std::string name, std::string message);
// `not implemented in lathe: X`, for what is known and not built yet.
Error notImplemented(const std::string& what);

// An exception that left another script, with what could be carried of it.
class RemoteException : public std::exception {
 public:
  RemoteException(std::string name, std::string message, std::string text)
      : name_(std::move(name)), message_(std::move(message)), text_(std::move(text)) {}

  // What can be carried of `exception`, its own properties included; `text` is for people.
  static RemoteException of(Lock& js, v8::Local<v8::Value> exception, std::string text);

  // For people: with the stack and the causes.
  const char* what() const noexcept override { return text_.c_str(); }
  // The actor that it comes from has been reset: told as `durableObjectReset`.
  RemoteException& markReset() {
    reset_ = true;
    return *this;
  }
  // It comes from the actor of this id, unless that has had it from another: told as
  // `durableObjectId`.
  RemoteException& markActor(std::string id) {
    actor_ = std::move(id);
    return *this;
  }
  // An Error of the same name, message and properties, marked as `remote`.
  v8::Local<v8::Value> toJs(Lock& js) const;

 private:
  std::string name_;
  std::string message_;
  std::string text_;
  // An object; null when there are none.
  std::shared_ptr<const SerializedValue> properties_;
  std::string actor_;
  bool reset_ = false;
};

// V8 has an exception scheduled already: unwind to the callback or the entry without touching V8.
struct ExceptionPending {};

// Runs inside a `catch (...)`: the current C++ exception as a JavaScript value. Any foreign
// exception becomes an `Error` with its text.
v8::Local<v8::Value> currentExceptionToJs(Lock& js);
v8::Local<v8::Value> exceptionToJs(Lock& js, std::exception_ptr error);

// The value of a Maybe, or ExceptionPending.
template <class T>
v8::Local<T> check(v8::MaybeLocal<T> maybe) {
  v8::Local<T> value;
  if (!maybe.ToLocal(&value)) throw ExceptionPending();
  return value;
}
template <class T>
T check(v8::Maybe<T> maybe) {
  T value;
  if (!maybe.To(&value)) throw ExceptionPending();
  return value;
}

// Runs `work`. What it throws becomes the value that is returned; nothing when all went well. A
// script that was stopped gives an empty handle.
template <class Work>
std::optional<v8::Local<v8::Value>> caught(Lock& js, Work&& work) {
  v8::TryCatch guard(js.v8());
  try {
    work();
    return std::nullopt;
  } catch (const ExceptionPending&) {
    if (guard.HasTerminated() || !guard.HasCaught()) {
      guard.ReThrow();
      return v8::Local<v8::Value>();
    }
    return guard.Exception();
  } catch (...) {
    return currentExceptionToJs(js);
  }
}

// "Name: message" and the stack, as an uncaught exception is shown. Never throws.
std::string describeException(Lock& js, v8::Local<v8::Value> exception);

}  // namespace lathe::js
