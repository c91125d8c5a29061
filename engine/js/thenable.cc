#include "engine/js/thenable.h"

#include "engine/js/error.h"

namespace lathe::js {

v8::Local<v8::Value> followThenable(Lock& js, v8::Local<v8::Value> value) {
  if (!value->IsObject() || value->IsPromise()) return value;
  auto object = value.As<v8::Object>();
  if (object->InternalFieldCount() > 0) return value;
  if (!check(object->Get(js.context(), js.name("then")))->IsFunction()) return value;
  auto resolver = check(v8::Promise::Resolver::New(js.context()));
  check(resolver->Resolve(js.context(), value));
  return resolver->GetPromise();
}

}  // namespace lathe::js
