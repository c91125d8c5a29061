#include "engine/worker/exception-text.h"

#include "engine/js/value.h"

namespace lathe::worker {

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
  // To ask it again would only run what was stopped just now.
  if (guard.HasTerminated()) return "Error: the exception took too long to be described";
  return js::describeException(js, exception);
}

js::RemoteException toRemote(js::Lock& js, v8::Local<v8::Object> hooks,
                             v8::Local<v8::Value> exception) {
  return js::RemoteException::of(js, exception, exceptionText(js, hooks, exception));
}

std::string exceptionText(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const js::RemoteException& remote) {
    return remote.what();
  } catch (const js::Error& own) {
    const char* name = "Error";
    switch (own.kind()) {
      case js::Error::Kind::typeError:
        name = "TypeError";
        break;
      case js::Error::Kind::rangeError:
        name = "RangeError";
        break;
      case js::Error::Kind::syntaxError:
        name = "SyntaxError";
        break;
      case js::Error::Kind::domException:
        return own.domName() + ": " + own.message();
      case js::Error::Kind::error:
        break;
    }
    return std::string(name) + ": " + own.message();
  } catch (const std::exception& other) {
    return std::string("Error: ") + other.what();
  }
}

}  // namespace lathe::worker
