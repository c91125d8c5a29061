#pragma once

#include "engine/api/body.h"
#include "engine/api/headers.h"
#include "engine/api/web-socket.h"

namespace lathe::api {

class Response;

// https://fetch.spec.whatwg.org/#responseinit
struct ResponseInit {
  std::optional<HeadersInit> headers;
  std::optional<std::int32_t> status;
  std::optional<std::string> statusText;
  // Workers' own: with a status of 101.
  std::optional<v8::Local<v8::Value>> webSocket;
  // Workers' own: what the script has to tell those who get the response from it.
  std::optional<v8::Local<v8::Value>> cf;
  // Workers' own: "manual" when the body is compressed already as its Content-Encoding says.
  std::optional<std::string> encodeBody;

  static void members(js::Dictionary<ResponseInit>& d);
};

// https://fetch.spec.whatwg.org/#response-class
class Response final : public js::Object, public Body {
 public:
  static constexpr const char* kInterface = "Response";
  // Wrapper slots: the script's object for the WebSocket, and `cf`.
  static constexpr int kWebSocketSlot = 0;
  static constexpr int kCfSlot = 1;
  enum class Type { normal, error };

  static js::Ptr<Response> construct(
      js::Lock& js, js::Receiver receiver, std::optional<js::Nullable<BodyInit>> body,
      std::optional<std::variant<js::Ptr<Response>, ResponseInit>> init);
  static js::Ptr<Response> json(js::Lock& js, v8::Local<v8::Value> value,
                                std::optional<std::variant<js::Ptr<Response>, ResponseInit>> init);
  // https://fetch.spec.whatwg.org/#redirect-status
  static bool isRedirect(std::int32_t status);
  static js::Ptr<Response> redirectTo(std::string url, std::optional<std::int32_t> status);
  static js::Ptr<Response> error();
  // What came back from another worker, which was asked for `url` in the end. A body that the
  // worker has compressed itself is read decompressed, unless `coding` says that the script will do
  // that.
  using Coding = io::Response::EncodeBody;
  static js::Ptr<Response> received(io::Response response, std::string url, bool redirected,
                                    Coding coding);

  std::string type() const { return type_ == Type::error ? "error" : "default"; }
  std::string url() const { return url_; }
  bool redirected() const { return redirected_; }
  std::int32_t status() const { return status_; }
  bool ok() const { return status_ >= 200 && status_ < 300; }
  std::string statusText() const { return statusText_; }
  js::Ptr<Headers> headers();
  // The script's WebSocket, or null.
  v8::Local<v8::Value> webSocket(js::Lock& js, js::Receiver receiver);
  v8::Local<v8::Value> cf(js::Lock& js, js::Receiver receiver);
  js::Ptr<Response> clone(js::Lock& js, js::Receiver receiver);

  // What a clone in another context is made from, beside the body. Throws DataCloneError when there
  // is a WebSocket.
  struct ClonedHead {
    bool isError = false;
    std::int32_t status = 200;
    std::string statusText;
    io::HeaderList headers;
    std::string url;
    bool redirected = false;
  };
  ClonedHead clonedHead();
  static js::Ptr<Response> cloned(ClonedHead head);

  bool isError() const { return type_ == Type::error; }
  // Hands everything over to the transport, as the answer to a request that has asked for a
  // WebSocket or has not. Throws TypeError when the body was used, or the WebSocket is.
  enum class Asked { response, webSocket };
  static Asked askedBy(const io::RequestHead& head) {
    return head.asksForWebSocket() ? Asked::webSocket : Asked::response;
  }
  io::Response release(js::Lock& js, Asked asked);

  static void describe(js::Class<Response>& c, const Compatibility&);

 protected:
  std::string headerContentType() const override;
  std::size_t nativeBytes() const override;

 private:
  // After the body has come: its type becomes a header unless there is one.
  void addContentType();
  void setStatus(std::int32_t status);
  // The `cf` of an init, or undefined. Throws TypeError.
  static v8::Local<v8::Value> cfOf(
      js::Lock& js, const std::optional<std::variant<js::Ptr<Response>, ResponseInit>>& init);
  void setWebSocket(js::Lock& js, v8::Local<v8::Value> socket);
  // The coding that the transport is to give the body.
  std::optional<web::ContentCoding> coding() const;
  void apply(js::Lock& js, std::optional<std::variant<js::Ptr<Response>, ResponseInit>> init);

  Type type_ = Type::normal;
  std::int32_t status_ = 200;
  std::string statusText_;
  std::string url_;
  bool redirected_ = false;
  // As they came from elsewhere, as long as nobody has asked for them.
  std::optional<io::HeaderList> received_;
  // Null as long as nobody has given or asked for any: without `received_` the body's type is all
  // there is then.
  js::Ptr<Headers> headers_;
  js::Ptr<WebSocket> webSocket_;
  Coding encodeBody_ = Coding::automatic;
};

}  // namespace lathe::api
