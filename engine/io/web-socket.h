#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include "engine/io/pending.h"

// What passes between the carrier of a WebSocket (a TCP connection, a pair within the process) and
// whoever talks through it (a script, an actor's sleeping sockets). RFC 6455.
namespace lathe::io {

// Why a WebSocket ended without the peer's Close. The message is safe to show to a script.
class WebSocketError : public std::runtime_error {
 public:
  enum class Kind {
    disconnected,  // the peer is gone, and has not said why
    protocol,      // the peer broke the protocol; it has been told with a Close
  };
  WebSocketError(Kind kind, const std::string& message)
      : std::runtime_error(message), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

inline constexpr const char* kWebSocketDisconnected =
    "WebSocket disconnected without sending Close frame.";

// One end of a WebSocket. Both directions are independent: after a Close of one of them the other
// goes on until it has its own. Loop thread.
//
// Destroying an end before close() drops what it has not sent yet, and the peer sees the connection
// end without a Close. After close() what was queued still leaves, within a few seconds.
//
// A call here may run the continuations of whoever waits at the other end, before it returns.
class WebSocket {
 public:
  struct Message {
    enum class Kind { text, binary };
    Kind kind = Kind::text;
    std::string bytes;  // of a text, UTF-8
  };
  // §7.4; a code of 1005 stands for a Close that carries none.
  struct Close {
    static constexpr std::uint16_t kNoCode = 1005;
    std::uint16_t code = kNoCode;
    std::string reason;  // UTF-8, at most 123 bytes
  };
  using Received = std::variant<Message, Close>;

  virtual ~WebSocket() = default;

  // ---- Out ----

  // Queues a message behind what was queued before. Ignored after close() and after the end of the
  // connection.
  virtual void send(Message message) = 0;
  // Queues a Close, the last thing that is sent; ignored when there was one already.
  virtual void close(Close close) = 0;
  // The bytes of messages that were queued and have not left yet.
  virtual std::size_t bufferedBytes() const = 0;
  // Settles when all that was queued before this call has left, or when the connection has ended.
  virtual Pending<void> sent() = 0;

  // ---- In ----

  // The next message, or the peer's Close, which is the last. One call at a time; what nobody asks
  // for holds the peer up. Fails with WebSocketError, for good.
  virtual Pending<Received> receive() = 0;
  // A message above this that comes from the network is refused with a Close of 1009, and ends the
  // connection.
  virtual void limitMessages(std::size_t bytes) = 0;
  static constexpr std::size_t kMessageBytesMax = 32 * 1024 * 1024;
};

// A WebSocket on its way to the transport with the response that accepts it.
struct WebSocketUpgrade {
  // An end of a pair: see joinWebSockets.
  std::unique_ptr<WebSocket> socket;
  // Whether permessage-deflate may be agreed upon with the client.
  bool compression = false;
  // Released when the connection has ended: what the other end of the socket lives in.
  std::shared_ptr<void> keptAlive;
};

}  // namespace lathe::io
