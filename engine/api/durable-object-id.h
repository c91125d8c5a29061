#pragma once

#include "engine/api/actor-id.h"
#include "engine/js/class.h"

namespace lathe::api {

// An actor's id as a script sees it.
class DurableObjectId final : public js::Object {
 public:
  static constexpr const char* kInterface = "DurableObjectId";

  explicit DurableObjectId(ActorId id) : id_(std::move(id)) {}

  const ActorId& id() const { return id_; }

  std::string toString() const { return id_.toString(); }
  bool equals(js::Ptr<DurableObjectId> other) const { return id_ == other->id_; }
  // Undefined unless it was made from a name.
  v8::Local<v8::Value> name(js::Lock& js) const;

  static void describe(js::Class<DurableObjectId>& c, const Compatibility&);

 private:
  ActorId id_;
};

}  // namespace lathe::api
