#include "engine/api/durable-object-stub.h"

namespace lathe::api {

void DurableObjectStub::describe(js::Class<DurableObjectStub>& c, const Compatibility&) {
  c.name(kInterface).hidden().extends<Fetcher>();
  c.ownAttribute<&DurableObjectStub::id>("id");
  c.ownAttribute<&DurableObjectStub::name>("name");
  // Interceptors are not inherited.
  c.fallback<&Fetcher::property>();
}

}  // namespace lathe::api
