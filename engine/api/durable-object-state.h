#pragma once

#include "engine/api/durable-object-id.h"

namespace lathe::api {

// The `ctx` of an actor's constructor.
class DurableObjectState final : public js::Object {
 public:
  static constexpr const char* kInterface = "DurableObjectState";

  explicit DurableObjectState(ActorId id) : id_(js::make<DurableObjectId>(std::move(id))) {}

  js::Ptr<DurableObjectId> id() const { return id_; }
  v8::Local<v8::Value> storage() const;
  v8::Local<v8::Value> props(js::Lock& js, js::Receiver receiver);
  // Any value may be given; a promise has to settle before the object counts as idle.
  void waitUntil(js::Lock& js, v8::Local<v8::Value> promise);
  v8::Local<v8::Promise> blockConcurrencyWhile(js::Lock& js, v8::Local<v8::Function> callback);
  // Resets the object at once: no code after the call runs.
  void abort(js::Lock& js, std::optional<v8::Local<v8::Value>> reason);

  static void describe(js::Class<DurableObjectState>& c, const Compatibility&);

 private:
  js::Ptr<DurableObjectId> id_;
};

}  // namespace lathe::api
