#include "engine/io/web-socket-pair.h"

#include <cstdint>
#include <exception>
#include <list>
#include <optional>
#include <utility>

#include "engine/io/web-socket-relay.h"

namespace lathe::io {

namespace {

std::exception_ptr disconnected() {
  return std::make_exception_ptr(
      WebSocketError(WebSocketError::Kind::disconnected, kWebSocketDisconnected));
}

std::size_t bytesOf(const WebSocket::Received& item) {
  const auto* message = std::get_if<WebSocket::Message>(&item);
  return message ? message->bytes.size() : 0;
}

void put(WebSocket& socket, WebSocket::Received item) {
  if (auto* message = std::get_if<WebSocket::Message>(&item)) {
    socket.send(std::move(*message));
  } else {
    socket.close(std::move(std::get<WebSocket::Close>(item)));
  }
}

// Lets `sink` have what becomes of `source`, which is dropped when nobody wants it any more.
template <class T>
void pass(Pending<T> source, Resolver<T> sink) {
  struct Passage {
    Pending<T> source;
    Resolver<T> sink;
  };
  auto passage = std::make_shared<Passage>(Passage{std::move(source), std::move(sink)});
  passage->sink.onDropped([passage]() mutable { passage.reset(); });
  passage->source.then([weak = std::weak_ptr<Passage>(passage)](Outcome<T> outcome) {
    auto held = weak.lock();
    Resolver<T> to = std::move(held->sink);
    to.settle(std::move(outcome));
  });
}

// One direction of a pair. It lies with the end that receives, and whoever hears of something here
// may destroy that end: telling them is the last thing that a function does.
class Lane {
 public:
  void push(WebSocket::Received item) {
    if (closed_ || ended_) return;
    closed_ = std::holds_alternative<WebSocket::Close>(item);
    if (receiver_.wanted()) {
      std::exchange(receiver_, {}).resolve(std::move(item));
      return;
    }
    bytes_ += bytesOf(item);
    queue_.push_back(std::move(item));
  }

  Pending<WebSocket::Received> pull() {
    using Item = Pending<WebSocket::Received>;
    if (queue_.empty()) {
      if (closed_ || ended_) return Item::failed(disconnected());
      auto channel = makePending<WebSocket::Received>();
      receiver_ = std::move(channel.resolver);
      return std::move(channel.pending);
    }
    auto item = Item::ready(take());
    std::list<Sender> heard;
    while (!senders_.empty() && senders_.front().until <= taken_) {
      heard.splice(heard.end(), senders_, senders_.begin());
    }
    for (auto& sender : heard) sender.resolver.resolve();
    return item;
  }

  // Settles when what is in the queue now has been taken.
  Pending<void> emptied() {
    if (queue_.empty()) return Pending<void>::ready();
    auto channel = makePending<void>();
    senders_.push_back({taken_ + queue_.size(), std::move(channel.resolver)});
    return std::move(channel.pending);
  }

  // The sender is gone. What it had to say stays only when it had said all of it.
  void end() {
    ended_ = true;
    if (closed_) return;
    queue_.clear();
    bytes_ = 0;
    auto receiver = std::exchange(receiver_, {});
    letSendersGo();
    receiver.reject(disconnected());
  }
  void letSendersGo() {
    auto senders = std::exchange(senders_, {});
    for (auto& sender : senders) sender.resolver.resolve();
  }

  // What went in here goes to `socket` instead, and so does what comes in while it does.
  void moveTo(WebSocket& socket) {
    while (!queue_.empty() || !senders_.empty()) {
      if (!queue_.empty()) {
        put(socket, take());
        continue;
      }
      auto sender = std::move(senders_.front());
      senders_.pop_front();
      if (sender.resolver.wanted()) pass(socket.sent(), std::move(sender.resolver));
    }
  }

  std::size_t bytes() const { return bytes_; }
  Resolver<WebSocket::Received> takeReceiver() { return std::move(receiver_); }

 private:
  struct Sender {
    std::uint64_t until;  // settles when so many have been taken
    Resolver<void> resolver;
  };

