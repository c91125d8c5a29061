#include "engine/http/web-socket-end.h"

#include <utility>

#include "engine/http/web-socket-connection.h"

namespace lathe::http {

namespace {

std::size_t bytesOf(const io::WebSocket::Received& received) {
  const auto* message = std::get_if<io::WebSocket::Message>(&received);
  return message ? message->bytes.size() : 0;
}

}  // namespace

WebSocketEnd::~WebSocketEnd() {
  if (connection_) connection_->forgetEnd();
}

void WebSocketEnd::send(Message message) {
  if (connection_) connection_->send(std::move(message));
}

void WebSocketEnd::close(Close close) {
  if (connection_) connection_->close(std::move(close));
}

std::size_t WebSocketEnd::bufferedBytes() const {
  return connection_ ? connection_->bufferedBytes() : 0;
}

io::Pending<void> WebSocketEnd::sent() {
  return connection_ ? connection_->sent() : io::Pending<void>::ready();
}

io::Pending<io::WebSocket::Received> WebSocketEnd::receive() {
  using Item = io::Pending<Received>;
  if (!inbox_.empty()) {
    auto item = Item::ready(std::move(inbox_.front()));
    inbox_.pop_front();
    if (inbox_.empty()) inboxBytes_ = 0;
    if (inbox_.empty() && connection_) connection_->wantInput();
    return item;
  }
  if (failure_) return Item::failed(failure_);
  auto channel = io::makePending<Received>();
  receiver_ = std::move(channel.resolver);
  return std::move(channel.pending);
}

void WebSocketEnd::limitMessages(std::size_t bytes) {
  if (connection_) connection_->limitMessages(bytes);
}

void WebSocketEnd::deliver(Received received) {
  if (inbox_.empty() && receiver_.wanted()) {
    std::exchange(receiver_, {}).resolve(std::move(received));
    return;
  }
  inboxBytes_ += bytesOf(received);
  inbox_.push_back(std::move(received));
}

void WebSocketEnd::finish(std::exception_ptr why) {
  connection_ = nullptr;
  failure_ = why;
  if (receiver_.wanted()) std::exchange(receiver_, {}).reject(why);
}

}  // namespace lathe::http
