#include "engine/api/durable-object-namespace.h"

namespace lathe::api {
namespace {

void refuseJurisdiction(v8::Local<v8::Value> jurisdiction) {
  if (jurisdiction->IsNullOrUndefined()) return;
  throw js::plainError("Jurisdiction restrictions are not implemented in workerd.");
}

}  // namespace

void ActorIdOptions::members(js::Dictionary<ActorIdOptions>& d) {
  d.member<&ActorIdOptions::jurisdiction>("jurisdiction");
}

void ActorGetOptions::members(js::Dictionary<ActorGetOptions>& d) {
  d.member<&ActorGetOptions::locationHint>("locationHint");
  d.member<&ActorGetOptions::routingMode>("routingMode");
}

js::Ptr<DurableObjectId> DurableObjectNamespace::newUniqueId(ActorIdOptions options) const {
  if (options.jurisdiction) refuseJurisdiction(*options.jurisdiction);
  return js::make<DurableObjectId>(ActorId::newUnique(directory_->uniqueKey()), directory_);
}

js::Ptr<DurableObjectId> DurableObjectNamespace::idFromName(std::string name) {
  return js::make<DurableObjectId>(named(std::move(name)), directory_);
}

js::Ptr<DurableObjectId> DurableObjectNamespace::idFromString(std::string text) const {
  try {
    return js::make<DurableObjectId>(ActorId::fromString(directory_->uniqueKey(), text),
                                     directory_);
  } catch (const ActorIdError& error) {
    throw js::typeError(error.what());
  }
}

js::Ptr<DurableObjectStub> DurableObjectNamespace::get(js::Ptr<DurableObjectId> id,
                                                       ActorGetOptions options) const {
  if (id->knownToBeOf(*directory_)) return stub(std::move(id), options);
  try {
    ActorId::fromString(directory_->uniqueKey(), id->toString());
  } catch (const ActorIdError& error) {
    throw js::typeError(error.what());
  }
  return stub(std::move(id), options);
}

js::Ptr<DurableObjectStub> DurableObjectNamespace::getByName(std::string name,
                                                             ActorGetOptions options) {
  return stub(js::make<DurableObjectId>(named(std::move(name)), directory_), options);
}

const ActorId& DurableObjectNamespace::named(std::string name) {
  auto known = ids_.find(name);
  if (known != ids_.end()) return known->second;
  if (ids_.size() == kIdsKeptMax) ids_.clear();
  auto id = ActorId::fromName(directory_->uniqueKey(), name);
  return ids_.emplace(std::move(name), std::move(id)).first->second;
}

js::Ptr<DurableObjectStub> DurableObjectNamespace::stub(js::Ptr<DurableObjectId> id,
                                                        const ActorGetOptions& options) const {
  if (options.routingMode && *options.routingMode != "primary-only") {
    throw js::rangeError("unknown routingMode: " + *options.routingMode);
  }
  auto target = directory_->get(id->id());
  return js::make<DurableObjectStub>(std::move(id), std::move(target));
}

js::Ptr<DurableObjectNamespace> DurableObjectNamespace::jurisdiction(
    v8::Local<v8::Value> jurisdiction) const {
  refuseJurisdiction(jurisdiction);
  return js::make<DurableObjectNamespace>(directory_);
}

void DurableObjectNamespace::describe(js::Class<DurableObjectNamespace>& c, const Compatibility&) {
  c.name(kInterface).hidden();
  c.method<&DurableObjectNamespace::newUniqueId>("newUniqueId");
  c.method<&DurableObjectNamespace::idFromName>("idFromName");
  c.method<&DurableObjectNamespace::idFromString>("idFromString");
  c.method<&DurableObjectNamespace::get>("get");
  c.method<&DurableObjectNamespace::getByName>("getByName");
  c.method<&DurableObjectNamespace::jurisdiction>("jurisdiction");
}

}  // namespace lathe::api
