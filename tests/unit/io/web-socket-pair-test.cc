#include "engine/io/web-socket-pair.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace lathe::io {
namespace {

WebSocket::Message text(std::string bytes) {
  return {WebSocket::Message::Kind::text, std::move(bytes)};
}

std::string show(Outcome<WebSocket::Received> outcome) {
  if (outcome.failed()) {
    try {
      outcome.take();
    } catch (const WebSocketError& error) {
      return error.kind() == WebSocketError::Kind::disconnected ? "disconnected" : "protocol";
    } catch (const Abandoned&) {
      return "abandoned";
    }
  }
  auto received = outcome.take();
  if (auto* message = std::get_if<WebSocket::Message>(&received)) {
    return (message->kind == WebSocket::Message::Kind::text ? "" : "binary ") + message->bytes;
  }
  auto& close = std::get<WebSocket::Close>(received);
  return "close " + std::to_string(close.code) + close.reason;
}

// What has come of a call of receive() so far.
std::string state(Pending<WebSocket::Received>& pending) {
  return pending.settled() ? show(pending.takeOutcome()) : "pending";
}

std::string next(WebSocket& socket) {
  auto pending = socket.receive();
  return state(pending);
}

// A carrier that is no pair, and writes down what it is told.
class Wire final : public WebSocket {
 public:
  struct Log {
    std::vector<std::string> said;
    Resolver<Received> receiver;
    Resolver<void> sender;
  };
  explicit Wire(Log& log) : log_(log) {}
  ~Wire() override { log_.said.push_back("gone"); }

  void send(Message message) override { log_.said.push_back(message.bytes); }
  void close(Close close) override { log_.said.push_back("close " + std::to_string(close.code)); }
  std::size_t bufferedBytes() const override { return 42; }
  Pending<void> sent() override {
    auto channel = makePending<void>();
    log_.sender = std::move(channel.resolver);
    return std::move(channel.pending);
  }
  Pending<Received> receive() override {
    auto channel = makePending<Received>();
    log_.receiver = std::move(channel.resolver);
    return std::move(channel.pending);
  }
  void limitMessages(std::size_t bytes) override {
    log_.said.push_back("limit " + std::to_string(bytes));
  }

 private:
  Log& log_;
};

using Said = std::vector<std::string>;

}  // namespace

TEST_CASE("what goes into one end of a pair comes out of the other, in order") {
  auto [a, b] = makeWebSocketPair();
  a->send(text("one"));
  a->send({WebSocket::Message::Kind::binary, "two"});
  b->send(text("back"));
  CHECK(next(*b) == "one");
  CHECK(next(*b) == "binary two");
  CHECK(next(*a) == "back");
  auto waiting = b->receive();
  CHECK(state(waiting) == "pending");
  a->send(text("three"));
  CHECK(state(waiting) == "three");
}

TEST_CASE("a message that nobody waits for any more is kept for who asks next") {
  auto [a, b] = makeWebSocketPair();
  { auto dropped = b->receive(); }
  a->send(text("kept"));
  CHECK(next(*b) == "kept");
}

TEST_CASE("a Close is the last thing that comes from an end, and leaves the other way open") {
  auto [a, b] = makeWebSocketPair();
  a->close({4000, "!"});
  a->send(text("too late"));
  a->close({4001, ""});
  CHECK(next(*b) == "close 4000!");
  CHECK(next(*b) == "disconnected");
  b->send(text("still here"));
  CHECK(next(*a) == "still here");
  b->close({});
  CHECK(next(*a) == "close 1005");
}

TEST_CASE("what was sent and not received counts as buffered") {
  auto [a, b] = makeWebSocketPair();
  CHECK(a->sent().settled());
  a->send(text("12345"));
  auto first = a->sent();
  a->send(text("678"));
  auto second = a->sent();
  CHECK(a->bufferedBytes() == 8);
  CHECK(b->bufferedBytes() == 0);
  next(*b);
  CHECK(a->bufferedBytes() == 3);
  CHECK(first.settled());
  CHECK_FALSE(second.settled());
  next(*b);
  CHECK(second.settled());
}

