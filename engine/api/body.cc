#include "engine/api/body.h"

#include "engine/api/utf8-decode.h"
#include "engine/api/whole-body.h"
#include "engine/io/bytes-source.h"
#include "engine/io/coded-source.h"
#include "engine/io/io-context.h"
#include "engine/web/mime-type.h"

namespace lathe::api {

// ---- Sharing an arriving body ----

class SharedBody : public std::enable_shared_from_this<SharedBody> {
 public:
  explicit SharedBody(io::IoOwn<io::BodySource> source) : source_(std::move(source)) {}

  io::Pending<io::SharedBytes> read() {
    if (outcome_) return ready();
    auto channel = io::makePending<io::SharedBytes>();
    waiting_.push_back(std::move(channel.resolver));
    if (source_) {
      reading_ = readWhole(source_.release());
      reading_.then([weak = weak_from_this()](io::Outcome<io::SharedBytes> outcome) {
        if (auto self = weak.lock()) self->finish(std::move(outcome));
      });
    }
    return std::move(channel.pending);
  }

 private:
  io::Pending<io::SharedBytes> ready() const {
    if (outcome_->failed()) return io::Pending<io::SharedBytes>::failed(outcome_->error());
    auto copy = *outcome_;
    return io::Pending<io::SharedBytes>::ready(copy.take());
  }

  void finish(io::Outcome<io::SharedBytes> outcome) {
    outcome_ = std::move(outcome);
    for (auto& waiting : std::exchange(waiting_, {})) waiting.settle(*outcome_);
  }

  io::IoOwn<io::BodySource> source_;
  io::Pending<io::SharedBytes> reading_;
  std::optional<io::Outcome<io::SharedBytes>> outcome_;
  std::vector<io::Resolver<io::SharedBytes>> waiting_;
};

namespace {

// One clone's share as a source: a single piece.
class SharedSource final : public io::BodySource {
 public:
  explicit SharedSource(std::shared_ptr<SharedBody> shared) : shared_(std::move(shared)) {}
  std::optional<std::uint64_t> length() const override { return std::nullopt; }

  io::Pending<std::string> read() override {
    if (!shared_) return io::Pending<std::string>::ready("");
    auto channel = io::makePending<std::string>();
    resolver_ = std::move(channel.resolver);
    bytes_ = std::exchange(shared_, nullptr)->read();
    bytes_.then([this](io::Outcome<io::SharedBytes> outcome) {
      if (outcome.failed()) return resolver_.reject(outcome.error());
      resolver_.resolve(std::string(*outcome.take()));
    });
    return std::move(channel.pending);
  }

