#pragma once

#include "engine/api/blob.h"
#include "engine/api/url-search-params.h"
#include "engine/io/http-message.h"
#include "engine/io/io-own.h"
#include "engine/js/class.h"

#include <optional>
#include <string>
#include <variant>

namespace lathe::api {

// A stream, form data or other object that a body may be made of later. It claims those values, so that
// they are refused in clear words instead of being sent as "[object Object]".
struct UnsupportedBody {
  std::string what;
};

// https://fetch.spec.whatwg.org/#bodyinit
using BodyInit = std::variant<std::string, js::Ptr<Blob>, js::Ptr<UrlSearchParams>, js::BufferSource,
                              UnsupportedBody>;

// The body of a Request or a Response: nothing, bytes in hand, or a source that the transport fills.
// https://fetch.spec.whatwg.org/#body-mixin
class Body {
 public:
  using Released = std::variant<std::monostate, io::SharedBytes, std::unique_ptr<io::BodySource>>;

  Body() = default;

  // Takes the bytes of `init`; `contentType()` then says what it would be called.
  void assign(BodyInit init);
  void assign(io::SharedBytes bytes) { content_ = std::move(bytes); }
  void assign(io::SharedBytes bytes, std::string contentType) {
    content_ = std::move(bytes);
    contentType_ = std::move(contentType);
  }
  void assign(io::IoOwn<io::BodySource> source) { content_ = std::move(source); }
  // Moves the other's body here; the other counts as used.
  void take(Body& other);
  // Takes the same bytes and type as the other, which keeps them. Throws TypeError when those are used.
  void cloneFrom(Body& other);

  bool present() const { return !std::holds_alternative<std::monostate>(content_); }
  bool bodyUsed() const { return used_; }
  // What the body's own kind says; the headers may say something else.
  const std::optional<std::string>& contentType() const { return contentType_; }

  // Null without a body; streams come later.
  v8::Local<v8::Value> body(js::Lock& js) const;

  // Each reads the whole body once; a second time is a TypeError.
  v8::Local<v8::Promise> text(js::Lock& js);
  v8::Local<v8::Promise> json(js::Lock& js);
  v8::Local<v8::Promise> arrayBuffer(js::Lock& js);
  v8::Local<v8::Promise> bytes(js::Lock& js);
  v8::Local<v8::Promise> blob(js::Lock& js);
  v8::Local<v8::Promise> formData(js::Lock& js);

  // Hands the content over to a transport and marks it used. Throws TypeError when it was used before.
  Released release();

  template <class T>
  static void describeBody(js::Class<T>& c) {
    c.template attribute<&Body::body>("body");
    c.template attribute<&Body::bodyUsed>("bodyUsed");
    c.template method<&Body::text>("text");
    c.template method<&Body::json>("json");
    c.template method<&Body::arrayBuffer>("arrayBuffer");
    c.template method<&Body::bytes>("bytes");
    c.template method<&Body::blob>("blob");
    c.template method<&Body::formData>("formData");
  }

 protected:
  ~Body() = default;
  // The Content-Type of the message, which a Blob read from this body gets; empty without any.
  virtual std::string headerContentType() const = 0;

 private:
  // An arriving body that several clones want: read once as a whole when the first of them asks.
  class Shared;
  class SharedSource;
  using Content = std::variant<std::monostate, io::SharedBytes, io::IoOwn<io::BodySource>,
                               std::shared_ptr<Shared>>;

  template <class Convert>
  v8::Local<v8::Promise> consume(js::Lock& js, Convert convert);
  void requireUnused() const;

  Content content_;
  std::optional<std::string> contentType_;
  bool used_ = false;
};

}  // namespace lathe::api

template <>
struct lathe::js::Convert<lathe::api::UnsupportedBody> {
  static bool accepts(Lock& js, v8::Local<v8::Value> value);
  static lathe::api::UnsupportedBody fromJs(Lock& js, v8::Local<v8::Value> value);
};
