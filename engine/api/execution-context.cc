#include "engine/api/execution-context.h"

#include "engine/api/natives.h"
#include "engine/io/io-context.h"
#include "engine/js/stop-script.h"

namespace lathe::api {

void ExecutionContext::waitUntil(js::Lock& js, v8::Local<v8::Value> promise) {
  api::waitUntil(js, promise);
}

void ExecutionContext::abort(js::Lock& js, std::optional<v8::Local<v8::Value>> reason) {
  auto& context = io::IoContext::current();
  std::exception_ptr error;
  if (reason) {
    error = std::make_exception_ptr(
        js::RemoteException::of(js, *reason, js::describeException(js, *reason)));
  } else {
    error = std::make_exception_ptr(
        js::plainError("Worker execution was aborted due to call to ctx.abort()."));
  }
  context.abort(std::move(error));
  js::stopScript(js);
}

v8::Local<v8::Value> ExecutionContext::props(js::Lock& js, js::Receiver receiver) {
  auto kept = js::slot(receiver.object, 0);
  if (!kept->IsUndefined()) return kept;
  v8::Local<v8::Value> made = v8::Object::New(js.v8());
  if (props_) made = toJs(js, *props_);
  js::setSlot(receiver.object, 0, made);
  return made;
}

v8::Local<v8::Value> ExecutionContext::exports(js::Lock& js) { return io::Realm::of(js).exports(); }

void ExecutionContext::describe(js::Class<ExecutionContext>& c, const Compatibility&) {
  c.name(kInterface);
  c.method<&ExecutionContext::waitUntil>("waitUntil");
  c.method<&ExecutionContext::passThroughOnException>("passThroughOnException");
  c.method<&ExecutionContext::abort>("abort");
  c.lazyAttribute<&ExecutionContext::access>("access");
  c.lazyAttribute<&ExecutionContext::props>("props");
  c.lazyAttribute<&ExecutionContext::exports>("exports");
}

}  // namespace lathe::api
