#include "engine/api/fetcher.h"

#include "engine/api/followed-request.h"
#include "engine/api/hook.h"
#include "engine/io/bytes-source.h"
#include "engine/io/io-context.h"

namespace lathe::api {

namespace {

// Where the request goes, without a fragment: it has an absolute URL for its target.
std::string urlOf(const io::RequestHead& head) {
  const auto target = head.message.target();
  const std::string_view url(target.data(), target.size());
  return std::string(url.substr(0, url.find('#')));
}

std::unique_ptr<io::BodySource> sourceOf(Body::Released body) {
  if (auto* bytes = std::get_if<io::SharedBytes>(&body)) {
    return std::make_unique<io::BytesSource>(std::move(*bytes));
  }
  auto* source = std::get_if<std::unique_ptr<io::BodySource>>(&body);
  return source ? std::move(*source) : nullptr;
}

// By index: what iterates arrays is the script's to replace.
std::vector<std::string> textsOf(js::Lock& js, v8::Local<v8::Array> list) {
  std::vector<std::string> texts;
  for (std::uint32_t i = 0; i < list->Length(); ++i) {
    texts.push_back(js::toUtf8(js, js::check(list->Get(js.context(), i)).As<v8::String>()));
  }
  return texts;
}

// A promise for the answer to `request`, or for that to which it leads.
v8::Local<v8::Promise> follow(js::Lock& js, const std::shared_ptr<ServiceTarget>& target,
                              const std::shared_ptr<FollowedRequest>& request,
                              Response::Coding coding) {
  return io::IoContext::current().awaitIo(
      js, target->fetch(request->head(), request->takeBody()),
      [target, request, coding](js::Lock& inner, io::Response response) -> v8::Local<v8::Value> {
        if (request->follow(response)) return follow(inner, target, request, coding);
        return js::wrap(inner, Response::received(std::move(response), urlOf(request->head()),
                                                  request->redirected(), coding));
      });
}

}  // namespace

v8::Local<v8::Promise> Fetcher::fetch(js::Lock& js, Request::Input input,
                                      std::optional<Request::Init> given) {
  auto& context = io::IoContext::current();
  const auto cause = context.causeOfCall();
  RequestInit init = Request::initOf(js, std::move(given));
  auto request = Request::make(js, input, init);
  auto body = request->release();
  const auto coding = request->encodeResponseBody();
  auto head = request->takeHead();
  auto footprint = std::make_unique<js::Footprint>(*js.isolate().externalMemory(), head.bytes());
  head.number = cause.request;
  head.depth = cause.depth;
  if (request->follows()) {
    struct Followed {
      FollowedRequest request;
      std::unique_ptr<js::Footprint> footprint;
    };
    auto followed = std::make_shared<Followed>(
        Followed{FollowedRequest(std::move(head), std::move(body)), std::move(footprint)});
    return follow(js, target_, std::shared_ptr<FollowedRequest>(followed, &followed->request),
                  coding);
  }
  std::string url = urlOf(head);
  return context.awaitIo(
      js, target_->fetch(std::move(head), sourceOf(std::move(body))),
      [url = std::move(url), footprint = std::move(footprint), coding](js::Lock&,
                                                                       io::Response response) {
        return Response::received(std::move(response), url, false, coding);
      });
}

v8::Local<v8::Value> Fetcher::property(js::Lock& js, js::Receiver receiver, std::string name) {
  // A stub is no promise, and somebody may await it.
  if (name == "then") return {};
  return callHook(js, "rpcProperty", {receiver.object, js.string(name)});
}

v8::Local<v8::Promise> rpcSend(js::Lock& js, js::Ptr<Fetcher> stub, v8::Local<v8::Value> path,
                               std::optional<v8::Local<v8::Value>> arguments) {
  auto& context = io::IoContext::current();
  RpcCall call{textsOf(js, path.As<v8::Array>()), std::nullopt, context.causeOfCall()};
  if (arguments) call.arguments = serializeForCall(js, *arguments);
  auto footprint = std::make_unique<js::Footprint>(*js.isolate().externalMemory(),
                                                   call.arguments ? call.arguments->size : 0);
  return context.awaitIo(js, stub->target_->call(std::move(call)),
                         [footprint = std::move(footprint)](
                             js::Lock& inner, RpcResult result) -> v8::Local<v8::Value> {
                           return js::deserialize(inner, result.value);
                         });
}

void Fetcher::describe(js::Class<Fetcher>& c, const Compatibility&) {
  c.name(kInterface);
  c.method<&Fetcher::fetch>("fetch");
  c.fallback<&Fetcher::property>();
}

}  // namespace lathe::api