TEST_CASE("the end of an end") {
  auto [a, b] = makeWebSocketPair();

  SUBCASE("before its Close drops what it has sent") {
    a->send(text("lost"));
    a.reset();
    CHECK(next(*b) == "disconnected");
    CHECK(next(*b) == "disconnected");
  }
  SUBCASE("is heard by who waits for a message") {
    auto waiting = b->receive();
    a.reset();
    CHECK(state(waiting) == "disconnected");
  }
  SUBCASE("is heard by who waits for it to receive") {
    b->send(text("unread"));
    auto sent = b->sent();
    a.reset();
    CHECK(sent.settled());
    CHECK(b->bufferedBytes() == 0);
  }
  SUBCASE("after its Close drops nothing") {
    a->send(text("kept"));
    a->close({1000, ""});
    a.reset();
    CHECK(next(*b) == "kept");
    CHECK(next(*b) == "close 1000");
    CHECK(next(*b) == "disconnected");
  }
  b->send(text("into the void"));
  b->close({});
  CHECK(b->sent().settled());
}

TEST_CASE("an end may be destroyed by who hears of it") {
  auto [a, b] = makeWebSocketPair();
  SUBCASE("with a message") {
    auto waiting = b->receive();
    waiting.then([&](auto) {
      a.reset();
      b.reset();
    });
    a->send(text("boom"));
  }
  SUBCASE("with what was taken") {
    a->send(text("boom"));
    auto sent = a->sent();
    sent.then([&](auto) { a.reset(); });
    CHECK(next(*b) == "boom");
  }
  SUBCASE("with the end of the other") {
    auto waiting = b->receive();
    waiting.then([&](auto) { b.reset(); });
    a.reset();
  }
  CHECK_FALSE(a);
}

TEST_CASE("after a join the other end talks to the far socket") {
  Wire::Log log;
  auto [a, b] = makeWebSocketPair();

  SUBCASE("beginning with what it has sent") {
    b->send(text("one"));
    b->limitMessages(7);
    auto sent = b->sent();
    b->send(text("two"));
    joinWebSockets(std::move(a), std::make_unique<Wire>(log));
    CHECK(log.said == Said{"one", "two", "limit 7"});
    CHECK_FALSE(sent.settled());
    log.sender.resolve();
    CHECK(sent.settled());
    b->send(text("three"));
    b->close({1000, ""});
    CHECK(log.said == Said{"one", "two", "limit 7", "three", "close 1000"});
    CHECK(b->bufferedBytes() == 42);
  }
  SUBCASE("that it waited for before") {
    auto waiting = b->receive();
    joinWebSockets(std::move(a), std::make_unique<Wire>(log));
    CHECK(log.said.empty());
    log.receiver.resolve(WebSocket::Received(text("hello")));
    CHECK(state(waiting) == "hello");
  }
  SUBCASE("and what it no longer waits for is not asked of that") {
    { auto dropped = b->receive(); }
    joinWebSockets(std::move(a), std::make_unique<Wire>(log));
    CHECK_FALSE(log.receiver.wanted());
  }
  SUBCASE("whose reader hears when nobody waits any more") {
    auto waiting = b->receive();
    joinWebSockets(std::move(a), std::make_unique<Wire>(log));
    waiting = {};
    CHECK_FALSE(log.receiver.wanted());
  }
  SUBCASE("and owns it") {
    joinWebSockets(std::move(a), std::make_unique<Wire>(log));
    CHECK(log.said.empty());
    b.reset();
    CHECK(log.said == Said{"gone"});
  }
}

TEST_CASE("when the other end is gone, the far socket ends as that has ended") {
  Wire::Log log;
  auto [a, b] = makeWebSocketPair();
  b->send(text("last words"));
  SUBCASE("without a Close") {
    b.reset();
    joinWebSockets(std::move(a), std::make_unique<Wire>(log));
    CHECK(log.said == Said{"gone"});
  }
  SUBCASE("after its Close") {
    b->close({1000, ""});
    b.reset();
    joinWebSockets(std::move(a), std::make_unique<Wire>(log));
    CHECK(log.said == Said{"last words", "close 1000", "gone"});
  }
}