 private:
  std::shared_ptr<SharedBody> shared_;
  io::Pending<io::SharedBytes> bytes_;
  io::Resolver<std::string> resolver_;
};

// There is content.
std::unique_ptr<io::BodySource> sourceOf(BodyContent content) {
  if (auto* source = std::get_if<io::IoOwn<io::BodySource>>(&content)) return source->release();
  if (auto* shared = std::get_if<std::shared_ptr<SharedBody>>(&content)) {
    return std::make_unique<SharedSource>(std::move(*shared));
  }
  return std::make_unique<io::BytesSource>(std::get<io::SharedBytes>(std::move(content)));
}

}  // namespace

// ---- Lending ----

BodyContent BodyStream::take() {
  if (used_) {
    throw js::typeError(
        "This ReadableStream is disturbed (has already been read from), and cannot "
        "be used as a body.");
  }
  used_ = true;
  return std::exchange(content_, std::monostate());
}

v8::Local<v8::Value> BodyStream::refuse() const {
  throw js::notImplemented(
      "ReadableStream (the body of a Response; use text(), json(), arrayBuffer(), "
      "bytes() or blob())");
}

void BodyStream::describe(js::Class<BodyStream>& c, const Compatibility&) {
  c.name(kInterface).hidden();
  c.attribute<&BodyStream::refuse>("locked");
  c.method<&BodyStream::refuse>("cancel");
  c.method<&BodyStream::refuse>("getReader");
  c.method<&BodyStream::refuse>("pipeThrough");
  c.method<&BodyStream::refuse>("pipeTo");
  c.method<&BodyStream::refuse>("tee");
  c.methodAndSymbol<&BodyStream::refuse>("values", v8::Symbol::GetAsyncIterator);
}

js::Nullable<js::Ptr<BodyStream>> Body::lend() {
  if (!stream_ && (present() || used_)) {
    stream_ = js::make<BodyStream>(std::exchange(content_, std::monostate()), coding_, used_);
  }
  if (!stream_) return {};
  return {stream_};
}

// ---- Making ----

// https://fetch.spec.whatwg.org/#concept-bodyinit-extract
void Body::assign(js::Lock& js, BodyInit init) {
  if (auto* text = std::get_if<std::string>(&init)) {
    assign(js::counted(js, std::move(*text)), "text/plain;charset=UTF-8");
  } else if (const auto* blob = std::get_if<js::Ptr<Blob>>(&init)) {
    content_ = (*blob)->share();
    if (!(*blob)->type().empty()) contentType_ = (*blob)->type();
  } else if (const auto* params = std::get_if<js::Ptr<UrlSearchParams>>(&init)) {
    assign(js::counted(js, (*params)->toString()),
           "application/x-www-form-urlencoded;charset=UTF-8");
  } else if (const auto* stream = std::get_if<js::Ptr<BodyStream>>(&init)) {
    content_ = (*stream)->take();
    coding_ = (*stream)->coding();
  } else if (const auto* buffer = std::get_if<js::BufferSource>(&init)) {
    // Looked at anew: a getter of the init that came with it may have moved the buffer.
    content_ = js::counted(js, std::string(js::bufferSource(buffer->object)->text()));
  } else {
    throw js::notImplemented(std::get<UnsupportedBody>(init).what);
  }
}

void Body::take(Body& other) {
  other.requireUnused();
  content_ = std::exchange(other.content_, std::monostate());
  coding_ = other.coding_;
  if (present()) other.used_ = true;
}

void Body::shareOrTake(Body& other) {
  if (std::holds_alternative<io::SharedBytes>(other.content_) && !other.bodyUsed()) {
    return cloneFrom(other);
  }
  take(other);
}

void Body::cloneFrom(Body& other) {
  other.requireUnused();
  if (auto* source = std::get_if<io::IoOwn<io::BodySource>>(&other.content_)) {
    other.content_ = std::make_shared<SharedBody>(std::move(*source));
  }
  if (const auto* bytes = std::get_if<io::SharedBytes>(&other.content_)) content_ = *bytes;
  if (const auto* shared = std::get_if<std::shared_ptr<SharedBody>>(&other.content_))
    content_ = *shared;
  coding_ = other.coding_;
  contentType_ = other.contentType_;
}

// ---- Reading ----

void Body::requireUnused() {
  if (bodyUsed()) {
    throw js::typeError(
        "Body has already been used. It can only be used once. Use tee() first if you need to read "
        "it "
        "twice.");
  }
  if (stream_) content_ = std::exchange(stream_, nullptr)->take();
}

v8::Local<v8::Value> Body::body(js::Lock& js) const {
  if (!present() && !used_) return js.null();
  throw js::notImplemented(
      "ReadableStream (the body of a Request or Response; use text(), json(), "
      "arrayBuffer(), bytes() or blob())");
}

// `convert(js, bytes)` makes the JavaScript value.
template <class Convert>
v8::Local<v8::Promise> Body::consume(js::Lock& js, Convert convert) {
  requireUnused();
  auto released = std::exchange(content_, std::monostate());
  if (!std::holds_alternative<std::monostate>(released)) used_ = true;
  if (coding_ && used_) {
    released = io::IoContext::current().addObject(
        io::decompressed(sourceOf(std::move(released)), *coding_), "ReadableStream");
  }
  auto made = [convert](js::Lock& inner, io::SharedBytes bytes) -> v8::Local<v8::Value> {
    return convert(inner, bytes);
  };
  if (auto* source = std::get_if<io::IoOwn<io::BodySource>>(&released)) {
    return io::IoContext::current().awaitIo(js, readWhole(source->release()), made);
  }
  if (auto* shared = std::get_if<std::shared_ptr<SharedBody>>(&released)) {
    return io::IoContext::current().awaitIo(js, (*shared)->read(), made);
  }
  static const auto kEmpty = std::make_shared<const std::string>();
  auto* bytes = std::get_if<io::SharedBytes>(&released);
  auto resolver = js::check(v8::Promise::Resolver::New(js.context()));
  js::check(resolver->Resolve(js.context(), convert(js, bytes ? *bytes : kEmpty)));
  return resolver->GetPromise();
}

v8::Local<v8::Promise> Body::text(js::Lock& js) {
  return consume(js, [](js::Lock& inner, const io::SharedBytes& bytes) -> v8::Local<v8::Value> {
    return utf8Decode(inner, *bytes);
  });
}

v8::Local<v8::Promise> Body::json(js::Lock& js) {
  return consume(js, [](js::Lock& inner, const io::SharedBytes& bytes) -> v8::Local<v8::Value> {
    return js::check(v8::JSON::Parse(inner.context(), utf8Decode(inner, *bytes)));
  });
}

v8::Local<v8::Promise> Body::arrayBuffer(js::Lock& js) {
  return consume(js, [](js::Lock& inner, const io::SharedBytes& bytes) -> v8::Local<v8::Value> {
    return js::arrayBuffer(inner, *bytes);
  });
}

v8::Local<v8::Promise> Body::bytes(js::Lock& js) {
  return consume(js, [](js::Lock& inner, const io::SharedBytes& bytes) -> v8::Local<v8::Value> {
    return js::uint8Array(inner, *bytes);
  });
}

// https://fetch.spec.whatwg.org/#dom-body-blob
v8::Local<v8::Promise> Body::blob(js::Lock& js) {
  const std::string contentType = headerContentType();
  auto mimeType = web::extractMimeType({&contentType, 1});
  std::string type = mimeType ? mimeType->serialize() : "";
  return consume(js, [type](js::Lock& inner, const io::SharedBytes& bytes) -> v8::Local<v8::Value> {
    return js::wrap(inner, js::make<Blob>(bytes, type));
  });
}

v8::Local<v8::Promise> Body::formData(js::Lock&) { throw js::notImplemented("FormData"); }

Body::Released Body::release() {
  auto released = releaseCoded();
  if (!coding_ || std::holds_alternative<std::monostate>(released)) return released;
  if (auto* bytes = std::get_if<io::SharedBytes>(&released)) {
    return io::decompressed(std::make_unique<io::BytesSource>(std::move(*bytes)), *coding_);
  }
  return io::decompressed(std::get<std::unique_ptr<io::BodySource>>(std::move(released)), *coding_);
}

Body::Released Body::releaseCoded() {
  requireUnused();
  auto content = std::exchange(content_, std::monostate());
  if (std::holds_alternative<std::monostate>(content)) return std::monostate();
  used_ = true;
  if (auto* bytes = std::get_if<io::SharedBytes>(&content)) return std::move(*bytes);
  return sourceOf(std::move(content));
}

}  // namespace lathe::api

namespace lathe::js {

bool Convert<api::UnsupportedBody>::accepts(Lock& js, v8::Local<v8::Value> value) {
  if (!value->IsObject()) return false;
  auto name = toUtf8(js, value.As<v8::Object>()->GetConstructorName());
  return name == "ReadableStream" || name == "FormData";
}

api::UnsupportedBody Convert<api::UnsupportedBody>::fromJs(Lock& js, v8::Local<v8::Value> value) {
  return {"a body from a " + toUtf8(js, value.As<v8::Object>()->GetConstructorName())};
}

}  // namespace lathe::js
