#include "engine/io/web-socket-relay.h"

#include <utility>

namespace lathe::io {

namespace {

// How much may lie with a slow receiver before the sender has to wait for it.
constexpr std::size_t kBufferedBytesMax = 64 * 1024;

// Owned by what it waits for.
class Relay : public std::enable_shared_from_this<Relay> {
 public:
  Relay(std::unique_ptr<WebSocket> first, std::unique_ptr<WebSocket> second)
      : first_{std::move(first), {}, {}}, second_{std::move(second), {}, {}} {}

  void begin() {
    run(first_, second_);
    if (!over_) run(second_, first_);
  }

 private:
  struct Side {
    std::unique_ptr<WebSocket> socket;
    Pending<WebSocket::Received> receiving;
    Pending<void> making;  // room at the other side
    bool closed = false;
  };

  void run(Side& from, Side& to) {
    for (;;) {
      from.receiving = from.socket->receive();
      if (!from.receiving.settled()) {
        from.receiving.then([self = shared_from_this(), &from, &to](auto outcome) {
          if (self->pass(from, to, std::move(outcome))) self->run(from, to);
        });
        return;
      }
      if (!pass(from, to, from.receiving.takeOutcome())) return;
    }
  }

  // Whether the next one may come at once.
  bool pass(Side& from, Side& to, Outcome<WebSocket::Received> outcome) {
    if (outcome.failed()) return end();
    auto received = outcome.take();
    if (auto* close = std::get_if<WebSocket::Close>(&received)) {
      from.closed = true;
      to.socket->close(std::move(*close));
      return to.closed ? end() : false;
    }
    to.socket->send(std::move(std::get<WebSocket::Message>(received)));
    if (over_) return false;
    if (to.socket->bufferedBytes() <= kBufferedBytesMax) return true;
    from.making = to.socket->sent();
    if (from.making.settled()) return true;
    from.making.then([self = shared_from_this(), &from, &to](auto) {
      if (!self->over_) self->run(from, to);
    });
    return false;
  }

  bool end() {
    over_ = true;
    for (auto* side : {&first_, &second_}) {
      side->receiving = {};
      side->making = {};
      side->socket.reset();
    }
    return false;
  }

  Side first_, second_;
  bool over_ = false;
};

}  // namespace

void relayWebSockets(std::unique_ptr<WebSocket> first, std::unique_ptr<WebSocket> second) {
  std::make_shared<Relay>(std::move(first), std::move(second))->begin();
}

}  // namespace lathe::io
