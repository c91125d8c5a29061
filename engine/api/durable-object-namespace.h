#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "engine/api/durable-object-stub.h"

namespace lathe::api {

// The actors of one class; the workers' floor implements it.
class ActorDirectory {
 public:
  virtual ~ActorDirectory() = default;
  // What its ids are made from.
  virtual const std::string& uniqueKey() const = 0;
  // Whether they are kept in memory alone and have names instead of ids.
  virtual bool ephemeral() const = 0;
  // A way to the actor, which is opened by its first use.
  virtual std::shared_ptr<ServiceTarget> get(const ActorId& id) = 0;
};

struct ActorIdOptions {
  std::optional<v8::Local<v8::Value>> jurisdiction;

  static void members(js::Dictionary<ActorIdOptions>& d);
};

struct ActorGetOptions {
  std::optional<std::string> locationHint;
  std::optional<std::string> routingMode;

  static void members(js::Dictionary<ActorGetOptions>& d);
};

// The binding to a class of actors.
class DurableObjectNamespace final : public js::Object {
 public:
  static constexpr const char* kInterface = "DurableObjectNamespace";

  explicit DurableObjectNamespace(std::shared_ptr<ActorDirectory> directory)
      : directory_(std::move(directory)) {}

  js::Ptr<DurableObjectId> newUniqueId(ActorIdOptions options) const;
  js::Ptr<DurableObjectId> idFromName(std::string name);
  js::Ptr<DurableObjectId> idFromString(std::string text) const;
  js::Ptr<DurableObjectStub> get(js::Ptr<DurableObjectId> id, ActorGetOptions options) const;
  js::Ptr<DurableObjectStub> getByName(std::string name, ActorGetOptions options);
  js::Ptr<DurableObjectNamespace> jurisdiction(v8::Local<v8::Value> jurisdiction) const;

  static void describe(js::Class<DurableObjectNamespace>& c, const Compatibility&);

 private:
  js::Ptr<DurableObjectStub> stub(js::Ptr<DurableObjectId> id,
                                  const ActorGetOptions& options) const;
  // Good until the next call.
  const ActorId& named(std::string name);

  // Most requests name an object that others have named: an id costs three digests.
  static constexpr std::size_t kIdsKeptMax = 4096;

  std::shared_ptr<ActorDirectory> directory_;
  std::unordered_map<std::string, ActorId> ids_;
};

}  // namespace lathe::api
