#pragma once

#include <optional>
#include <string>
#include <variant>

#include "engine/api/blob.h"
#include "engine/api/url-search-params.h"
#include "engine/io/http-message.h"
#include "engine/io/io-own.h"
#include "engine/js/class.h"
#include "engine/web/compression.h"

namespace lathe::api {

// A stream, form data or other object that a body may be made of later. It claims those values, so
// that they are refused in clear words instead of being sent as "[object Object]".
struct UnsupportedBody {
  std::string what;
};

// An arriving body that several clones want: read once as a whole when the first of them asks.
class SharedBody;
using BodyContent = std::variant<std::monostate, io::SharedBytes, io::IoOwn<io::BodySource>,
                                 std::shared_ptr<SharedBody>>;

// What `response.body` is until there are streams: a thing that another body can be made of, as
// frameworks do to change the head of an answer. Reading it in JavaScript throws `not implemented`.
class BodyStream final : public js::Object {
 public:
  static constexpr const char* kInterface = "ReadableStream";

  BodyStream(BodyContent content, std::optional<web::ContentCoding> coding, bool used)
      : content_(std::move(content)), coding_(coding), used_(used) {}

  bool used() const { return used_; }
  std::optional<web::ContentCoding> coding() const { return coding_; }
  // Its content, once.
  BodyContent take();

  v8::Local<v8::Value> refuse() const;

  static void describe(js::Class<BodyStream>& c, const Compatibility&);

 private:
  BodyContent content_;
  std::optional<web::ContentCoding> coding_;
  bool used_;
};

// https://fetch.spec.whatwg.org/#bodyinit
using BodyInit = std::variant<std::string, js::Ptr<Blob>, js::Ptr<UrlSearchParams>,
                              js::Ptr<BodyStream>, js::BufferSource, UnsupportedBody>;

// The body of a Request or a Response: nothing, bytes in hand, or a source that the transport
// fills. https://fetch.spec.whatwg.org/#body-mixin
class Body {
 public:
  using Released = std::variant<std::monostate, io::SharedBytes, std::unique_ptr<io::BodySource>>;

  Body() = default;

  // Takes the bytes of `init`; `contentType()` then says what it would be called. Throws RangeError
  // when the isolate's memory limit refuses them.
  void assign(js::Lock& js, BodyInit init);
  void assign(io::SharedBytes bytes) { content_ = std::move(bytes); }
  void assign(io::SharedBytes bytes, std::string contentType) {
    content_ = std::move(bytes);
    contentType_ = std::move(contentType);
  }
  void assign(io::IoOwn<io::BodySource> source) { content_ = std::move(source); }
  // The content is compressed, and read as what it stands for.
  void setCoding(std::optional<web::ContentCoding> coding) { coding_ = coding; }
  // Moves the other's body here; the other counts as used.
  void take(Body& other);
  // The same bytes where the other has them in hand, which keeps them; else moves its body here.
  void shareOrTake(Body& other);
  // Takes the same bytes and type as the other, which keeps them. Throws TypeError when those are
  // used.
  void cloneFrom(Body& other);

  bool present() const { return stream_ || !std::holds_alternative<std::monostate>(content_); }
  bool bodyUsed() const { return used_ || (stream_ && stream_->used()); }
  // What the body's own kind says; the headers may say something else.
  const std::optional<std::string>& contentType() const { return contentType_; }

  // Null without a body; streams come later.
  v8::Local<v8::Value> body(js::Lock& js) const;
  // The body as something to make another one of; null without a body.
  js::Nullable<js::Ptr<BodyStream>> lend();

  // Each reads the whole body once; a second time is a TypeError.
  v8::Local<v8::Promise> text(js::Lock& js);
  v8::Local<v8::Promise> json(js::Lock& js);
  v8::Local<v8::Promise> arrayBuffer(js::Lock& js);
  v8::Local<v8::Promise> bytes(js::Lock& js);
  v8::Local<v8::Promise> blob(js::Lock& js);
  v8::Local<v8::Promise> formData(js::Lock& js);

  // Hands the content over to a transport and marks it used. Throws TypeError when it was used
  // before.
  Released release();
  // The same as it lies, `bodyCoding()` telling how it is compressed.
  Released releaseCoded();
  const std::optional<web::ContentCoding>& bodyCoding() const { return coding_; }

  template <class T, auto body = &Body::body>
  static void describeBody(js::Class<T>& c) {
    c.template attribute<body>("body");
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
  template <class Convert>
  v8::Local<v8::Promise> consume(js::Lock& js, Convert convert);
  // Throws TypeError when the body has been used; takes back what was lent.
  void requireUnused();

  BodyContent content_;
  // How it is compressed, where a worker has done that before sending it here.
  std::optional<web::ContentCoding> coding_;
  js::Ptr<BodyStream> stream_;  // holds the content while it is lent
  std::optional<std::string> contentType_;
  bool used_ = false;
};

}  // namespace lathe::api

template <>
struct lathe::js::Convert<lathe::api::UnsupportedBody> {
  static bool accepts(Lock& js, v8::Local<v8::Value> value);
  static lathe::api::UnsupportedBody fromJs(Lock& js, v8::Local<v8::Value> value);
};
