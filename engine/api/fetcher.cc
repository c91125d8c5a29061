#include "engine/api/fetcher.h"

#include "engine/api/hook.h"
#include "engine/io/bytes-source.h"
#include "engine/io/io-context.h"

namespace lathe::api {

v8::Local<v8::Promise> Fetcher::fetch(js::Lock& js, Request::Input input, RequestInit init) {
  auto& context = io::IoContext::current();
  auto request = Request::make(js, input, init);
  auto released = request->release();
  std::unique_ptr<io::BodySource> body;
  if (auto* bytes = std::get_if<io::SharedBytes>(&released)) {
    body = std::make_unique<io::BytesSource>(std::move(*bytes));
  } else if (auto* source = std::get_if<std::unique_ptr<io::BodySource>>(&released)) {
    body = std::move(*source);
  }
  return context.awaitIo(
      js, target_->fetch(request->takeHead(), std::move(body)),
      [](js::Lock&, io::Response response) { return Response::received(std::move(response)); });
}

v8::Local<v8::Value> Fetcher::property(js::Lock& js, js::Receiver receiver, std::string name) {
  // A stub is no promise, and somebody may await it.
  if (name == "then") return {};
  return callHook(js, "rpcProperty", {receiver.object, js.string(name)});
}

v8::Local<v8::Promise> rpcSend(js::Lock& js, js::Ptr<Fetcher> stub, std::vector<std::string> path,
                               std::optional<v8::Local<v8::Value>> arguments) {
  auto& context = io::IoContext::current();
  RpcHostObjects hosts;
  RpcCall call{std::move(path), std::nullopt, context.requestNumber()};
  if (arguments) call.arguments = js::serialize(js, *arguments, {}, hosts);
  return context.awaitIo(js, stub->target_->call(std::move(call)),
                         [](js::Lock& inner, RpcResult result) -> v8::Local<v8::Value> {
                           RpcHostObjects none;
                           return js::deserialize(inner, result.value, none);
                         });
}

void Fetcher::describe(js::Class<Fetcher>& c, const Compatibility&) {
  c.name(kInterface);
  c.method<&Fetcher::fetch>("fetch");
  c.fallback<&Fetcher::property>();
}

}  // namespace lathe::api
