#include "engine/api/durable-object-state.h"

#include <chrono>
#include <cmath>

#include "engine/api/hook.h"
#include "engine/api/natives.h"
#include "engine/io/io-context.h"
#include "engine/js/stop-script.h"

namespace lathe::api {
namespace {

// Where the object keeps what it gives out.
constexpr int kPropsSlot = 0;
constexpr int kStorageSlot = 1;

js::Ptr<WebSocket> requireSocket(js::Lock& js, v8::Local<v8::Value> value) {
  if (auto socket = WebSocket::of(js, value)) return socket;
  throw js::typeError("is not of type 'WebSocket'.");
}

}  // namespace

void AbortOptions::members(js::Dictionary<AbortOptions>& d) {
  d.member<&AbortOptions::retryAlarm>("retryAlarm");
}

v8::Local<v8::Value> DurableObjectState::storage(js::Lock& js, js::Receiver receiver) {
  if (!storage_) return js.undefined();
  auto kept = js::slot(receiver.object, kStorageSlot);
  if (!kept->IsUndefined()) return kept;
  // Kept by the slot: what a script puts on the object stays.
  auto made = js::wrap(js, storage_);
  js::setSlot(receiver.object, kStorageSlot, made);
  return made;
}

v8::Local<v8::Value> DurableObjectState::props(js::Lock& js, js::Receiver receiver) {
  auto kept = js::slot(receiver.object, kPropsSlot);
  if (!kept->IsUndefined()) return kept;
  auto made = v8::Object::New(js.v8());
  js::setSlot(receiver.object, kPropsSlot, made);
  return made;
}

v8::Local<v8::Value> DurableObjectState::exports(js::Lock& js) {
  return io::Realm::of(js).exports();
}

void DurableObjectState::waitUntil(js::Lock& js, v8::Local<v8::Value> promise) {
  api::waitUntil(js, promise);
}

v8::Local<v8::Promise> DurableObjectState::blockConcurrencyWhile(js::Lock& js,
                                                                 v8::Local<v8::Function> callback) {
  return io::IoContext::current().blockConcurrencyWhile(js, callback);
}

void DurableObjectState::abort(js::Lock& js, std::optional<v8::Local<v8::Value>> reason,
                               AbortOptions options) {
  std::string message = "Application called abort() to reset Durable Object.";
  if (reason && !(*reason)->IsUndefined()) {
    message = js::toUtf8(js, js::check((*reason)->ToString(js.context())));
  }
  if (storage_) storage_->records().retryAlarm = options.retryAlarm;
  io::IoContext::current().abort(std::make_exception_ptr(js::plainError(message)));
  js::stopScript(js);
}

// ---- Sockets that outlive the instance ----

void DurableObjectState::acceptWebSocket(js::Lock& js, v8::Local<v8::Value> socket,
                                         std::optional<v8::Local<v8::Value>> tags) {
  sockets().accept(js, *requireSocket(js, socket), tags.value_or(js.undefined()));
}

std::vector<v8::Local<v8::Value>> DurableObjectState::getWebSockets(
    js::Lock& js, std::optional<std::string> tag) {
  return sockets().faces(js, tag);
}

std::vector<std::string> DurableObjectState::getTags(js::Lock& js, v8::Local<v8::Value> socket) {
  return sockets().tagsOf(*requireSocket(js, socket));
}

void DurableObjectState::setWebSocketAutoResponse(
    std::optional<js::Nullable<js::Ptr<WebSocketRequestResponsePair>>> pair) {
  sockets().autoResponse = pair && pair->value ? *pair->value : nullptr;
}

js::Nullable<js::Ptr<WebSocketRequestResponsePair>> DurableObjectState::getWebSocketAutoResponse() {
  const auto& pair = sockets().autoResponse;
  if (!pair) return {};
  return {pair};
}

v8::Local<v8::Value> DurableObjectState::getWebSocketAutoResponseTimestamp(
    js::Lock& js, v8::Local<v8::Value> socket) {
  auto at = sockets().autoResponseAt(*requireSocket(js, socket));
  if (!at) return js.null();
  auto ms = std::chrono::floor<std::chrono::milliseconds>(at->time_since_epoch()).count();
  return js::check(v8::Date::New(js.context(), static_cast<double>(ms)));
}

void DurableObjectState::setHibernatableWebSocketEventTimeout(std::optional<double> timeoutMs) {
  if (!timeoutMs || !(*timeoutMs > 0)) {
    sockets().eventTimeoutMs.reset();
    return;
  }
  if (*timeoutMs > HibernatableSockets::kEventTimeoutMsMax) {
    throw js::plainError("Event timeout should not exceed 604800000 ms.");
  }
  sockets().eventTimeoutMs = std::floor(*timeoutMs);
}

js::Nullable<double> DurableObjectState::getHibernatableWebSocketEventTimeout() {
  return {sockets().eventTimeoutMs};
}

v8::Local<v8::Value> DurableObjectState::facets(js::Lock& js) {
  return callHook(js, "missingBinding", {js.string("ctx.facets")});
}

void DurableObjectState::describe(js::Class<DurableObjectState>& c, const Compatibility&) {
  c.name(kInterface).hidden();
  c.lazyAttribute<&DurableObjectState::facets>("facets");
  c.lazyAttribute<&DurableObjectState::container>("container");
  c.lazyAttribute<&DurableObjectState::storage>("storage");
  c.lazyAttribute<&DurableObjectState::id>("id");
  c.lazyAttribute<&DurableObjectState::props>("props");
  c.lazyAttribute<&DurableObjectState::exports>("exports");
  c.method<&DurableObjectState::waitUntil>("waitUntil");
  c.method<&DurableObjectState::blockConcurrencyWhile>("blockConcurrencyWhile");
  c.method<&DurableObjectState::abort>("abort");
  c.method<&DurableObjectState::acceptWebSocket>("acceptWebSocket");
  c.method<&DurableObjectState::getWebSockets>("getWebSockets");
  c.method<&DurableObjectState::getTags>("getTags");
  c.method<&DurableObjectState::setWebSocketAutoResponse>("setWebSocketAutoResponse");
  c.method<&DurableObjectState::getWebSocketAutoResponse>("getWebSocketAutoResponse");
  c.method<&DurableObjectState::getWebSocketAutoResponseTimestamp>(
      "getWebSocketAutoResponseTimestamp");
  c.method<&DurableObjectState::setHibernatableWebSocketEventTimeout>(
      "setHibernatableWebSocketEventTimeout");
  c.method<&DurableObjectState::getHibernatableWebSocketEventTimeout>(
      "getHibernatableWebSocketEventTimeout");
}

}  // namespace lathe::api
