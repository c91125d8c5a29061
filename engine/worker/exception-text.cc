#include "engine/worker/exception-text.h"

#include "engine/js/value.h"

namespace lathe::worker {
namespace {

// A property of an error as text; empty when reading it fails.
std::string property(js::Lock& js, v8::Local<v8::Value> exception, const char* name) {
  if (!exception->IsObject()) return {};
  v8::TryCatch guard(js.v8());
  v8::Local<v8::Value> value;
  if (!exception.As<v8::Object>()->Get(js.context(), js.name(name)).ToLocal(&value) ||
      !value->IsString()) {
    return {};
  }
  return js::toUtf8(js, value.As<v8::String>());
}

}  // namespace

std::string exceptionText(js::Lock& js, v8::Local<v8::Object> hooks,
                          v8::Local<v8::Value> exception) {
  if (exception.IsEmpty() || exception->IsString()) return js::describeException(js, exception);
  v8::TryCatch guard(js.v8());
  v8::Local<v8::Value> inspect, text;
  if (hooks->Get(js.context(), js.name("inspect")).ToLocal(&inspect) && inspect->IsFunction() &&
      inspect.As<v8::Function>()->Call(js.context(), hooks, 1, &exception).ToLocal(&text) &&
      text->IsString()) {
    return js::toUtf8(js, text.As<v8::String>());
  }
  return js::describeException(js, exception);
}

js::RemoteException toRemote(js::Lock& js, v8::Local<v8::Object> hooks,
                             v8::Local<v8::Value> exception) {
  std::string text = exceptionText(js, hooks, exception);
  if (!exception->IsObject()) return {"Error", text, text};
  std::string name = property(js, exception, "name");
  return {name.empty() ? "Error" : name, property(js, exception, "message"), text};
}

std::string exceptionText(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const js::RemoteException& remote) {
    return remote.what();
  } catch (const js::Error& own) {
    const char* name = "Error";
    switch (own.kind()) {
      case js::Error::Kind::typeError: name = "TypeError"; break;
      case js::Error::Kind::rangeError: name = "RangeError"; break;
      case js::Error::Kind::syntaxError: name = "SyntaxError"; break;
      case js::Error::Kind::domException: return own.domName() + ": " + own.message();
      case js::Error::Kind::error: break;
    }
    return std::string(name) + ": " + own.message();
  } catch (const std::exception& other) {
    return std::string("Error: ") + other.what();
  }
}

}  // namespace lathe::worker
