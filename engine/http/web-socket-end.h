#pragma once

#include <cstddef>
#include <exception>
#include <list>

#include "engine/io/web-socket.h"

namespace lathe::http {

class WebSocketConnection;

// What the holder of a WebSocket over the network has in hand. It outlives the connection where
// that goes first, with the messages that nobody has asked for yet.
class WebSocketEnd final : public io::WebSocket {
 public:
  explicit WebSocketEnd(WebSocketConnection& connection) : connection_(&connection) {}
  ~WebSocketEnd() override;

  void send(Message message) override;
  void close(Close close) override;
  std::size_t bufferedBytes() const override;
  io::Pending<void> sent() override;
  io::Pending<Received> receive() override;
  void limitMessages(std::size_t bytes) override;

  // ---- for the connection; whoever hears of these may destroy the end ----
  void deliver(Received received);
  // There is no connection any more: after what is here already, receive() fails with `why`.
  void finish(std::exception_ptr why);

  bool inboxIsEmpty() const { return inbox_.empty(); }
  std::size_t inboxBytes() const { return inboxBytes_; }

 private:
  WebSocketConnection* connection_;
  std::list<Received> inbox_;
  std::size_t inboxBytes_ = 0;
  io::Resolver<Received> receiver_;
  std::exception_ptr failure_;
};

}  // namespace lathe::http