TEST_CASE("joins in a chain lead from one end of it to the other, in whichever order they come") {
  Wire::Log log;
  auto [a1, a2] = makeWebSocketPair();
  auto [b1, b2] = makeWebSocketPair();
  auto [c1, c2] = makeWebSocketPair();
  a1->send(text("before"));
  auto waiting = a1->receive();

  const auto joinA = [&a = a2, &b = b1] { joinWebSockets(std::move(a), std::move(b)); };
  const auto joinB = [&b = b2, &c = c1] { joinWebSockets(std::move(b), std::move(c)); };
  const auto joinC = [&, &c = c2] { joinWebSockets(std::move(c), std::make_unique<Wire>(log)); };
  SUBCASE("from the near end") {
    joinA();
    joinB();
    joinC();
  }
  SUBCASE("from the far end") {
    joinC();
    joinB();
    joinA();
  }
  SUBCASE("the middle first") {
    joinB();
    joinA();
    joinC();
  }
  SUBCASE("the middle last") {
    joinA();
    joinC();
    joinB();
  }
  a1->send(text("after"));
  CHECK(log.said == Said{"before", "after"});
  log.receiver.resolve(WebSocket::Received(text("hello")));
  CHECK(state(waiting) == "hello");
  a1.reset();
  CHECK(log.said == Said{"before", "after", "gone"});
}

TEST_CASE("the far socket may be the end of another pair, whose other end is in use") {
  auto [a, b] = makeWebSocketPair();
  auto [c, d] = makeWebSocketPair();
  a->send(text("one"));
  d->send(text("back"));
  joinWebSockets(std::move(b), std::move(c));
  a->send(text("two"));
  CHECK(a->bufferedBytes() == 6);
  CHECK(next(*d) == "one");
  CHECK(next(*d) == "two");
  CHECK(next(*a) == "back");
  SUBCASE("the near one goes") {
    a.reset();
    CHECK(next(*d) == "disconnected");
  }
  SUBCASE("the far one goes") {
    d.reset();
    CHECK(next(*a) == "disconnected");
  }
}

TEST_CASE("sockets for which both ends of a pair were given away talk to one another") {
  auto [a, b] = makeWebSocketPair();
  SUBCASE("through a pair") {
    auto [left, leftEnd] = makeWebSocketPair();
    auto [right, rightEnd] = makeWebSocketPair();
    joinWebSockets(std::move(a), std::move(leftEnd));
    joinWebSockets(std::move(b), std::move(rightEnd));
    left->send(text("to the right"));
    right->send(text("to the left"));
    CHECK(next(*left) == "to the left");
    CHECK(next(*right) == "to the right");
    left.reset();
    CHECK(next(*right) == "disconnected");
  }
  SUBCASE("over a wire") {
    Wire::Log left, right;
    joinWebSockets(std::move(a), std::make_unique<Wire>(left));
    joinWebSockets(std::move(b), std::make_unique<Wire>(right));
    left.receiver.resolve(WebSocket::Received(text("hi")));
    CHECK(right.said == Said{"hi"});
    right.receiver.resolve(WebSocket::Received(text("ho")));
    CHECK(left.said == Said{"ho"});
    left.receiver.resolve(WebSocket::Received(WebSocket::Close{4000, ""}));
    CHECK(right.said == Said{"hi", "close 4000"});
    SUBCASE("until both have been closed") {
      right.receiver.resolve(WebSocket::Received(WebSocket::Close{4000, ""}));
      CHECK(left.said == Said{"ho", "close 4000", "gone"});
      CHECK(right.said == Said{"hi", "close 4000", "gone"});
    }
    SUBCASE("until one of them ends") {
      right.receiver = {};
      CHECK(left.said == Said{"ho", "gone"});
      CHECK(right.said == Said{"hi", "close 4000", "gone"});
    }
  }
}

TEST_CASE("an end that answers while it is being joined keeps its order") {
  auto [a, b] = makeWebSocketPair();
  auto [c, d] = makeWebSocketPair();
  // Whoever hears the first message makes `a` say another one before the join is over.
  a->send(text("one"));
  auto waiting = d->receive();
  waiting.then([&first = a](auto) { first->send(text("two")); });
  joinWebSockets(std::move(b), std::move(c));
  a->send(text("three"));
  CHECK(next(*d) == "two");
  CHECK(next(*d) == "three");
}

}  // namespace lathe::io
