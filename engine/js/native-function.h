#pragma once

#include <functional>

#include "engine/js/class.h"

namespace lathe::js {

// The C++ closure behind a JavaScript function that C++ made.
class NativeFunction final : public Object {
 public:
  using Body = std::function<void(Lock&, v8::Local<v8::Value>)>;
  static constexpr const char* kInterface = "NativeFunction";

  explicit NativeFunction(Body body) : body_(std::move(body)) {}

  static void describe(Class<NativeFunction>& c, const Compatibility&);
  // The callback of the functions that `nativeFunction` makes. Exceptions of the body become the
  // function's.
  static void call(const v8::FunctionCallbackInfo<v8::Value>& info);

 private:
  Body body_;
};

// A function of one argument for JavaScript to call; the closure is destroyed when the collector
// finds the function unreachable.
v8::Local<v8::Function> nativeFunction(Lock& js, NativeFunction::Body body);

}  // namespace lathe::js
