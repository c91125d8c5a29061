#pragma once

#include <deque>
#include <memory>
#include <variant>

#include "engine/io/output-gate.h"
#include "engine/io/web-socket.h"

namespace lathe::io {

// A WebSocket whose frames wait at an actor's output gate, as its responses do: each for the writes
// that were under way when it was sent, and never before one that was sent earlier. Made with
// make_shared; frames that wait keep it alive. Loop thread.
class GatedWebSocket : public std::enable_shared_from_this<GatedWebSocket> {
 public:
  explicit GatedWebSocket(std::unique_ptr<WebSocket> socket) : socket_(std::move(socket)) {}
  GatedWebSocket(const GatedWebSocket&) = delete;
  GatedWebSocket& operator=(const GatedWebSocket&) = delete;

  // Sends behind what waits already. `gate` is null outside of actors.
  void send(WebSocket::Message message, OutputGate* gate) { push(std::move(message), gate); }
  void close(WebSocket::Close close, OutputGate* gate) {
    closing_ = true;
    push(std::move(close), gate);
  }
  // Sends what rests on no write: only behind frames that wait themselves.
  void reply(WebSocket::Message message) { push(std::move(message), nullptr); }

  // The frames that wait are never sent: the gate that they wait at goes.
  void dropWaiting() { waiting_.clear(); }

  // Whether a Close was among what has been sent or waits.
  bool closing() const { return closing_; }

  // As WebSocket says.
  Pending<WebSocket::Received> receive() { return socket_->receive(); }
  void limitMessages(std::size_t bytes) { socket_->limitMessages(bytes); }
  // With what waits at the gate.
  std::size_t bufferedBytes() const;

  // Gives the socket to somebody else. Nothing waits; not used afterwards.
  std::unique_ptr<WebSocket> release() { return std::move(socket_); }

 private:
  using Frame = std::variant<WebSocket::Message, WebSocket::Close>;
  struct Waiting {
    Pending<void> gate;  // none: it only waits for those before it
    Frame frame;
  };

  void push(Frame frame, OutputGate* gate);
  void transmit(Frame frame);
  // Sends from the front of the line what may be sent.
  void advance();

  std::unique_ptr<WebSocket> socket_;
  std::deque<Waiting> waiting_;
  bool closing_ = false;
};

}  // namespace lathe::io
