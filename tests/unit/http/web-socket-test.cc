#include <future>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "engine/http/web-socket-deflate.h"
#include "engine/http/web-socket-frame.h"
#include "engine/io/web-socket-pair.h"
#include "tests/unit/http/test-server.h"
#include "tests/unit/http/web-socket-frames.h"
#include "tests/unit/http/web-socket-wire-client.h"
#include "tests/unit/http/web-socket-world.h"

namespace lathe::http {

using io::WebSocket;

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
  client.send(kWebSocketRequest + "\r\n");
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
  client.send(kWebSocketRequest + "\r\n");
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
    client.send(kWebSocketRequest + "\r\n");
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
