#include "engine/js/native-function.h"

namespace lathe::js {

void NativeFunction::describe(Class<NativeFunction>& c, const Compatibility&) {
  c.name(kInterface).hidden().callable(&NativeFunction::call);
}

void NativeFunction::call(const v8::FunctionCallbackInfo<v8::Value>& info) {
  Lock js(info.GetIsolate());
  auto holder = info.This();
  Ptr<NativeFunction> self(static_cast<NativeFunction*>(
      static_cast<Object*>(holder->GetAlignedPointerFromInternalField(kObjectField, kPointerTag))));
  try {
    self->body_(js, info[0]);
  } catch (const ExceptionPending&) {
    requirePendingException(js);
  } catch (...) {
    js.v8()->ThrowException(currentExceptionToJs(js));
  }
}

// A wrapper that can be called, and no v8::Function with the wrapper as its data: V8 keeps such
// data in the old generation, where it would hold all that its promise leads to until a full
// collection.
v8::Local<v8::Function> nativeFunction(Lock& js, NativeFunction::Body body) {
  return wrap(js, make<NativeFunction>(std::move(body))).As<v8::Function>();
}

}  // namespace lathe::js