  WebSocket::Received take() {
    auto item = std::move(queue_.front());
    queue_.pop_front();
    bytes_ -= bytesOf(item);
    ++taken_;
    return item;
  }

  // Lists, because they take no memory of their own while they are empty.
  std::list<WebSocket::Received> queue_;
  std::list<Sender> senders_;
  std::size_t bytes_ = 0;
  std::uint64_t taken_ = 0;  // from the queue
  bool closed_ = false;
  bool ended_ = false;
  Resolver<WebSocket::Received> receiver_;
};

class PairEnd final : public WebSocket {
 public:
  ~PairEnd() override {
    if (!peer_) return;
    peer_->peer_ = nullptr;
    auto in = std::move(in_);
    std::exchange(peer_, nullptr)->in_.end();
    in.letSendersGo();
  }

  void send(Message message) override {
    if (far_) {
      far_->send(std::move(message));
    } else if (peer_) {
      peer_->in_.push(std::move(message));
    }
  }
  void close(Close close) override {
    if (far_) {
      far_->close(std::move(close));
    } else if (peer_) {
      peer_->in_.push(std::move(close));
    }
  }
  std::size_t bufferedBytes() const override {
    if (far_) return far_->bufferedBytes();
    return peer_ ? peer_->in_.bytes() : 0;
  }
  Pending<void> sent() override {
    if (far_) return far_->sent();
    return peer_ ? peer_->in_.emptied() : Pending<void>::ready();
  }
  Pending<Received> receive() override { return far_ ? far_->receive() : in_.pull(); }
  void limitMessages(std::size_t bytes) override {
    if (far_) {
      far_->limitMessages(bytes);
    } else {
      limit_ = bytes;
    }
  }

  void pairWith(PairEnd& other) {
    peer_ = &other;
    other.peer_ = this;
  }

  // Gives up this end, which nobody uses any more, for `far`.
  void giveWayTo(std::unique_ptr<WebSocket> far) {
    // Who stands in for another stands aside: what is said costs one call, however long the chain.
    if (auto* end = dynamic_cast<PairEnd*>(far.get()); end && end->far_) {
      far = std::move(end->far_);
    }
    if (far_) {
      auto* end = dynamic_cast<PairEnd*>(far_.get());
      if (!end) return relayWebSockets(std::move(far_), std::move(far));
      end->holder_ = nullptr;
      return end->giveWayTo(std::move(far));
    }
    in_.moveTo(*far);
    // The peer may be gone, since before or on account of what it has sent: then `far` goes too.
    if (!peer_) return;
    PairEnd& peer = *std::exchange(peer_, nullptr);
    peer.peer_ = nullptr;
    if (peer.limit_) far->limitMessages(*peer.limit_);
    auto receiver = peer.in_.takeReceiver();
    auto& socket = *far;
    PairEnd& holder = peer.holder_ ? *peer.holder_ : peer;
    if (auto* end = dynamic_cast<PairEnd*>(far.get())) end->holder_ = &holder;
    // Destroys the peer when that stood in for somebody itself.
    std::exchange(holder.far_, std::move(far)).reset();
    if (receiver.wanted()) pass(socket.receive(), std::move(receiver));
  }

 private:
  // The other end, while both are there and neither has been joined with anything.
  PairEnd* peer_ = nullptr;
  // What has taken the peer's place; never an end that has such a thing itself.
  std::unique_ptr<WebSocket> far_;
  // The end whose `far_` this is.
  PairEnd* holder_ = nullptr;
  std::optional<std::size_t> limit_;
  Lane in_;
};

}  // namespace

WebSocketPair makeWebSocketPair() {
  auto first = std::make_unique<PairEnd>();
  auto second = std::make_unique<PairEnd>();
  first->pairWith(*second);
  return {std::move(first), std::move(second)};
}

void joinWebSockets(std::unique_ptr<WebSocket> near, std::unique_ptr<WebSocket> far) {
  static_cast<PairEnd&>(*near).giveWayTo(std::move(far));
}

}  // namespace lathe::io
