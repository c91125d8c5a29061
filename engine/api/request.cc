#include "engine/api/request.h"

#include <boost/beast/http/verb.hpp>

#include "engine/api/hook.h"
#include "engine/compatibility.h"
#include "engine/io/io-context.h"
#include "engine/web/http-method.h"
#include "engine/web/serialized-url.h"
#include "engine/web/url.h"

namespace lathe::api {
namespace {

// What Cloudflare tells about a connection, for one that came from this machine, as wrangler does
// without a network.
constexpr std::string_view kCf =
    R"({"asn":395747,"asOrganization":"Cloudflare","botManagement":{)"
    R"("corporateProxy":false,"score":99,"verifiedBot":false,"staticResource":false,)"
    R"("detectionIds":[]},"city":"Austin","clientTcpRtt":1,"colo":"DFW","continent":"NA",)"
    R"("country":"US","edgeRequestKeepAliveStatus":0,"httpProtocol":"HTTP/1.1",)"
    R"("latitude":"30.27130","longitude":"-97.74260","metroCode":"635","postalCode":"78701",)"
    R"("region":"Texas","regionCode":"TX","requestPriority":"","timezone":"America/Chicago",)"
    R"("tlsCipher":"","tlsClientAuth":{"certPresented":"0","certVerified":"NONE",)"
    R"("certRevoked":"0","certIssuerDN":"","certSubjectDN":"","certIssuerDNRFC2253":"",)"
    R"("certSubjectDNRFC2253":"","certIssuerDNLegacy":"","certSubjectDNLegacy":"",)"
    R"("certSerial":"","certIssuerSerial":"","certSKI":"","certIssuerSKI":"",)"
    R"("certFingerprintSHA1":"","certFingerprintSHA256":"","certNotBefore":"",)"
    R"("certNotAfter":"","certRFC9440":"","certRFC9440TooLarge":false,"certChainRFC9440":"",)"
    R"("certChainRFC9440TooLarge":false},"tlsVersion":""})";

// https://fetch.spec.whatwg.org/#concept-method-normalize, of the methods that Workers know. With
// `upperCaseAll` any of them may be written in lower case; otherwise those of the standard's list.
std::string normalizeMethod(std::string method, bool upperCaseAll) {
  if (web::isHttpMethod(method)) return method;
  std::string upper = method;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (std::string_view known : {"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"}) {
    if (upper == known) return upper;
  }
  if (upperCaseAll && web::isHttpMethod(upper)) return upper;
  throw js::typeError("Invalid HTTP method string: " + method);
}

bool isSafe(std::string_view method) { return method == "GET" || method == "HEAD"; }

}  // namespace

void RequestInit::members(js::Dictionary<RequestInit>& d) {
  d.member<&RequestInit::body>("body");
  d.member<&RequestInit::cache>("cache");
  d.member<&RequestInit::cf>("cf");
  d.member<&RequestInit::encodeResponseBody>("encodeResponseBody");
  d.member<&RequestInit::fetcher>("fetcher");
  d.member<&RequestInit::headers>("headers");
  d.member<&RequestInit::integrity>("integrity");
  d.member<&RequestInit::method>("method");
  d.member<&RequestInit::redirect>("redirect");
  d.member<&RequestInit::signal>("signal");
}

RequestInit Request::initOf(js::Lock& js, std::optional<Init> init) {
  if (!init) return {};
  auto* given = std::get_if<js::Ptr<Request>>(&*init);
  if (!given) return std::get<RequestInit>(std::move(*init));
  Request& other = **given;
  RequestInit values;
  values.method = other.method();
  values.redirect = other.redirect_;
  values.cache = other.cache_;
  values.headers = HeadersSource{other.headers()};
  if (other.encodeResponseBody_ == io::Response::EncodeBody::manual) {
    values.encodeResponseBody = "manual";
  }
  values.bodyOf = *given;
  const js::Receiver receiver{js::check(other.wrapper(js))};
  auto cf = other.cf(js, receiver);
  if (!cf->IsUndefined()) values.cf = cf;
  values.signal = other.signal(js, receiver);
  return values;
}

js::Ptr<Request> Request::construct(js::Lock& js, js::Receiver receiver, Input input,
                                    std::optional<Init> given) {
  RequestInit init = initOf(js, std::move(given));
  auto request = make(js, input, init);
  if (auto* original = std::get_if<js::Ptr<Request>>(&input)) {
    copySlots(js::check((*original)->wrapper(js)), receiver.object);
  }
  if (init.cf) {
    if (!(*init.cf)->IsObject()) {
      throw js::typeError("Failed to construct 'Request': member 'cf' is not of type 'object'.");
    }
    js::setSlot(receiver.object, kCfSlot, *init.cf);
  }
  if (init.fetcher && !(*init.fetcher)->IsNullOrUndefined()) {
    throw js::notImplemented("the fetcher of a Request; call fetch() of the service instead");
  }
  if (init.signal) {
    auto signal = *init.signal;
    if (signal->IsNull()) {
      signal = js.undefined();
    } else if (!callHook(js, "isAbortSignal", {signal})->IsTrue()) {
      throw js::typeError(
          "Failed to construct 'Request': member 'signal' is not of type 'AbortSignal'.");
    }
    js::setSlot(receiver.object, kFollowedSlot, signal);
  }
  return request;
}

// https://fetch.spec.whatwg.org/#dom-request
js::Ptr<Request> Request::make(js::Lock& js, const Input& input, RequestInit& init) {
  auto request = js::make<Request>();
  auto* original = std::get_if<js::Ptr<Request>>(&input);
  if (original) {
    request->copyFrom(**original);
  } else {
    const auto& text = std::get<std::string>(input);
    auto url = web::Url::parse(text);
    if (!url) throw js::typeError("Invalid URL: " + text);
    request->url_ = url->href();
    request->headers_ = js::make<Headers>();
  }
  if (init.method) {
    bool upperCaseAll = io::Realm::of(js).compatibility().has(Flag::UpperCaseAllHttpMethods);
    request->setMethod(normalizeMethod(std::move(*init.method), upperCaseAll));
  }
  if (init.redirect) {
    if (*init.redirect != "follow" && *init.redirect != "manual") {
      throw js::typeError(
          "Invalid redirect value, must be one of \"follow\" or \"manual\" (\"error\" won't "
          "be implemented since it does not make sense at the edge; use \"manual\" and check "
          "the response status code).");
    }
    request->redirect_ = *init.redirect;
  }
  if (init.cache) {
    if (*init.cache != "no-store" && *init.cache != "no-cache") {
      throw js::typeError("Unsupported cache mode: " + *init.cache);
    }
    request->cache_ = *init.cache;
  }
  if (init.integrity && !init.integrity->empty()) {
    throw js::typeError(
        "Failed to construct 'Request': \"integrity\" is not supported by Workers.");
  }
  if (init.encodeResponseBody) {
    const std::string& word = *init.encodeResponseBody;
    if (word != "automatic" && word != "manual") {
      throw js::typeError("encodeResponseBody must be \"automatic\" or \"manual\"; found \"" +
                          word + "\".");
    }
    using EncodeBody = io::Response::EncodeBody;
    request->encodeResponseBody_ = word == "manual" ? EncodeBody::manual : EncodeBody::automatic;
  }
  if (init.headers) {
    request->headers_ = js::make<Headers>();
    request->headers_->fill(js, *init.headers);
  }
  Request* lender =
      init.bodyOf && (init.bodyOf->present() || init.bodyOf->bodyUsed()) ? &*init.bodyOf : nullptr;
  bool bodyGiven = (init.body && init.body->value) || lender;
  bool bodyInherited =
      original && !init.body && !init.bodyOf && ((*original)->present() || (*original)->bodyUsed());
  if ((bodyGiven || bodyInherited) && isSafe(request->method())) {
    throw js::typeError("Request with a GET or HEAD method cannot have a body.");
  }
  if (lender) {
    request->shareOrTake(*lender);
  } else if (bodyGiven) {
    static_cast<Body&>(*request).assign(js, std::move(*init.body->value));
    if (request->contentType() && !request->headers()->contains("content-type")) {
      request->headers()->setUnchecked("Content-Type", *request->contentType());
    }
  } else if (bodyInherited) {
    request->take(**original);
  }
  return request;
}

void Request::copyFrom(Request& other) {
  url_ = other.url();
  if (other.head_ && !other.headers_) {
    // Nobody has looked at the headers yet, and perhaps nobody will.
    head_ = other.head_;
  } else {
    method_ = other.method();
    headers_ = js::make<Headers>(*other.headers(), Headers::Guard::none);
  }
  redirect_ = other.redirect_;
  cache_ = other.cache_;
  encodeResponseBody_ = other.encodeResponseBody_;
  arrived_ = other.arrived_;
}

void Request::copySlots(v8::Local<v8::Object> from, v8::Local<v8::Object> to) {
  js::setSlot(to, kCfSlot, js::slot(from, kCfSlot));
  js::setSlot(to, kFollowedSlot, from);
}

void Request::setMethod(std::string method) {
  if (head_) {
    head_->message.method_string(method);
  } else {
    method_ = std::move(method);
  }
}

std::string Request::method() const {
  if (head_) {
    auto text = head_->message.method_string();
    return {text.data(), text.size()};
  }
  return method_;
}

const std::string& Request::url() {
  if (!url_) {
    auto target = head_->message.target();
    if (head_->targetIsSerialized) return url_.emplace(target.data(), target.size());
    std::string text;
    text.reserve(head_->origin.size() + target.size());
    text.append(head_->origin).append(target.data(), target.size());
    if (!web::isSerializedHttpUrl(text)) {
      if (auto parsed = web::Url::parse(text)) text = parsed->href();
    }
    url_ = std::move(text);
  }
  return *url_;
}

js::Ptr<Headers> Request::headers() {
  if (!headers_) {
    headers_ = js::make<Headers>(head_->message, headersGuard_);
    if (!head_->clientAddress.empty()) {
      headers_->setUnchecked("CF-Connecting-IP", head_->clientAddress);
    }
  }
  return headers_;
}

v8::Local<v8::Value> Request::cf(js::Lock& js, js::Receiver receiver) {
  auto kept = js::slot(receiver.object, kCfSlot);
  if (!kept->IsUndefined() || !arrived_) return kept;
  auto made = js::check(v8::JSON::Parse(js.context(), js.string(kCf)));
  auto encodings = headers()->find("accept-encoding").value_or("");
  js::check(made.As<v8::Object>()->CreateDataProperty(js.context(), js.name("clientAcceptEncoding"),
                                                      js::utf8(js, encodings)));
  js::setSlot(receiver.object, kCfSlot, made);
  return made;
}

v8::Local<v8::Value> Request::signal(js::Lock& js, js::Receiver receiver) {
  auto kept = js::slot(receiver.object, kSignalSlot);
  if (!kept->IsUndefined()) return kept;
  auto followed = js::slot(receiver.object, kFollowedSlot);
  if (auto* other = js::unwrap<Request>(js, followed)) {
    followed = other->signal(js, {followed.As<v8::Object>()});
  }
  auto made = followed->IsUndefined()
                  ? callHook(js, "createAbortSignal", {})
                  : callHook(js, "createDependentSignal", {v8::Array::New(js.v8(), &followed, 1)});
  js::setSlot(receiver.object, kSignalSlot, made);
  return made;
}

// https://fetch.spec.whatwg.org/#dom-request-clone
js::Ptr<Request> Request::clone(js::Lock& js, js::Receiver receiver) {
  auto copy = js::make<Request>();
  copy->cloneFrom(*this);
  copy->copyFrom(*this);
  copy->headersGuard_ = headersGuard_;
  if (copy->headers_) copy->headers_ = js::make<Headers>(*headers_, headersGuard_);
  copySlots(receiver.object, js::wrap(js, copy));
  return copy;
}

Request::ClonedHead Request::clonedHead() {
  return {method(), url(), headers()->list(), redirect_, cache_};
}

js::Ptr<Request> Request::cloned(ClonedHead head) {
  auto request = js::make<Request>();
  request->method_ = std::move(head.method);
  request->url_ = std::move(head.url);
  request->headers_ = js::make<Headers>(head.headers, Headers::Guard::none);
  request->redirect_ = std::move(head.redirect);
  request->cache_ = std::move(head.cache);
  return request;
}

io::RequestHead Request::takeHead() {
  io::RequestHead head;
  if (head_ && !headers_) {
    const std::string target = url();
    head = std::move(*head_);
    head.message.target(target);
    head.targetIsSerialized = true;
    return head;
  }
  head.message.method_string(method());
  head.message.target(url());
  head.targetIsSerialized = true;
  if (auto* context = io::IoContext::currentOrNull()) head.number = context->cause().request;
  for (auto& [name, value] : headers()->list()) head.message.insert(name, value);
  return head;
}

std::size_t Request::nativeBytes() const {
  std::size_t bytes = kNativeBytes + method_.size() + redirect_.size();
  if (head_) bytes += head_->bytes();
  return bytes + (url_ ? url_->size() : 0) + (cache_ ? cache_->size() : 0);
}

std::string Request::headerContentType() const {
  if (headers_) return headers_->find("content-type").value_or("");
  if (!head_) return "";
  auto value = (*head_).message[boost::beast::http::field::content_type];
  return {value.data(), value.size()};
}

void Request::describe(js::Class<Request>& c, const Compatibility&) {
  c.name(kInterface).constructor<&Request::construct>();
  c.attribute<&Request::method>("method");
  c.attribute<&Request::urlString>("url");
  c.attribute<&Request::headers>("headers");
  c.attribute<&Request::redirect>("redirect");
  c.attribute<&Request::signal>("signal");
  c.attribute<&Request::fetcher>("fetcher");
  c.attribute<&Request::cf>("cf");
  c.attribute<&Request::integrity>("integrity");
  c.attribute<&Request::keepalive>("keepalive");
  c.attribute<&Request::cache>("cache");
  c.method<&Request::clone>("clone");
  describeBody(c);
}

}  // namespace lathe::api
