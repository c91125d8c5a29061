#include <chrono>
#include <future>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>
#include <doctest/doctest.h>

#include "engine/http/web-socket-deflate.h"
#include "engine/http/web-socket-frame.h"
#include "engine/io/web-socket-pair.h"
#include "tests/unit/http/test-server.h"
#include "tests/unit/http/web-socket-frames.h"
#include "tests/unit/http/web-socket-world.h"

namespace lathe::http {
namespace {

using io::WebSocket;

const std::string kRequest =
    "GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

class WireClient {
 public:
  explicit WireClient(const World& world, std::string_view behind = "",
                      std::string_view fields = "")
      : client(world.server) {
    client.send(kRequest + std::string(fields) + "\r\n" + std::string(behind));
    head = client.readUntil("\r\n\r\n");
    REQUIRE(head.starts_with("HTTP/1.1 101 "));
  }

  WireClient& send(const std::string& bytes) {
    client.send(bytes);
    return *this;
  }
  // The next frame, or how the connection ended.
  std::string next() {
    auto bytes = client.read(2);
    if (bytes.empty()) return "end";
    if (bytes.size() != 2) return bytes;
    bytes += client.read(FrameHead::sizeOf(bytes.data()) - 2);
    const auto frame = FrameHead::parse(bytes.data(), bytes.size());
    auto payload = client.read(static_cast<std::size_t>(frame.length));
    CHECK_FALSE(frame.masked);
    CHECK_FALSE(frame.reserved);
    CHECK(frame.final);
    std::string form;
    if (frame.compressed) {
      form = "compressed ";
      std::string content;
      CHECK(inflater.add(payload, content, 1 << 20) == MessageInflater::Result::ok);
      CHECK(inflater.finish(content, 1 << 20) == MessageInflater::Result::ok);
      payload = content;
    }
    switch (frame.opcode) {
      case Opcode::text:
        return form + "text(" + brief(payload) + ")";
      case Opcode::binary:
        return form + "binary(" + brief(payload) + ")";
      case Opcode::ping:
        return "ping(" + brief(payload) + ")";
      case Opcode::pong:
        return "pong(" + brief(payload) + ")";
      case Opcode::close:
        if (payload.empty()) return "close()";
        return "close(" +
               std::to_string(static_cast<unsigned char>(payload[0]) << 8 |
                              static_cast<unsigned char>(payload[1])) +
               ")";
      default:
        return "?";
    }
  }
  std::string rest() {
    std::string all;
    for (;;) {
      const auto one = next();
      all += (all.empty() ? "" : " ") + one;
      if (one == "end" || one.starts_with("(")) return all;
    }
  }

