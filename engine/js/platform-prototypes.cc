#include "engine/js/platform-prototypes.h"

#include "engine/js/error.h"

namespace lathe::js {
namespace {

v8::Local<v8::Private> mark(Lock& js) {
  return v8::Private::ForApi(js.v8(), js.name("lathe: an interface's prototype"));
}

}  // namespace

void markPlatformPrototypes(Lock& js, v8::Local<v8::Array> prototypes) {
  auto context = js.context();
  for (std::uint32_t i = 0; i < prototypes->Length(); ++i) {
    auto prototype = check(prototypes->Get(context, i)).As<v8::Object>();
    check(prototype->SetPrivate(context, mark(js), v8::True(js.v8())));
  }
}

bool isPlatformObject(Lock& js, v8::Local<v8::Object> object, PlainPrototype& plain) {
  if (plain.IsEmpty()) plain = v8::Object::New(js.v8())->GetPrototypeV2();
  auto prototype = object->GetPrototypeV2();
  while (prototype->IsObject() && prototype != plain && !prototype->IsProxy()) {
    auto found = prototype.As<v8::Object>();
    if (found->HasPrivate(js.context(), mark(js)).FromMaybe(false)) return true;
    prototype = found->GetPrototypeV2();
  }
  return false;
}

}  // namespace lathe::js
