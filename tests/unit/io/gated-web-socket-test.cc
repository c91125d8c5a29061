#include "engine/io/gated-web-socket.h"

#include <string>

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include "engine/io/web-socket-pair.h"

namespace lathe::io {
namespace {

WebSocket::Message text(std::string bytes) {
  return {WebSocket::Message::Kind::text, std::move(bytes)};
}

// An actor's socket and its peer, with the gate between them.
struct World {
  boost::asio::io_context loop;
  OutputGate gate{loop.get_executor()};
  WebSocketPair pair = makeWebSocketPair();
  std::shared_ptr<GatedWebSocket> actor = std::make_shared<GatedWebSocket>(std::move(pair.first));

  // All that the peer has received so far.
  std::string received() {
    std::string all;
    for (;;) {
      if (!receiving.valid()) receiving = pair.second->receive();
      if (!receiving.settled()) return all;
      auto outcome = receiving.takeOutcome();
      receiving = {};
      if (outcome.failed()) return all + "(gone)";
      auto got = outcome.take();
      if (auto* message = std::get_if<WebSocket::Message>(&got)) {
        all += message->bytes + " ";
      } else {
        return all + "close " + std::to_string(std::get<WebSocket::Close>(got).code);
      }
    }
  }
  Pending<WebSocket::Received> receiving;
};

}  // namespace

TEST_CASE("an open gate holds nothing back") {
  World world;
  world.actor->send(text("a"), &world.gate);
  world.actor->send(text("b"), nullptr);
  CHECK(world.received() == "a b ");
}

TEST_CASE("OG-16: a frame waits for the writes before it, and those behind it wait with it") {
  World world;
  auto write = world.gate.lock();
  world.actor->send(text("a"), &world.gate);
  world.actor->send(text("b"), nullptr);
  CHECK(world.received() == "");
  CHECK(world.actor->bufferedBytes() == 2);
  write.release();
  CHECK(world.received() == "a b ");
  CHECK(world.actor->bufferedBytes() == 0);
}

TEST_CASE("OG-16: a frame does not wait for later writes") {
  World world;
  auto first = world.gate.lock();
  world.actor->send(text("a"), &world.gate);
  auto second = world.gate.lock();
  world.actor->send(text("b"), &world.gate);
  first.release();
  CHECK(world.received() == "a ");
  second.release();
  CHECK(world.received() == "b ");
}

TEST_CASE("OG-17: a Close waits too") {
  World world;
  auto write = world.gate.lock();
  world.actor->close({1000, ""}, &world.gate);
  CHECK(world.received() == "");
  write.release();
  CHECK(world.received() == "close 1000");
}

TEST_CASE("HB-08: an automatic answer stands behind frames that wait") {
  World world;
  auto write = world.gate.lock();
  world.actor->send(text("m"), &world.gate);
  world.actor->reply(text("pong"));
  CHECK(world.received() == "");
  write.release();
  CHECK(world.received() == "m pong ");
}

TEST_CASE("HB-09: an automatic answer does not wait for writes") {
  World world;
  auto write = world.gate.lock();
  world.actor->reply(text("pong"));
  CHECK(world.received() == "pong ");
  write.release();
}

TEST_CASE("HB-10: frames that still wait when their actor goes to sleep are lost") {
  World world;
  auto write = world.gate.lock();
  world.actor->send(text("lost"), &world.gate);
  world.actor->dropWaiting();
  write.release();
  CHECK(world.received() == "");
  world.actor->send(text("later"), &world.gate);
  CHECK(world.received() == "later ");
}

TEST_CASE("a failed write drops what waits for it") {
  World world;
  auto write = world.gate.lock();
  world.actor->send(text("lost"), &world.gate);
  world.actor->send(text("lost too"), nullptr);
  write.fail(std::make_exception_ptr(std::runtime_error("disk full")));
  CHECK(world.received() == "");
  world.actor->send(text("lost as well"), &world.gate);
  CHECK(world.received() == "");
}

TEST_CASE("frames that wait keep the socket until they have left") {
  World world;
  auto write = world.gate.lock();
  world.actor->send(text("a"), &world.gate);
  world.actor->close({1000, ""}, &world.gate);
  world.actor.reset();
  CHECK(world.received() == "");
  write.release();
  CHECK(world.received() == "a close 1000");
}

}  // namespace lathe::io
