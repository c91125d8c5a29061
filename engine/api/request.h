#pragma once

#include "engine/api/body.h"
#include "engine/api/headers.h"

namespace lathe::api {

class Request;

// https://fetch.spec.whatwg.org/#requestinit, with Workers' `cf`.
struct RequestInit {
  std::optional<js::Nullable<BodyInit>> body;
  std::optional<std::string> cache;
  std::optional<v8::Local<v8::Value>> cf;
  std::optional<std::string> encodeResponseBody;
  std::optional<v8::Local<v8::Value>> fetcher;
  std::optional<HeadersInit> headers;
  std::optional<std::string> integrity;
  std::optional<std::string> method;
  std::optional<std::string> redirect;
  std::optional<v8::Local<v8::Value>> signal;
  // No member of the dictionary: whose body to take, where a Request stands for an init.
  js::Ptr<Request> bodyOf;

  static void members(js::Dictionary<RequestInit>& d);
};

// https://fetch.spec.whatwg.org/#request-class
//
// One that arrived keeps its parsed head as it is; the url and the headers become JavaScript values
// only when the script asks for them.
class Request final : public js::Object, public Body {
 public:
  static constexpr const char* kInterface = "Request";
  // Wrapper slots. The last holds what the signal, once asked for, will follow: another signal, or
  // the Request whose signal it is.
  static constexpr int kCfSlot = 0;
  static constexpr int kSignalSlot = 1;
  static constexpr int kFollowedSlot = 2;

  using Input = std::variant<js::Ptr<Request>, std::string>;
  // A Request stands for an init with what it has, its body included.
  using Init = std::variant<js::Ptr<Request>, RequestInit>;

  Request() = default;
  // One that has arrived. Where it is sent on, redirects are for who has sent it.
  explicit Request(io::RequestHead head)
      : head_(std::move(head)),
        headersGuard_(Headers::Guard::immutable),
        redirect_("manual"),
        arrived_(true) {}

  static js::Ptr<Request> construct(js::Lock& js, js::Receiver receiver, Input input,
                                    std::optional<Init> init);
  static RequestInit initOf(js::Lock& js, std::optional<Init> init);
  // What the constructor makes, without `cf` and `signal`, which are JavaScript values.
  static js::Ptr<Request> make(js::Lock& js, const Input& input, RequestInit& init);

  std::string method() const;
  const std::string& url();
  v8::Local<v8::Value> urlString(js::Lock& js) {
    return js.isolate().recentStrings().get(js, url());
  }
  js::Ptr<Headers> headers();
  std::string redirect() const { return redirect_; }
  bool follows() const { return redirect_ == "follow"; }
  v8::Local<v8::Value> cf(js::Lock& js, js::Receiver receiver);
  v8::Local<v8::Value> signal(js::Lock& js, js::Receiver receiver);
  const std::optional<std::string>& cache() const { return cache_; }
  bool keepalive() const { return false; }
  std::string integrity() const { return ""; }
  // Nobody but whoever is asked to send it decides where it goes.
  v8::Local<v8::Value> fetcher(js::Lock& js) const { return js.null(); }
  // Whether the script wants to decompress what comes back itself.
  io::Response::EncodeBody encodeResponseBody() const { return encodeResponseBody_; }
  js::Ptr<Request> clone(js::Lock& js, js::Receiver receiver);

  // What a clone in another context is made from, beside the body and `cf`.
  struct ClonedHead {
    std::string method;
    std::string url;
    io::HeaderList headers;
    std::string redirect;
    std::optional<std::string> cache;
  };
  ClonedHead clonedHead();
  static js::Ptr<Request> cloned(ClonedHead head);

  // The head of this request for another worker or the network. It has none any more afterwards.
  io::RequestHead takeHead();

  static void describe(js::Class<Request>& c, const Compatibility&);

 protected:
  std::string headerContentType() const override;
  std::size_t nativeBytes() const override;

 private:
  void copyFrom(Request& other);
  void setMethod(std::string method);
  static void copySlots(v8::Local<v8::Object> from, v8::Local<v8::Object> to);

  // As it arrived, here or where this one was copied from; the headers, once made, stand for those
  // in it.
  std::optional<io::RequestHead> head_;
  std::string method_ = "GET";
  std::optional<std::string> url_;
  js::Ptr<Headers> headers_;
  Headers::Guard headersGuard_ = Headers::Guard::none;
  std::string redirect_ = "follow";
  std::optional<std::string> cache_;
  io::Response::EncodeBody encodeResponseBody_ = io::Response::EncodeBody::automatic;
  // It, or the one it was made from, came over a connection: `cf` tells about that.
  bool arrived_ = false;
};

}  // namespace lathe::api
