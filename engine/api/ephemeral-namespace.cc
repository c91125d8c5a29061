#include "engine/api/ephemeral-namespace.h"

namespace lathe::api {

js::Ptr<Fetcher> EphemeralNamespace::get(std::string name) const {
  constexpr std::size_t kLongest = 2048;
  if (name.empty() || name.size() > kLongest) {
    throw js::typeError("Actor ID length must be in the range [1, 2048].");
  }
  auto id = ActorId::fromName(directory_->uniqueKey(), name);
  return js::make<Fetcher>(directory_->get(id));
}

void EphemeralNamespace::describe(js::Class<EphemeralNamespace>& c, const Compatibility&) {
  c.name(kInterface).hidden();
  c.method<&EphemeralNamespace::get>("get");
}

v8::Local<v8::Object> namespaceOf(js::Lock& js, std::shared_ptr<ActorDirectory> directory) {
  if (directory->ephemeral()) {
    return js::wrap(js, js::make<EphemeralNamespace>(std::move(directory)));
  }
  return js::wrap(js, js::make<DurableObjectNamespace>(std::move(directory)));
}

}  // namespace lathe::api