  TestClient client;
  std::string head;
  MessageInflater inflater{DeflateParameters::Side{}};
};

}  // namespace

TEST_CASE("a response that accepts a WebSocket says what RFC 6455 wants") {
  World world;
  WireClient client(world);
  CHECK(plain(client.head) ==
        "HTTP/1.1 101 Switching Protocols|Upgrade: websocket|Connection: Upgrade|"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=||");
}

TEST_CASE("the response's own headers go out, but not those that are the transport's") {
  TestServer server([](io::RequestHead, std::unique_ptr<io::BodySource>) {
    io::Response response;
    response.status = 101;
    response.webSocket = std::make_unique<io::WebSocketUpgrade>();
    response.webSocket->socket = io::makeWebSocketPair().first;
    response.headers = {{"sec-websocket-protocol", "chat"},
                        {"Set-Cookie", "a=1"},
                        {"Set-Cookie", "b=2"},
                        {"connection", "close"},
                        {"upgrade", "h2c"},
                        {"Sec-WebSocket-Accept", "lies"},
                        {"Sec-WebSocket-Extensions", "lies"}};
    return response;
  });
  TestClient client(server);
  client.send(kRequest + "\r\n");
  CHECK(plain(client.readAll()) ==
        "HTTP/1.1 101 Switching Protocols|sec-websocket-protocol: chat|Set-Cookie: a=1|"
        "Set-Cookie: b=2|Upgrade: websocket|Connection: Upgrade|"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=||");
}

TEST_CASE("a request for a WebSocket that is not as it should be is refused") {
  World world;
  const std::string ask = "Upgrade: WebSocket\r\nConnection: upgrade\r\n";
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const std::string version = "Sec-WebSocket-Version: 13\r\n";
  struct {
    std::string request;
    const char* response;
  } cases[] = {
      {"GET / HTTP/1.1\r\nHost: h\r\n" + ask + version,
       "HTTP/1.1 400 Bad Request|The Sec-WebSocket-Key header is missing."},
      {"GET / HTTP/1.1\r\nHost: h\r\n" + ask + version + "Sec-WebSocket-Key: short==\r\n",
       "HTTP/1.1 400 Bad Request|The Sec-WebSocket-Key header is not valid."},
      {"GET / HTTP/1.1\r\nHost: h\r\n" + ask + version +
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25!ZQ==\r\n",
       "HTTP/1.1 400 Bad Request|The Sec-WebSocket-Key header is not valid."},
      {"GET / HTTP/1.1\r\nHost: h\r\n" + ask + version + key + key,
       "HTTP/1.1 400 Bad Request|The Sec-WebSocket-Key header is not valid."},
      {"GET / HTTP/1.1\r\nHost: h\r\n" + ask + key,
       "HTTP/1.1 400 Bad Request|The Sec-WebSocket-Version header is missing."},
      {"GET / HTTP/1.1\r\nHost: h\r\n" + ask + key + "Sec-WebSocket-Version: 8\r\n",
       "HTTP/1.1 426 Upgrade Required|Upgrade: websocket|Sec-WebSocket-Version: 13|"
       "The only Sec-WebSocket-Version supported is 13."},
      {"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n" + key + version,
       "HTTP/1.1 400 Bad Request|The Connection header of a request for a WebSocket must be "
       "\"Upgrade\"."},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n" + ask + key + version,
       "HTTP/1.1 400 Bad Request|A WebSocket has to be asked for with GET and HTTP/1.1."},
      {"GET / HTTP/1.0\r\n" + ask + key + version,
       "HTTP/1.1 400 Bad Request|A WebSocket has to be asked for with GET and HTTP/1.1."},
      {"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n" + ask + key + version + "\r\nbody",
       "HTTP/1.1 400 Bad Request|A request for a WebSocket cannot have a body."},
      {"GET / HTTP/1.1\r\nHost: h\r\n", "HTTP/1.1 500 Internal Server Error|Internal Server Error"},
      {"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\nConnection: upgrade\r\n",
       "HTTP/1.1 500 Internal Server Error|Internal Server Error"},
  };
  for (const auto& [request, response] : cases) {
    auto said = responseTo(world.server, request.ends_with("body") ? request : request + "\r\n");
    for (const char* noise : {"Content-Type: text/plain;charset=UTF-8|", "Connection: close|",
                              "Connection: keep-alive|"}) {
      if (const auto at = said.find(noise); at != std::string::npos) {
        said.erase(at, std::string_view(noise).size());
      }
    }
    const auto length = said.find("Content-Length: ");
    REQUIRE(length != std::string::npos);
    said.erase(length, said.find('|', length) + 1 - length);
    // What is left: the head's lines, an empty one, the text and its line break.
    if (const auto empty = said.find("||"); empty != std::string::npos) said.erase(empty, 1);
    while (said.ends_with('\n') || said.ends_with('|')) said.pop_back();
    CHECK(said == response);
  }
  const auto reports = world.server.reports();
  REQUIRE(reports.size() == 2);
  CHECK(reports[0] ==
        "Worker tried to return WebSocket in a response to a request which did not contain the "
        "header \"Upgrade: websocket\".");
}

TEST_CASE("a request for a WebSocket may get any other answer, and the connection goes on") {
  TestServer server(echo);
  TestClient client(server);
  client.send(kRequest + "\r\n");
  CHECK(plain(client.readUntil("GET /chat http://h")).starts_with("HTTP/1.1 200 OK"));
  client.send("GET /second HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(plain(client.readUntil("GET /second http://h")).starts_with("HTTP/1.1 200 OK"));
}

TEST_CASE("frames right behind the request are not lost") {
  const auto frames = text("early") + text("bird") + closing(1000);
  SUBCASE("when the response is there at once") {
    World world;
    CHECK(WireClient(world, frames).rest() == "text(early) text(bird) close(1000) end");
  }
  SUBCASE("when it comes while they do") {
    World* world = nullptr;
    io::Resolver<io::Response> answer;
    TestServer server([&](io::RequestHead, std::unique_ptr<io::BodySource>) -> Answer {
      auto channel = io::makePending<io::Response>();
      answer = std::move(channel.resolver);
      return std::move(channel.pending);
    });
    World other;
    world = &other;
    TestClient client(server);
    client.send(kRequest + "\r\n");
    REQUIRE(eventually([&] { return server.onLoop([&] { return answer.wanted(); }); }));
    client.send(text("early") + text("bird"));
    server.onLoop([&] { answer.resolve(world->accept()); });
    CHECK(client.readUntil("\r\n\r\n").starts_with("HTTP/1.1 101"));
    client.send(std::string(closing(1000)));
    CHECK(client.readAll() == std::string("\x81\x05"
                                          "early\x81\x04"
                                          "bird\x88\x02\x03\xe8"));
    server.onLoop([&] { world->talker.reset(); });
  }
}

TEST_CASE("what a client sends, whole, byte by byte or at its end, and what it gets for it") {
  struct {
    std::string in;
    std::string out;
  } cases[] = {
      {text("Hello") + closing(1000), "text(Hello) close(1000) end"},
      {text("") + binary("") + closing(4999, "why"), "text() binary() close(4999) end"},
      {text(fill(126)) + closing(1000), "text(126 bytes) close(1000) end"},
      {first(1, "a") + ping("now") + last("b") + closing(1000),
       "pong(now) text(ab) close(1000) end"},
      {ping("1") + ping("2") + ping("3") + closing(1000),
       "pong(1) pong(2) pong(3) close(1000) end"},
      {pong("?") + TestFrame{.opcode = 8}, "close() end"},
      {text("a") + TestFrame{.opcode = 3}, "text(a) close(1002) end"},
      {TestFrame{.reserved = 4}, "close(1002) end"},
      {TestFrame{.masked = false}, "close(1002) end"},
      {last("x"), "close(1002) end"},
      {closing(1005), "close(1002) end"},
      {text("\xff"), "close(1007) end"},
      {closing(1000, "\xff"), "close(1007) end"},
      {closing(1000) + text("too late"), "close(1000) end"},
  };
  World world;
  for (const auto& [in, out] : cases) {
    CHECK(WireClient(world).send(in).rest() == out);
    WireClient slow(world);
    for (char byte : in) slow.send({&byte, 1});
    CHECK(slow.rest() == out);
    WireClient ending(world);
    ending.send(in).client.finishSending();
    CHECK(ending.rest() == out);
  }
}

TEST_CASE("large messages come back as they went") {
  World world;
  WireClient client(world);
  for (std::size_t size : {65535, 65536, 1'000'000, 5'000'000}) {
    auto sending = std::async(std::launch::async, [&] { client.send(binary(fill(size))); });
    CHECK(client.next() == "binary(" + std::to_string(size) + " bytes)");
  }
  client.send(text("small again"));
  CHECK(client.next() == "text(small again)");
}

TEST_CASE("a message above the limit ends the connection with 1009") {
  World world;
  world.limit = 10;
  WireClient client(world);
  client.send(text(fill(10)));
  CHECK(client.next() == "text(**********)");
  client.send(text(fill(11)));
  CHECK(client.rest() == "close(1009) end");
  CHECK(world.heard() == "********** [protocol]");
}

TEST_CASE("who breaks the protocol reads why, even while it goes on sending") {
  World world;
  WireClient client(world);
  client.send(text("ok"));
  CHECK(client.next() == "text(ok)");
  client.send(std::string(TestFrame{.opcode = 7}) + fill(3'000'000));
  CHECK(client.rest() == "close(1002) end");
  CHECK(world.heard() == "ok [protocol]");
}

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
  client.send(kRequest + "\r\n");
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

TEST_CASE("messages are compressed when both sides want it") {
  const auto offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
  SUBCASE("not when only the client does") {
    World world;
    WireClient client(world, "", offer);
    CHECK(client.head.find("Extensions") == std::string::npos);
    client.send(text(fill(1000)));
    CHECK(client.next() == "text(1000 bytes)");
  }
  World world(Talker::Habit::echoes, {}, true);
  SUBCASE("not when only the server does") {
    WireClient client(world);
    CHECK(client.head.find("Extensions") == std::string::npos);
    client.send(text(fill(1000)));
    CHECK(client.next() == "text(1000 bytes)");
  }
  SUBCASE("both") {
    WireClient client(world, "", offer);
    CHECK(client.head.find("Sec-WebSocket-Extensions: permessage-deflate\r\n") !=
          std::string::npos);
    MessageDeflater deflater{DeflateParameters::Side{}};
    for (std::size_t size : {100, 100'000, 100}) {
      client.send(TestFrame{.payload = deflater.compress(fill(size)), .reserved = 4} + text("x"));
      CHECK(client.next() == "compressed text(" + brief(fill(size)) + ")");
      CHECK(client.next() == "text(x)");
    }
  }
  SUBCASE("but not beyond the limit") {
    world.limit = 1000;
    WireClient client(world, "", offer);
    MessageDeflater deflater{DeflateParameters::Side{}};
    client.send(TestFrame{.payload = deflater.compress(fill(10'000'000)), .reserved = 4});
    CHECK(client.rest() == "close(1009) end");
  }
  SUBCASE("and what one read becomes is not all held at once") {
    WireClient client(world, "", offer);
    MessageDeflater deflater{DeflateParameters::Side{}};
    std::string many;
    for (int i = 0; i < 50; ++i) {
      many += TestFrame{.payload = deflater.compress(fill(100'000)), .reserved = 4};
    }
    client.send(many + closing(1000));
    for (int i = 0; i < 50; ++i) CHECK(client.next() == "compressed text(100000 bytes)");
    CHECK(client.rest() == "close(1000) end");
  }
}

TEST_CASE("clients that send whatever comes to their mind do no harm") {
  World world(Talker::Habit::echoes, impatient());
  std::mt19937 random(4);
  for (int round = 0; round < 200; ++round) {
    std::string in;
    for (auto frames = random() % 5; frames-- > 0;) {
      in += TestFrame{.opcode = static_cast<unsigned>(random() % 16),
                      .payload = std::string(random() % 300, 'a'),
                      .final = random() % 4 != 0,
                      .reserved = static_cast<unsigned>(random() % 12 == 0),
                      .masked = random() % 12 != 0};
    }
    for (auto mutations = random() % 3; mutations-- > 0 && !in.empty();) {
      in[random() % in.size()] = static_cast<char>(random());
    }
    WireClient client(world);
    client.send(in);
    if (random() % 2) {
      client.client.finishSending();
      client.client.readAll();
    }
  }
  CHECK(WireClient(world).send(text("alive") + closing(1000)).rest() ==
        "text(alive) close(1000) end");
  CHECK(eventually([&] { return world.server.connections() == 0; }));
}

}  // namespace lathe::http
