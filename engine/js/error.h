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

// An exception that left another script: a clone of it, or an Error that says the same where it
// cannot be cloned.
class RemoteException : public std::exception {
 public:
  RemoteException(std::string name, std::string message, std::string text)
      : name_(std::move(name)), message_(std::move(message)), text_(std::move(text)) {}

  // `text` is for people.
  static RemoteException of(Lock& js, v8::Local<v8::Value> exception, std::string text);

  // For people: with the stack and the causes.
  const char* what() const noexcept override { return text_.c_str(); }
  // The actor that it comes from has been reset: told as `durableObjectReset`.
  RemoteException& markReset() {
    reset_ = true;
    return *this;
  }
  // It comes from the actor of this id, unless that has had it from another: told as
  // `durableObjectId`, where a property of its own is cloned.
  RemoteException& markActor(std::string id) {
    actor_ = std::move(id);
    return *this;
  }
  // A new one in the current context, marked as `remote`; with the stack of the place that calls.
  v8::Local<v8::Value> toJs(Lock& js) const;

 private:
  std::string name_;
  std::string message_;
  std::string text_;
  // Null when it cannot be cloned: its name and message are all there is.
  std::shared_ptr<const SerializedValue> value_;
  std::string actor_;
  bool takesActor_ = true;
  bool reset_ = false;
};

// V8 has an exception scheduled already: unwind to the callback or the entry without touching V8.
struct ExceptionPending {};

// What `guard` has caught. V8 ends some operations without an exception, compiling what may not be
// compiled for one: an Error that tells no more than this then. Never empty.
v8::Local<v8::Value> exceptionOf(Lock& js, const v8::TryCatch& guard);
// For a callback of V8 that is left by ExceptionPending: has an exception be pending when there is
// none, unless the script is being stopped.
void requirePendingException(Lock& js);

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
    if (guard.HasTerminated() || js.v8()->IsExecutionTerminating()) {
      guard.ReThrow();
      return v8::Local<v8::Value>();
    }
    return exceptionOf(js, guard);
  } catch (...) {
    return currentExceptionToJs(js);
  }
}

// "Name: message" and the stack, as an uncaught exception is shown. Never throws.
std::string describeException(Lock& js, v8::Local<v8::Value> exception);

}  // namespace lathe::js
