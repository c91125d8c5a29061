#include "engine/api/durable-object-id.h"

namespace lathe::api {

v8::Local<v8::Value> DurableObjectId::name(js::Lock& js) const {
  if (!id_.name()) return js.undefined();
  return js.string(*id_.name());
}

void DurableObjectId::describe(js::Class<DurableObjectId>& c, const Compatibility&) {
  c.name(kInterface).hidden();
  c.method<&DurableObjectId::toString>("toString");
  c.method<&DurableObjectId::equals>("equals");
  c.ownAttribute<&DurableObjectId::jurisdiction>("jurisdiction");
  c.ownAttribute<&DurableObjectId::name>("name");
}

}  // namespace lathe::api
