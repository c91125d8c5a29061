// How WebSockets end, and how long they do not.

#include <chrono>
#include <future>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "tests/unit/http/web-socket-frames.h"
#include "tests/unit/http/web-socket-wire-client.h"
#include "tests/unit/http/web-socket-world.h"

namespace lathe::http {

using io::WebSocket;

TEST_CASE("each direction is closed by itself") {
  World world(Talker::Habit::listens);
  WireClient client(world);
  SUBCASE("the client first") {
    client.send(text("last words") + closing(3000, "done"));
    REQUIRE(eventually([&] { return world.heard() == "last words close(3000)"; }));
    world.withSocket([](WebSocket& socket) {
      socket.send(message("one"));
      socket.send(message("two"));
      socket.close({3001, ""});
      socket.close({3002, ""});
      socket.send(message("three"));
    });
    CHECK(client.rest() == "text(one) text(two) close(3001) end");
  }
  SUBCASE("the server first") {
    world.withSocket([](WebSocket& socket) { socket.close({}); });
    CHECK(client.next() == "close()");
    client.send(text("still") + ping("no pong") + text("here"));
    REQUIRE(eventually([&] { return world.heard() == "still here "; }));
    client.send(closing(1000));
    CHECK(client.rest() == "end");
    CHECK(world.heard() == "still here close(1000)[gone]");
  }
}

TEST_CASE("a client that is gone without a Close is missed") {
  World world(Talker::Habit::listens);
  WireClient client(world);
  client.send(text("hello"));
  REQUIRE(eventually([&] { return world.heard() == "hello "; }));
  std::weak_ptr<void> delivery = std::exchange(world.delivery, nullptr);
  SUBCASE("when it stops sending") { client.client.finishSending(); }
  SUBCASE("when it closes") { client.client.close(); }
  SUBCASE("when it resets") { client.client.reset(); }
  REQUIRE(eventually([&] { return world.heard() == "hello [gone]"; }));
  REQUIRE(eventually([&] { return world.server.connections() == 0; }));
  CHECK(delivery.expired());
  CHECK(world.server.onLoop([&] { return world.talker.use_count(); }) == 1);
  world.withSocket([](WebSocket& socket) {
    socket.send(message("into the void"));
    CHECK(socket.sent().settled());
    CHECK(socket.bufferedBytes() == 0);
  });
}

TEST_CASE("an end that is dropped ends the connection") {
  World world(Talker::Habit::listens);
  WireClient client(world);
  SUBCASE("without a Close, and without what was not sent yet") {
    world.withSocket([&](WebSocket& socket) {
      socket.send(message("lost"));
      world.talker->drop();
    });
    CHECK(client.rest() == "end");
  }
  SUBCASE("after its own Close, which still leaves") {
    world.withSocket([&](WebSocket& socket) {
      socket.send(message("kept"));
      socket.close({1000, ""});
      world.talker->drop();
    });
    CHECK(client.next() == "text(kept)");
    CHECK(client.next() == "close(1000)");
    client.send(text("ignored") + closing(1000));
    CHECK(client.rest() == "end");
    client.client.close();
  }
  REQUIRE(eventually([&] { return world.server.connections() == 0; }));
}

TEST_CASE("what nobody asks for holds the client up and is not lost") {
  World world(Talker::Habit::ignores);
  WireClient client(world);
  auto sending = std::async(std::launch::async, [&] {
    for (int i = 0; i < 200; ++i) client.send(binary(fill(100'000)));
    client.send(closing(1000));
  });
  // Far more than the buffers of two sockets hold.
  CHECK(sending.wait_for(std::chrono::milliseconds(300)) == std::future_status::timeout);
  world.server.onLoop([&] { world.talker->listen(); });
  sending.get();
  std::string all;
  for (int i = 0; i < 200; ++i) all += "100000 bytes ";
  CHECK(eventually([&] { return world.heard() == all + "close(1000)"; }));
}

TEST_CASE("what a client does not read waits, and is told as buffered") {
  World world(Talker::Habit::listens);
  WireClient client(world);
  bool sent = false;
  io::Pending<void> waiting;
  world.withSocket([&](WebSocket& socket) {
    for (int i = 0; i < 200; ++i) socket.send(message(fill(100'000)));
    CHECK(socket.bufferedBytes() == 20'000'000);
    waiting = socket.sent();
    waiting.then([&](auto) { sent = true; });
  });
  client.send(ping("first") + ping("last"));
  world.withSocket([&](WebSocket& socket) {
    CHECK(socket.bufferedBytes() > 1'000'000);
    CHECK_FALSE(sent);
  });
  for (int i = 0; i < 200; ++i) CHECK(client.next() == "text(100000 bytes)");
  // Its pings may have been answered together.
  auto answer = client.next();
  if (answer == "pong(first)") answer = client.next();
  CHECK(answer == "pong(last)");
  world.withSocket([&](WebSocket& socket) {
    CHECK(socket.bufferedBytes() == 0);
    CHECK(sent);
    waiting = {};
  });
}

TEST_CASE("a client that does not answer a Close is cut off") {
  World world(Talker::Habit::listens, impatient());
  WireClient client(world);
  world.withSocket([](WebSocket& socket) { socket.close({1000, ""}); });
  CHECK(client.rest() == "close(1000) end");
  CHECK(eventually([&] { return world.heard() == "[gone]"; }));
  CHECK(eventually([&] { return world.server.connections() == 0; }));
}

TEST_CASE("a client that answers a Close and does not let go is cut off") {
  World world(Talker::Habit::echoes, impatient());
  WireClient client(world);
  client.send(closing(1000));
  CHECK(client.rest() == "close(1000) end");
  CHECK(eventually([&] { return world.server.connections() == 0; }));
}

// A few sweeps long, and so short that nobody waits for it.
Limits restless() {
  auto limits = impatient();
  limits.pingInterval = std::chrono::milliseconds(40);
  return limits;
}

TEST_CASE("a silent client is asked for a sign of life, and cut off when it gives none") {
  World world(Talker::Habit::listens, restless());
  WireClient client(world);
  CHECK(client.rest() == "ping() end");
  CHECK(eventually([&] { return world.heard() == "[gone]"; }));
  CHECK(eventually([&] { return world.server.connections() == 0; }));
}

TEST_CASE("a client that answers pings stays") {
  // A machine that is busy may keep its answer for a while.
  auto limits = restless();
  limits.pingInterval = std::chrono::seconds(1);
  World world(Talker::Habit::echoes, limits);
  WireClient client(world);
  // One more than would have been in vain.
  for (int i = 0; i < 2; ++i) {
    CHECK(client.next() == "ping()");
    client.send(pong(""));
  }
  client.send(text("still here"));
  auto answer = client.next();
  while (answer == "ping()") answer = client.next();
  CHECK(answer == "text(still here)");
}

TEST_CASE("a client that has said its Close is not asked for anything") {
  World world(Talker::Habit::listens, restless());
  WireClient client(world);
  client.send(closing(1000));
  CHECK(eventually([&] { return world.heard() == "close(1000)"; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  world.withSocket([](WebSocket& socket) {
    socket.send({WebSocket::Message::Kind::text, "late"});
    socket.close({1000, ""});
  });
  CHECK(client.rest() == "text(late) close(1000) end");
}

TEST_CASE("a client that lets more and more wait for it is cut off") {
  Limits limits;
  limits.webSocketOutputBytesMax = 10'000'000;
  World world(Talker::Habit::listens, limits);
  WireClient client(world);
  world.withSocket([&](WebSocket& socket) {
    for (int i = 0; i < 200; ++i) socket.send(message(fill(100'000)));
  });
  CHECK(eventually([&] { return world.heard() == "[gone]"; }));
  CHECK(eventually([&] { return world.server.connections() == 0; }));
}

TEST_CASE("when the server stops, its clients are sent a Close of 1001") {
  World world(Talker::Habit::listens);
  WireClient polite(world), deaf(world);
  auto stopped = world.server.stop(std::chrono::milliseconds(300));
  CHECK(polite.next() == "close(1001)");
  polite.send(closing(1001));
  CHECK(polite.rest() == "end");
  CHECK(deaf.rest() == "close(1001) end");
  stopped.get();
  CHECK(world.server.connections() == 0);
}

TEST_CASE("a WebSocket that is accepted while the server stops is open for a moment") {
  World world(Talker::Habit::listens);
  io::Resolver<io::Response> answer;
  TestServer server([&](io::RequestHead, std::unique_ptr<io::BodySource>) -> Answer {
    auto channel = io::makePending<io::Response>();
    answer = std::move(channel.resolver);
    return std::move(channel.pending);
  });
  TestClient client(server);
  client.send(kWebSocketRequest + "\r\n");
  REQUIRE(eventually([&] { return server.onLoop([&] { return answer.wanted(); }); }));
  auto stopped = server.stop(std::chrono::seconds(5));
  server.onLoop([&] { answer.resolve(world.accept()); });
  CHECK(client.readUntil("\r\n\r\n").starts_with("HTTP/1.1 101"));
  client.send(std::string(closing(1001)));
  CHECK(client.readAll() == "\x88\x02\x03\xe9");
  client.close();
  stopped.get();
  server.onLoop([&] { world.talker.reset(); });
}

}  // namespace lathe::http
