#include "engine/api/platform-objects.h"

#include "engine/api/durable-object-stub.h"
#include "engine/api/fetcher.h"
#include "engine/api/file.h"
#include "engine/api/request.h"
#include "engine/api/response.h"
#include "engine/io/io-context.h"
#include "engine/js/dom-exception.h"

namespace lathe::api {
namespace {

// Stored values begin with these numbers (docs/store-format.md).
enum Kind : std::uint32_t {
  kDomException = 1,
  kHeaders = 2,
  kBlob = 3,
  kFile = 4,
  kRequest = 5,
  kResponse = 6,
};

// ---- Parts ----

// Bytes that never change: shared within the process.
void writeBytes(js::HostWriter& out, const io::SharedBytes& bytes) {
  if (out.purpose() == js::ClonePurpose::storage) {
    out.text(*bytes);
  } else {
    out.keep(std::const_pointer_cast<std::string>(bytes));
  }
}

void writePurpose(js::HostWriter& out) {
  out.number(out.purpose() == js::ClonePurpose::storage ? 1 : 0);
}

io::SharedBytes readBytes(js::Lock& js, js::HostReader& in, bool stored) {
  if (stored) return js::counted(js, in.text());
  return std::static_pointer_cast<const std::string>(in.kept());
}

void writeOptional(js::HostWriter& out, const std::optional<std::string>& text) {
  out.number(text ? 1 : 0);
  if (text) out.text(*text);
}

std::optional<std::string> readOptional(js::HostReader& in) {
  if (in.number() == 0) return std::nullopt;
  return in.text();
}

void writeHeaders(js::HostWriter& out, const io::HeaderList& list) {
  out.number(static_cast<std::uint32_t>(list.size()));
  for (const auto& [name, value] : list) {
    out.text(name);
    out.text(value);
  }
}

io::HeaderList readHeaders(js::HostReader& in) {
  io::HeaderList list;
  for (auto left = in.number(); left > 0; --left) {
    std::string name = in.text();
    list.emplace_back(std::move(name), in.text());
  }
  return list;
}

// A body on its way to another worker.
struct SentBody {
  Body::Released content;
};

// `owner` keeps the body alive until the end of the writing.
template <class Owner>
void writeBody(js::HostWriter& out, Owner& owner) {
  const bool any = owner.present() || owner.bodyUsed();
  out.number(any ? 1 : 0);
  if (!any) return;
  if (out.purpose() != js::ClonePurpose::call) {
    throw js::domException("DataCloneError", "ReadableStream can only be serialized for RPC.");
  }
  if (owner.bodyUsed()) throw js::typeError("The ReadableStream has been locked to a reader.");
  auto sent = std::make_shared<SentBody>();
  out.keep(sent);
  out.atEnd([sent, kept = js::Ptr<Owner>(&owner)] {
    sent->content = static_cast<Body&>(*kept).release();
  });
}

void readBody(js::HostReader& in, Body& body) {
  if (in.number() == 0) return;
  auto sent = std::static_pointer_cast<SentBody>(in.kept());
  if (auto* bytes = std::get_if<io::SharedBytes>(&sent->content)) {
    body.assign(std::move(*bytes));
  } else if (auto* source = std::get_if<std::unique_ptr<io::BodySource>>(&sent->content)) {
    body.assign(io::IoContext::current().addObject(std::move(*source), "ReadableStream"));
  }
}

// ---- Objects ----

// https://webidl.spec.whatwg.org/#js-domexception-specialness: with the stack, as errors are
// cloned.
void write(js::Lock& js, v8::Local<v8::Object> object, const js::DomException& exception,
           js::HostWriter& out) {
  out.number(kDomException);
  out.text(exception.name());
  out.text(exception.message());
  v8::Local<v8::Value> stack = js.undefined();
  if (out.purpose() != js::ClonePurpose::call) {
    stack = js::check(object->Get(js.context(), js.name("stack")));
  }
  writeOptional(out, stack->IsString() ? std::optional(js::toUtf8(js, stack.As<v8::String>()))
                                       : std::nullopt);
}

v8::Local<v8::Object> readDomException(js::Lock& js, js::HostReader& in) {
  std::string name = in.text();
  std::string message = in.text();
  auto stack = readOptional(in);
  if (!stack) stack = message.empty() ? name : name + ": " + message;
  return js::newDomException(js, message, name, *stack);
}

void write(const File& file, js::HostWriter& out) {
  out.number(kFile);
  writePurpose(out);
  writeBytes(out, file.share());
  out.text(file.type());
  out.text(file.name());
  out.real(file.lastModified());
}

v8::Local<v8::Object> readFile(js::Lock& js, js::HostReader& in) {
  const bool stored = in.number() != 0;
  auto bytes = readBytes(js, in, stored);
  std::string type = in.text();
  std::string name = in.text();
  return js::wrap(js, js::make<File>(std::move(bytes), std::move(type), std::move(name),
                                     static_cast<std::int64_t>(in.real())));
}

void write(const Blob& blob, js::HostWriter& out) {
  out.number(kBlob);
  writePurpose(out);
  writeBytes(out, blob.share());
  out.text(blob.type());
}

v8::Local<v8::Object> readBlob(js::Lock& js, js::HostReader& in) {
  const bool stored = in.number() != 0;
  auto bytes = readBytes(js, in, stored);
  return js::wrap(js, js::make<Blob>(std::move(bytes), in.text()));
}

void write(js::Lock& js, v8::Local<v8::Object> object, Request& request, js::HostWriter& out) {
  auto head = request.clonedHead();
  out.number(kRequest);
  out.text(head.method);
  out.text(head.url);
  writeHeaders(out, head.headers);
  out.text(head.redirect);
  writeOptional(out, head.cache);
  out.value(request.cf(js, {object}));
  writeBody(out, request);
}

v8::Local<v8::Object> readRequest(js::Lock& js, js::HostReader& in) {
  Request::ClonedHead head;
  head.method = in.text();
  head.url = in.text();
  head.headers = readHeaders(in);
  head.redirect = in.text();
  head.cache = readOptional(in);
  auto cf = in.value();
  auto request = Request::cloned(std::move(head));
  auto made = js::wrap(js, request);
  js::setSlot(made, Request::kCfSlot, cf);
  readBody(in, *request);
  return made;
}

void write(Response& response, js::HostWriter& out) {
  auto head = response.clonedHead();
  out.number(kResponse);
  out.number(head.isError ? 1 : 0);
  out.number(static_cast<std::uint32_t>(head.status));
  out.text(head.statusText);
  writeHeaders(out, head.headers);
  out.text(head.url);
  out.number(head.redirected ? 1 : 0);
  writeBody(out, response);
}

v8::Local<v8::Object> readResponse(js::Lock& js, js::HostReader& in) {
  Response::ClonedHead head;
  head.isError = in.number() != 0;
  head.status = static_cast<std::int32_t>(in.number());
  head.statusText = in.text();
  head.headers = readHeaders(in);
  head.url = in.text();
  head.redirected = in.number() != 0;
  auto response = Response::cloned(std::move(head));
  readBody(in, *response);
  return js::wrap(js, response);
}

class PlatformObjects final : public js::HostObjects {
 public:
  bool write(js::Lock& js, v8::Local<v8::Object> object, js::HostWriter& out) const override {
    if (const auto* exception = js::unwrap<js::DomException>(js, object)) {
      api::write(js, object, *exception, out);
    } else if (const auto* headers = js::unwrap<Headers>(js, object)) {
      out.number(kHeaders);
      writeHeaders(out, headers->list());
    } else if (const auto* file = js::unwrap<File>(js, object)) {
      api::write(*file, out);
    } else if (const auto* blob = js::unwrap<Blob>(js, object)) {
      api::write(*blob, out);
    } else if (auto* request = js::unwrap<Request>(js, object)) {
      api::write(js, object, *request, out);
    } else if (auto* response = js::unwrap<Response>(js, object)) {
      api::write(*response, out);
    } else if (out.purpose() == js::ClonePurpose::call &&
               (js::unwrap<Fetcher>(js, object) || js::unwrap<DurableObjectStub>(js, object))) {
      throw js::notImplemented("a stub as an argument or a result of a call");
    } else if (out.purpose() == js::ClonePurpose::call && js::unwrap<BodyStream>(js, object)) {
      throw js::notImplemented("a stream as an argument or a result of a call");
    } else {
      return false;
    }
    return true;
  }

  v8::Local<v8::Object> read(js::Lock& js, std::uint32_t kind, js::HostReader& in) const override {
    switch (kind) {
      case kDomException:
        return readDomException(js, in);
      case kHeaders:
        return js::wrap(js, js::make<Headers>(readHeaders(in), Headers::Guard::none));
      case kBlob:
        return readBlob(js, in);
      case kFile:
        return readFile(js, in);
      case kRequest:
        return readRequest(js, in);
      case kResponse:
        return readResponse(js, in);
      default:
        throw js::domException("DataCloneError", "Unable to deserialize cloned data.");
    }
  }
};

}  // namespace

const js::HostObjects& platformObjects() {
  static const PlatformObjects objects;
  return objects;
}

}  // namespace lathe::api
