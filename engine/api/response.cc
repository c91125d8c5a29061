#include "engine/api/response.h"

#include "engine/io/io-context.h"
#include "engine/web/url.h"

namespace lathe::api {
namespace {

// https://fetch.spec.whatwg.org/#null-body-status
bool isNullBodyStatus(std::int32_t status) {
  return status == 101 || status == 204 || status == 205 || status == 304;
}

constexpr const char* kNullBodyStatus =
    "Response with null body status (101, 204, 205, or 304) cannot have a body.";

// Whether it is a body of no bytes at all, as text or as anything else that is there at once.
bool isEmptyText(const BodyInit& body) {
  if (const auto* text = std::get_if<std::string>(&body)) return text->empty();
  if (const auto* blob = std::get_if<js::Ptr<Blob>>(&body)) return (*blob)->size() == 0;
  if (const auto* params = std::get_if<js::Ptr<UrlSearchParams>>(&body)) {
    return (*params)->pairCount() == 0;
  }
  const auto* buffer = std::get_if<js::BufferSource>(&body);
  return buffer && js::bufferSource(buffer->object)->bytes.empty();
}

}  // namespace

void ResponseInit::members(js::Dictionary<ResponseInit>& d) {
  d.member<&ResponseInit::cf>("cf");
  d.member<&ResponseInit::encodeBody>("encodeBody");
  d.member<&ResponseInit::headers>("headers");
  d.member<&ResponseInit::status>("status");
  d.member<&ResponseInit::statusText>("statusText");
  d.member<&ResponseInit::webSocket>("webSocket");
}

// https://fetch.spec.whatwg.org/#initialize-a-response
void Response::apply(js::Lock& js,
                     std::optional<std::variant<js::Ptr<Response>, ResponseInit>> init) {
  if (!init) return;
  if (const auto* other = std::get_if<js::Ptr<Response>>(&*init)) {
    webSocket_ = (*other)->webSocket_;
    encodeBody_ = (*other)->encodeBody_;
    setStatus((*other)->status_);
    statusText_ = (*other)->statusText_;
    headers_ = js::make<Headers>(*(*other)->headers(), Headers::Guard::none);
    return;
  }
  auto& values = std::get<ResponseInit>(*init);
  if (values.webSocket) setWebSocket(js, *values.webSocket);
  if (values.encodeBody) {
    if (*values.encodeBody != "automatic" && *values.encodeBody != "manual") {
      throw js::typeError("encodeBody must be \"automatic\" or \"manual\"; found \"" +
                          *values.encodeBody + "\".");
    }
    encodeBody_ = *values.encodeBody == "manual" ? Coding::manual : Coding::automatic;
  }
  if (webSocket_ && values.status.value_or(200) != 101) {
    throw js::rangeError("Responses with a WebSocket must have status code 101.");
  }
  if (values.status) setStatus(*values.status);
  if (values.statusText) {
    for (char c : *values.statusText) {
      auto code = static_cast<unsigned char>(c);
      if (code < 0x20 && code != '\t') throw js::typeError("Invalid statusText");
    }
    statusText_ = std::move(*values.statusText);
  }
  if (values.headers) {
    headers_ = js::make<Headers>();
    headers_->fill(js, *values.headers);
  }
}

void Response::setStatus(std::int32_t status) {
  if (status == 101 && webSocket_) {
    status_ = status;
    return;
  }
  if (status < 200 || status > 599) {
    throw js::rangeError(
        "Responses may only be constructed with status codes in the range 200 to 599, inclusive.");
  }
  status_ = status;
}

void Response::setWebSocket(js::Lock& js, v8::Local<v8::Value> socket) {
  if (socket->IsNullOrUndefined()) return;
  webSocket_ = WebSocket::of(js, socket);
  if (!webSocket_) throw js::typeError("member 'webSocket' is not of type 'WebSocket'.");
}

v8::Local<v8::Value> Response::cf(js::Lock&, js::Receiver receiver) {
  return js::slot(receiver.object, kCfSlot);
}

v8::Local<v8::Value> Response::webSocket(js::Lock& js, js::Receiver receiver) {
  if (!webSocket_) return js.null();
  // Kept by the slot: what a script puts on the object stays.
  auto face = WebSocket::faceOf(js, webSocket_);
  js::setSlot(receiver.object, kWebSocketSlot, face);
  return face;
}

void Response::addContentType() {
  if (headers_ && contentType() && !headers_->contains("content-type")) {
    headers_->setUnchecked("Content-Type", *contentType());
  }
}

js::Ptr<Headers> Response::headers() {
  if (received_) {
    headers_ =
        js::make<Headers>(*std::exchange(received_, std::nullopt), Headers::Guard::immutable);
  } else if (!headers_) {
    headers_ = js::make<Headers>();
    addContentType();
  }
  return headers_;
}

std::string Response::headerContentType() const {
  if (received_) {
    return Headers(*received_, Headers::Guard::immutable).find("content-type").value_or("");
  }
  if (!headers_) return contentType().value_or("");
  return headers_->find("content-type").value_or("");
}

v8::Local<v8::Value> Response::cfOf(
    js::Lock& js, const std::optional<std::variant<js::Ptr<Response>, ResponseInit>>& init) {
  if (!init) return js.undefined();
  if (const auto* other = std::get_if<js::Ptr<Response>>(&*init)) {
    return js::slot(js::check((*other)->wrapper(js)), kCfSlot);
  }
  const auto& cf = std::get<ResponseInit>(*init).cf;
  if (!cf) return js.undefined();
  if (!(*cf)->IsObject()) throw js::typeError("member 'cf' is not of type 'object'.");
  return *cf;
}

js::Ptr<Response> Response::construct(
    js::Lock& js, js::Receiver receiver, std::optional<js::Nullable<BodyInit>> body,
    std::optional<std::variant<js::Ptr<Response>, ResponseInit>> init) {
  auto response = js::make<Response>();
  js::setSlot(receiver.object, kCfSlot, cfOf(js, init));
  response->apply(js, std::move(init));
  if (body && body->value) {
    if (!isNullBodyStatus(response->status_)) {
      static_cast<Body&>(*response).assign(js, std::move(*body->value));
      response->addContentType();
    } else if (!isEmptyText(*body->value)) {
      throw js::typeError(kNullBodyStatus);
    } else {
      io::Realm::of(js).logWarning(
          "new Response() was given an empty body with the status " +
          std::to_string(response->status_) +
          ", which has none. It was the only way to make such a response once; write null now.");
    }
  }
  return response;
}

// https://fetch.spec.whatwg.org/#dom-response-json
js::Ptr<Response> Response::json(
    js::Lock& js, v8::Local<v8::Value> value,
    std::optional<std::variant<js::Ptr<Response>, ResponseInit>> init) {
  std::string text = js::toUtf8(js, js::check(v8::JSON::Stringify(js.context(), value)));
  // What JSON.stringify() has no text for is sent as the word "undefined", which is Workers' own.
  auto response = js::make<Response>();
  auto cf = cfOf(js, init);
  response->apply(js, std::move(init));
  if (!cf->IsUndefined()) js::setSlot(js::wrap(js, response), kCfSlot, cf);
  if (isNullBodyStatus(response->status_)) throw js::typeError(kNullBodyStatus);
  static_cast<Body&>(*response).assign(js::counted(js, std::move(text)), "application/json");
  response->addContentType();
  return response;
}

bool Response::isRedirect(std::int32_t status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// https://fetch.spec.whatwg.org/#dom-response-redirect
js::Ptr<Response> Response::redirectTo(std::string url, std::optional<std::int32_t> status) {
  auto parsed = web::Url::parse(url);
  if (!parsed) throw js::typeError("Unable to parse URL: " + url);
  std::int32_t code = status.value_or(302);
  if (!isRedirect(code)) {
    throw js::rangeError(std::to_string(code) + " is not a redirect status code.");
  }
  auto response = js::make<Response>();
  response->status_ = code;
  response->headers_ = js::make<Headers>(Headers::Guard::immutable);
  response->headers_->setUnchecked("Location", std::string(parsed->href()));
  return response;
}

js::Ptr<Response> Response::error() {
  auto response = js::make<Response>();
  response->type_ = Type::error;
  response->status_ = 0;
  response->headers_ = js::make<Headers>(Headers::Guard::immutable);
  return response;
}

js::Ptr<Response> Response::received(io::Response from, std::string url, bool redirected,
                                     Coding coding) {
  auto response = js::make<Response>();
  response->url_ = std::move(url);
  response->redirected_ = redirected;
  response->status_ = static_cast<std::int32_t>(from.status);
  response->statusText_ = std::move(from.statusText);
  response->received_ = std::move(from.headers);
  if (from.webSocket) {
    auto protocol = response->headers()->find("sec-websocket-protocol").value_or("");
    response->webSocket_ = WebSocket::received(std::move(*from.webSocket), std::move(protocol));
  }
  const bool coded = from.encodeBody == Coding::manual;
  if (coded && coding == Coding::automatic) {
    static_cast<Body&>(*response).setCoding(response->coding());
  } else if (coded) {
    response->encodeBody_ = Coding::manual;
  }
  if (auto* bytes = std::get_if<io::SharedBytes>(&from.body)) {
    static_cast<Body&>(*response).assign(std::move(*bytes));
  } else if (auto* source = std::get_if<std::unique_ptr<io::BodySource>>(&from.body)) {
    static_cast<Body&>(*response).assign(
        io::IoContext::current().addObject(std::move(*source), "ReadableStream"));
  }
  return response;
}

std::optional<web::ContentCoding> Response::coding() const {
  if (encodeBody_ == Coding::manual) return std::nullopt;
  std::optional<std::string> text;
  if (headers_) {
    text = headers_->find("content-encoding");
  } else if (received_) {
    text = Headers(*received_, Headers::Guard::immutable).find("content-encoding");
  }
  return text ? web::contentCoding(*text) : std::nullopt;
}

// The copy is not "manual", which workerd, too, forgets.
js::Ptr<Response> Response::clone(js::Lock& js, js::Receiver receiver) {
  if (webSocket_) throw js::typeError("Cannot clone a response to a WebSocket handshake.");
  auto copy = js::make<Response>();
  copy->cloneFrom(*this);
  copy->type_ = type_;
  copy->status_ = status_;
  copy->statusText_ = statusText_;
  copy->url_ = url_;
  copy->redirected_ = redirected_;
  if (headers_ || received_) copy->headers_ = js::make<Headers>(*headers(), Headers::Guard::none);
  js::setSlot(js::wrap(js, copy), kCfSlot, js::slot(receiver.object, kCfSlot));
  return copy;
}

Response::ClonedHead Response::clonedHead() {
  if (webSocket_) {
    throw js::domException("DataCloneError", "A Response with a WebSocket cannot be cloned.");
  }
  return {isError(), status_, statusText_, headers()->list(), url_, redirected_};
}

js::Ptr<Response> Response::cloned(ClonedHead head) {
  auto response = js::make<Response>();
  response->type_ = head.isError ? Type::error : Type::normal;
  response->status_ = head.status;
  response->statusText_ = std::move(head.statusText);
  response->headers_ = js::make<Headers>(head.headers, Headers::Guard::none);
  response->url_ = std::move(head.url);
  response->redirected_ = head.redirected;
  return response;
}

io::Response Response::release(js::Lock& js, Asked asked) {
  io::Response response;
  if (webSocket_) {
    if (asked != Asked::webSocket) {
      throw js::typeError(
          "Worker tried to return WebSocket in a response to a request which did not contain the "
          "header \"Upgrade: websocket\".");
    }
    response.webSocket = webSocket_->couple(js);
  }
  response.status = static_cast<unsigned>(status_);
  response.statusText = statusText_;
  if (received_) {
    response.headers = *received_;
  } else if (headers_) {
    response.headers = headers_->list();
  } else if (contentType()) {
    response.headers.emplace_back("Content-Type", *contentType());
  }
  response.encodeBody = encodeBody_;
  // What is compressed as it is to be goes on as it is.
  if (bodyCoding() && bodyCoding() == coding()) {
    response.encodeBody = Coding::manual;
    response.body = Body::releaseCoded();
  } else {
    response.body = Body::release();
  }
  return response;
}

std::size_t Response::nativeBytes() const {
  std::size_t bytes = kNativeBytes + statusText_.size() + url_.size();
  if (!received_) return bytes;
  for (const auto& field : *received_) {
    bytes += sizeof field + field.first.size() + field.second.size();
  }
  return bytes;
}

void Response::describe(js::Class<Response>& c, const Compatibility&) {
  c.name(kInterface).constructor<&Response::construct>();
  c.staticMethod<&Response::error>("error");
  c.staticMethod<&Response::redirectTo>("redirect");
  c.staticMethod<&Response::json>("json");
  c.attribute<&Response::type>("type");
  c.attribute<&Response::url>("url");
  c.attribute<&Response::redirected>("redirected");
  c.attribute<&Response::status>("status");
  c.attribute<&Response::ok>("ok");
  c.attribute<&Response::statusText>("statusText");
  c.attribute<&Response::headers>("headers");
  c.attribute<&Response::webSocket>("webSocket");
  c.attribute<&Response::cf>("cf");
  c.method<&Response::clone>("clone");
  describeBody<Response, &Body::lend>(c);
}

}  // namespace lathe::api
