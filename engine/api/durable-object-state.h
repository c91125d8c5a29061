#pragma once

#include "engine/api/durable-object-id.h"
#include "engine/api/durable-object-storage.h"
#include "engine/api/hibernatable-sockets.h"

namespace lathe::api {

struct AbortOptions {
  // An alarm whose handler this ends is tried again.
  bool retryAlarm = true;

  static void members(js::Dictionary<AbortOptions>& d);
};

// The `ctx` of an actor's constructor.
class DurableObjectState final : public js::Object {
 public:
  static constexpr const char* kInterface = "DurableObjectState";

  // Of an ephemeral actor, the name that it was reached by.
  using Id = std::variant<js::Ptr<DurableObjectId>, std::string>;

  using Sockets = io::IoOwn<std::shared_ptr<HibernatableSockets>>;

  // `storage` is null for an actor without any.
  DurableObjectState(Id id, js::Ptr<DurableObjectStorage> storage, Sockets sockets)
      : id_(std::move(id)), storage_(std::move(storage)), sockets_(std::move(sockets)) {}

  const Id& id() const { return id_; }
  v8::Local<v8::Value> storage(js::Lock& js, js::Receiver receiver);
  v8::Local<v8::Value> props(js::Lock& js, js::Receiver receiver);
  // Undefined: no container belongs to the object.
  v8::Local<v8::Value> container(js::Lock& js) { return js.undefined(); }
  v8::Local<v8::Value> exports(js::Lock& js);
  // Any value may be given; a promise has to settle before the object counts as idle.
  void waitUntil(js::Lock& js, v8::Local<v8::Value> promise);
  v8::Local<v8::Promise> blockConcurrencyWhile(js::Lock& js, v8::Local<v8::Function> callback);
  // Resets the object at once: no code after the call runs.
  void abort(js::Lock& js, std::optional<v8::Local<v8::Value>> reason, AbortOptions options);
  // Scripts may ask what it is; using it throws.
  v8::Local<v8::Value> facets(js::Lock& js);

  // ---- Sockets that outlive the instance; `socket` is a script's WebSocket ----

  void acceptWebSocket(js::Lock& js, v8::Local<v8::Value> socket,
                       std::optional<v8::Local<v8::Value>> tags);
  std::vector<v8::Local<v8::Value>> getWebSockets(js::Lock& js, std::optional<std::string> tag);
  std::vector<std::string> getTags(js::Lock& js, v8::Local<v8::Value> socket);
  // Without a pair: none from here on.
  void setWebSocketAutoResponse(
      std::optional<js::Nullable<js::Ptr<WebSocketRequestResponsePair>>> pair);
  js::Nullable<js::Ptr<WebSocketRequestResponsePair>> getWebSocketAutoResponse();
  // A Date, or null when the socket never had an automatic response.
  v8::Local<v8::Value> getWebSocketAutoResponseTimestamp(js::Lock& js, v8::Local<v8::Value> socket);
  // In milliseconds; none and 0: no limit.
  void setHibernatableWebSocketEventTimeout(std::optional<double> timeoutMs);
  js::Nullable<double> getHibernatableWebSocketEventTimeout();

  static void describe(js::Class<DurableObjectState>& c, const Compatibility&);

 private:
  HibernatableSockets& sockets() { return *sockets_.get(); }

  Id id_;
  js::Ptr<DurableObjectStorage> storage_;
  Sockets sockets_;
};

}  // namespace lathe::api
