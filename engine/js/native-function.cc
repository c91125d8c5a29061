#include "engine/js/native-function.h"

namespace lathe::js {

void NativeFunction::describe(Class<NativeFunction>& c, const Compatibility&) {
  c.name(kInterface).hidden();
}

void NativeFunction::call(const v8::FunctionCallbackInfo<v8::Value>& info) {
  Lock js(info.GetIsolate());
  auto holder = info.Data().As<v8::Object>();
  Ptr<NativeFunction> self(static_cast<NativeFunction*>(
      static_cast<Object*>(holder->GetAlignedPointerFromInternalField(kObjectField))));
  try {
    self->body_(js, info[0]);
  } catch (const ExceptionPending&) {
  } catch (...) {
    js.v8()->ThrowException(currentExceptionToJs(js));
  }
}

v8::Local<v8::Function> nativeFunction(Lock& js, NativeFunction::Body body) {
  auto holder = wrap(js, make<NativeFunction>(std::move(body)));
  return check(v8::Function::New(js.context(), &NativeFunction::call, holder, 1,
                                 v8::ConstructorBehavior::kThrow));
}

}  // namespace lathe::js
