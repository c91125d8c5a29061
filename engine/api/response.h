#pragma once

#include "engine/api/body.h"
#include "engine/api/headers.h"

namespace lathe::api {

class Response;

// https://fetch.spec.whatwg.org/#responseinit
struct ResponseInit {
  std::optional<HeadersInit> headers;
  std::optional<std::int32_t> status;
  std::optional<js::ByteString> statusText;

  static void members(js::Dictionary<ResponseInit>& d);
};

// https://fetch.spec.whatwg.org/#response-class
class Response final : public js::Object, public Body {
 public:
  static constexpr const char* kInterface = "Response";
  enum class Type { normal, error };

  static js::Ptr<Response> construct(
      js::Lock& js, std::optional<js::Nullable<BodyInit>> body,
      std::optional<std::variant<js::Ptr<Response>, ResponseInit>> init);
  static js::Ptr<Response> json(js::Lock& js, v8::Local<v8::Value> value,
                                std::optional<std::variant<js::Ptr<Response>, ResponseInit>> init);
  static js::Ptr<Response> redirectTo(std::string url, std::optional<std::int32_t> status);
  static js::Ptr<Response> error();
  // What came back from another worker.
  static js::Ptr<Response> received(io::Response response);

  std::string type() const { return type_ == Type::error ? "error" : "default"; }
  std::string url() const { return url_; }
  bool redirected() const { return false; }
  std::int32_t status() const { return status_; }
  bool ok() const { return status_ >= 200 && status_ < 300; }
  js::ByteString statusText() const { return {statusText_}; }
  js::Ptr<Headers> headers();
  v8::Local<v8::Value> webSocket(js::Lock& js) const { return js.null(); }
  js::Ptr<Response> clone(js::Lock& js);

  bool isError() const { return type_ == Type::error; }
  // Hands everything over to the transport. Throws TypeError when the body was used.
  io::Response release();

  static void describe(js::Class<Response>& c, const Compatibility&);

 protected:
  std::string headerContentType() const override;

 private:
  // After the body has come: its type becomes a header unless there is one.
  void addContentType();
  void setStatus(std::int32_t status);
  void apply(js::Lock& js, std::optional<std::variant<js::Ptr<Response>, ResponseInit>> init);

  Type type_ = Type::normal;
  std::int32_t status_ = 200;
  std::string statusText_;
  std::string url_;
  // Null as long as nobody has given or asked for any: the body's type is all there is then.
  js::Ptr<Headers> headers_;
};

}  // namespace lathe::api
