#pragma once

#include <memory>

#include "engine/api/actor-id.h"
#include "engine/js/class.h"

namespace lathe::api {

class ActorDirectory;

// An actor's id as a script sees it.
class DurableObjectId final : public js::Object {
 public:
  static constexpr const char* kInterface = "DurableObjectId";

  // `home` is the namespace that has made the id, or has proved that it is one of its own.
  explicit DurableObjectId(ActorId id, std::shared_ptr<const ActorDirectory> home = nullptr)
      : id_(std::move(id)), home_(std::move(home)) {}

  const ActorId& id() const { return id_; }
  // Whether that is known; otherwise the id's own bytes tell.
  bool knownToBeOf(const ActorDirectory& directory) const { return home_.get() == &directory; }

  std::string toString() const { return id_.toString(); }
  bool equals(js::Ptr<DurableObjectId> other) const { return id_ == other->id_; }
  // Undefined unless it was made from a name.
  v8::Local<v8::Value> name(js::Lock& js) const;
  // Undefined: jurisdictions are Cloudflare's.
  v8::Local<v8::Value> jurisdiction(js::Lock& js) const { return js.undefined(); }

  static void describe(js::Class<DurableObjectId>& c, const Compatibility&);

 protected:
  std::size_t nativeBytes() const override {
    return kNativeBytes + (id_.name() ? id_.name()->size() : 0);
  }

 private:
  ActorId id_;
  std::shared_ptr<const ActorDirectory> home_;
};

}  // namespace lathe::api
