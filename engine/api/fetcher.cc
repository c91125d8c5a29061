#include "engine/api/fetcher.h"

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
  return context.awaitIo(js, target_->fetch(request->toHead(), std::move(body)),
                         [](js::Lock&, io::Response response) {
                           return Response::received(std::move(response));
                         });
}

void Fetcher::describe(js::Class<Fetcher>& c, const Compatibility&) {
  c.name(kInterface);
  c.method<&Fetcher::fetch>("fetch");
}

}  // namespace lathe::api
