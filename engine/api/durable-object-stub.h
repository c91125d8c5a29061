#pragma once

#include "engine/api/durable-object-id.h"
#include "engine/api/fetcher.h"

namespace lathe::api {

// One actor as its callers see it: a Fetcher that knows its id. Making one does nothing yet.
class DurableObjectStub final : public Fetcher {
 public:
  static constexpr const char* kInterface = "DurableObject";

  DurableObjectStub(js::Ptr<DurableObjectId> id, std::shared_ptr<ServiceTarget> target)
      : Fetcher(std::move(target)), id_(std::move(id)) {}

  js::Ptr<DurableObjectId> id() const { return id_; }
  v8::Local<v8::Value> name(js::Lock& js) const { return id_->name(js); }

  static void describe(js::Class<DurableObjectStub>& c, const Compatibility&);

 private:
  js::Ptr<DurableObjectId> id_;
};

}  // namespace lathe::api
