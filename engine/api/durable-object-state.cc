#include "engine/api/durable-object-state.h"

#include "engine/api/natives.h"
#include "engine/io/io-context.h"
#include "engine/js/stop-script.h"

namespace lathe::api {
namespace {

// Where the object keeps what it gives out.
constexpr int kPropsSlot = 0;
constexpr int kStorageSlot = 1;

// What a member is that lathe does not have yet.
template <const char* kWhat>
void missing() {
  throw js::notImplemented(kWhat);
}
constexpr char kFacets[] = "ctx.facets";
constexpr char kAcceptWebSocket[] = "ctx.acceptWebSocket";
constexpr char kGetWebSockets[] = "ctx.getWebSockets";
constexpr char kGetTags[] = "ctx.getTags";
constexpr char kSetAutoResponse[] = "ctx.setWebSocketAutoResponse";
constexpr char kGetAutoResponse[] = "ctx.getWebSocketAutoResponse";
constexpr char kGetAutoResponseTimestamp[] = "ctx.getWebSocketAutoResponseTimestamp";
constexpr char kSetEventTimeout[] = "ctx.setHibernatableWebSocketEventTimeout";
constexpr char kGetEventTimeout[] = "ctx.getHibernatableWebSocketEventTimeout";

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

void DurableObjectState::describe(js::Class<DurableObjectState>& c, const Compatibility&) {
  c.name(kInterface).hidden();
  c.attribute<&DurableObjectState::id>("id");
  c.attribute<&DurableObjectState::storage>("storage");
  c.attribute<&DurableObjectState::props>("props");
  c.attribute<&DurableObjectState::exports>("exports");
  c.method<&DurableObjectState::waitUntil>("waitUntil");
  c.method<&DurableObjectState::blockConcurrencyWhile>("blockConcurrencyWhile");
  c.method<&DurableObjectState::abort>("abort");
  c.attribute<&missing<kFacets>>("facets");
  c.method<&missing<kAcceptWebSocket>>("acceptWebSocket");
  c.method<&missing<kGetWebSockets>>("getWebSockets");
  c.method<&missing<kGetTags>>("getTags");
  c.method<&missing<kSetAutoResponse>>("setWebSocketAutoResponse");
  c.method<&missing<kGetAutoResponse>>("getWebSocketAutoResponse");
  c.method<&missing<kGetAutoResponseTimestamp>>("getWebSocketAutoResponseTimestamp");
  c.method<&missing<kSetEventTimeout>>("setHibernatableWebSocketEventTimeout");
  c.method<&missing<kGetEventTimeout>>("getHibernatableWebSocketEventTimeout");
}

}  // namespace lathe::api
