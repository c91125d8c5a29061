#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/api/blob.h"
#include "engine/api/web-socket-link.h"
#include "engine/io/http-message.h"
#include "engine/io/io-own.h"
#include "engine/io/web-socket-dialer.h"
#include "engine/js/class.h"

namespace lathe::api {

// What `accept()` takes.
struct AcceptOptions {
  // The peer's Close leaves this side open until the script closes it.
  bool allowHalfOpen = false;

  static void members(js::Dictionary<AcceptOptions>& d);
};

// The C++ half of a script's WebSocket.
// https://websockets.spec.whatwg.org/#the-websocket-interface, with what Workers add: both ends of
// a pair, `accept()`, attachments.
//
// The object that scripts see (its *face*) is engine/builtins/web-socket.js's: an EventTarget that
// holds this one.
class WebSocket final : public js::Object {
 public:
  static constexpr const char* kInterface = "WebSocket";
  // Wrapper slot: the face.
  static constexpr int kFaceSlot = 0;

  static constexpr std::size_t kAttachmentBytesMax = 16'384;
  static constexpr std::size_t kReasonBytesMax = 123;
  static constexpr std::size_t kLargeMessageBytesMax = 128 * 1024 * 1024;

  // The faces of both ends of a new pair.
  static std::vector<v8::Local<v8::Value>> makePair(js::Lock& js);
  // One that connects to `url`; `face` hears of it. Throws SyntaxError (a DOMException) for what
  // cannot be connected to. https://websockets.spec.whatwg.org/#dom-websocket-websocket
  static js::Ptr<WebSocket> dial(js::Lock& js, v8::Local<v8::Object> face, std::string url,
                                 std::vector<std::string> protocols);
  // The far end of a response's WebSocket.
  static js::Ptr<WebSocket> received(io::WebSocketUpgrade upgrade, std::string protocol);
  // A new instance's object for a socket that its actor has kept.
  static js::Ptr<WebSocket> revived(std::shared_ptr<WebSocketLink> link);

  // The one behind a face; null when `value` is none.
  static js::Ptr<WebSocket> of(js::Lock& js, v8::Local<v8::Value> value);
  // The face, made when there is none.
  static v8::Local<v8::Object> faceOf(js::Lock& js, const js::Ptr<WebSocket>& socket);

  // ---- For the face ----

  void accept(js::Lock& js, AcceptOptions options);
  void send(js::Lock& js, std::variant<std::string, js::BufferSource, js::Ptr<Blob>> message);
  void close(js::Lock& js, std::optional<double> code, std::optional<std::string> reason);
  void serializeAttachment(js::Lock& js, v8::Local<v8::Value> value);
  v8::Local<v8::Value> deserializeAttachment(js::Lock& js);
  int readyState() const;
  js::Nullable<std::string> url() const { return {link().url}; }
  std::string protocol() const { return link().protocol; }
  std::string extensions() const { return link().extensions; }
  double bufferedAmount() const;
  std::string binaryType() const { return blobs_ ? "blob" : "arraybuffer"; }
  void setBinaryType(std::string type);

  static void describe(js::Class<WebSocket>& c, const Compatibility&);

  // ---- For a response, and for ctx ----

  // Gives the connection to the transport with the response that carries it. Throws TypeError when
  // it is in use.
  std::unique_ptr<io::WebSocketUpgrade> couple(js::Lock& js);
  // Gives it to the actor's sleeping sockets. Throws Error when it is in use.
  std::shared_ptr<WebSocketLink> sleep();
  // Whether it is one of the actor's sleeping sockets.
  bool sleeps() const { return state_ == State::sleeping; }
  // Throws when another context owns it.
  WebSocketLink& link() const { return *link_.get(); }

  // The JavaScript value of a message; of a binary one an ArrayBuffer.
  static v8::Local<v8::Value> dataOf(js::Lock& js, const io::WebSocket::Message& message);

 protected:
  std::size_t nativeBytes() const override;

 private:
  enum class State {
    connecting,  // made with a URL, and not connected yet
    unaccepted,  // an end of a pair that nobody has used
    accepted,    // the script listens
    sleeping,    // the actor listens (acceptWebSocket)
    coupled,     // it has left with a response
  };
  // What both ends of a pair know of each other.
  struct Pair {
    State states[2] = {State::unaccepted, State::unaccepted};
  };
  using Link = std::shared_ptr<WebSocketLink>;

  WebSocket(State state, WebSocketLink link);
  WebSocket(State state, Link link);

  void connect(js::Lock& js, v8::Local<v8::Object> face, std::vector<std::string> protocols);
  void failToOpen(js::Lock& js, v8::Local<v8::Object> face);
  void open(js::Lock& js, v8::Local<v8::Object> face,
            io::Outcome<io::WebSocketDialer::Opened> outcome);
  // Waits for what comes next, and keeps the face until it has come.
  void listen(js::Lock& js, v8::Local<v8::Object> face);
  void hear(js::Lock& js, v8::Local<v8::Object> face, io::Outcome<io::WebSocket::Received> outcome);
  void hearClose(js::Lock& js, v8::Local<v8::Object> face, io::WebSocket::Close close);
  void fail(js::Lock& js, v8::Local<v8::Object> face, std::exception_ptr error);
  void become(State state);
  // Whether the other end is an end of the same script's.
  bool local() const;

  State state_;
  bool dialed_ = false;  // made with a URL
  bool blobs_ = false;
  // Owned by the I/O context it was made in; a sleeping one's is its actor's too.
  io::IoOwn<Link> link_;
  std::shared_ptr<Pair> pair_;
  int end_ = 0;
};

}  // namespace lathe::api
