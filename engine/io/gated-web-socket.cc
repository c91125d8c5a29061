#include "engine/io/gated-web-socket.h"

namespace lathe::io {

std::size_t GatedWebSocket::bufferedBytes() const {
  std::size_t bytes = socket_->bufferedBytes();
  for (const auto& waiting : waiting_) {
    if (auto* message = std::get_if<WebSocket::Message>(&waiting.frame)) {
      bytes += message->bytes.size();
    }
  }
  return bytes;
}

void GatedWebSocket::push(Frame frame, OutputGate* gate) {
  Pending<void> opened;
  if (gate) {
    opened = gate->wait();
    if (opened.settled()) {
      if (opened.takeOutcome().failed()) return;  // the actor ends, and its sockets with it
      opened = {};
    }
  }
  if (waiting_.empty() && !opened.valid()) return transmit(std::move(frame));
  waiting_.push_back({std::move(opened), std::move(frame)});
  if (waiting_.size() == 1) advance();
}

void GatedWebSocket::transmit(Frame frame) {
  if (auto* message = std::get_if<WebSocket::Message>(&frame)) {
    socket_->send(std::move(*message));
  } else {
    socket_->close(std::move(std::get<WebSocket::Close>(frame)));
  }
}

void GatedWebSocket::advance() {
  while (!waiting_.empty()) {
    auto& first = waiting_.front();
    if (first.gate.valid() && !first.gate.settled()) {
      first.gate.then([self = shared_from_this()](Outcome<void> outcome) {
        // Dropped meanwhile, when the line is empty.
        if (self->waiting_.empty()) return;
        if (outcome.failed()) return self->waiting_.clear();
        self->waiting_.front().gate = {};
        self->advance();
      });
      return;
    }
    if (first.gate.valid() && first.gate.takeOutcome().failed()) return waiting_.clear();
    auto frame = std::move(first.frame);
    waiting_.pop_front();
    transmit(std::move(frame));
  }
}

}  // namespace lathe::io
