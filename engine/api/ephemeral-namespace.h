#pragma once

#include "engine/api/durable-object-namespace.h"

namespace lathe::api {

// The binding of a class whose objects are kept in memory alone: they have no storage and no ids,
// and are found by any text of 1 to 2048 bytes. Known as ColoLocalActorNamespace elsewhere.
class EphemeralNamespace final : public js::Object {
 public:
  static constexpr const char* kInterface = "ColoLocalActorNamespace";

  explicit EphemeralNamespace(std::shared_ptr<ActorDirectory> directory)
      : directory_(std::move(directory)) {}

  js::Ptr<Fetcher> get(std::string name) const;

  static void describe(js::Class<EphemeralNamespace>& c, const Compatibility&);

 private:
  std::shared_ptr<ActorDirectory> directory_;
};

// What a script gets as the binding of these actors.
v8::Local<v8::Object> namespaceOf(js::Lock& js, std::shared_ptr<ActorDirectory> directory);

}  // namespace lathe::api
