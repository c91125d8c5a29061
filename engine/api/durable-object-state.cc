#include "engine/api/durable-object-state.h"

#include "engine/api/natives.h"
#include "engine/io/io-context.h"
#include "engine/js/stop-script.h"

namespace lathe::api {

v8::Local<v8::Value> DurableObjectState::storage() const {
  throw js::notImplemented("ctx.storage");
}

v8::Local<v8::Value> DurableObjectState::props(js::Lock& js, js::Receiver receiver) {
  auto kept = js::slot(receiver.object, 0);
  if (!kept->IsUndefined()) return kept;
  auto made = v8::Object::New(js.v8());
  js::setSlot(receiver.object, 0, made);
  return made;
}

void DurableObjectState::waitUntil(js::Lock& js, v8::Local<v8::Value> promise) {
  api::waitUntil(js, promise);
}

v8::Local<v8::Promise> DurableObjectState::blockConcurrencyWhile(js::Lock& js,
                                                                 v8::Local<v8::Function> callback) {
  return io::IoContext::current().blockConcurrencyWhile(js, callback);
}

void DurableObjectState::abort(js::Lock& js, std::optional<v8::Local<v8::Value>> reason) {
  std::string message = "Application called abort() to reset Durable Object.";
  if (reason && !(*reason)->IsUndefined()) {
    message = js::toUtf8(js, js::check((*reason)->ToString(js.context())));
  }
  io::IoContext::current().abort(std::make_exception_ptr(js::plainError(message)));
  js::stopScript(js);
}

void DurableObjectState::describe(js::Class<DurableObjectState>& c, const Compatibility&) {
  c.name(kInterface).hidden();
  c.attribute<&DurableObjectState::id>("id");
  c.attribute<&DurableObjectState::storage>("storage");
  c.attribute<&DurableObjectState::props>("props");
  c.method<&DurableObjectState::waitUntil>("waitUntil");
  c.method<&DurableObjectState::blockConcurrencyWhile>("blockConcurrencyWhile");
  c.method<&DurableObjectState::abort>("abort");
}

}  // namespace lathe::api
