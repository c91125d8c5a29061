#include <atomic>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "tests/unit/http/test-server.h"

namespace lathe::http {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

// A handler that answers when it is told to, and counts what was dropped.
struct Waiting {
  std::atomic<int> asked = 0, dropped = 0;
  std::vector<io::Resolver<io::Response>> resolvers;
  std::unique_ptr<io::BodySource> body;

  Handler handler() {
    return [this](io::RequestHead, std::unique_ptr<io::BodySource> source) -> Answer {
      body = std::move(source);
      auto channel = io::makePending<io::Response>();
      channel.resolver.onDropped([this] { ++dropped; });
      resolvers.push_back(std::move(channel.resolver));
      ++asked;
      return std::move(channel.pending);
    };
  }
  void answer(TestServer& server, const std::string& text) {
    server.onLoop([&] { resolvers.back().resolve(textResponse(text)); });
  }
};

// What a read of `body` fails with; "" when it does not.
std::string failureOf(TestServer& server, io::BodySource& body) {
  return server.onLoop([&]() -> std::string {
    auto piece = body.read();
    if (!piece.settled()) return "(unsettled)";
    try {
      piece.takeOutcome().take();
      return "";
    } catch (const io::BodyError& error) {
      return error.what();
    }
  });
}

}  // namespace

TEST_CASE("a client that has only finished sending still gets its answer") {
  Waiting waiting;
  TestServer server(waiting.handler());
  TestClient client(server);
  client.send(kGet);
  client.finishSending();
  REQUIRE(eventually([&] { return waiting.asked == 1; }));
  CHECK(client.isSilent(milliseconds(50)));
  CHECK(waiting.dropped == 0);
  waiting.answer(server, "patience");
  CHECK(plain(client.readAll()).ends_with("Connection: close||patience"));
}

TEST_CASE("a client that leaves has its pending response dropped") {
  Waiting waiting;
  Limits limits;
  limits.sweepInterval = milliseconds(20);
  TestServer server(waiting.handler(), limits);
  TestClient client(server);
  SUBCASE("by closing") {
    client.send(kGet);
    REQUIRE(eventually([&] { return waiting.asked == 1; }));
    client.close();
  }
  SUBCASE("by closing at once") {
    client.send(kGet);
    client.close();
  }
  SUBCASE("by a reset") {
    client.send(kGet);
    REQUIRE(eventually([&] { return waiting.asked == 1; }));
    client.reset();
  }
  SUBCASE("by finishing to send, and closing later") {
    client.send(kGet);
    client.finishSending();
    REQUIRE(eventually([&] { return waiting.asked == 1; }));
    std::this_thread::sleep_for(milliseconds(50));
    CHECK(waiting.dropped == 0);
    client.close();
  }
  SUBCASE("behind a body that nobody reads") {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" +
                std::string(200000, 'x'));
    REQUIRE(eventually([&] { return waiting.asked == 1; }));
    client.close();
  }
  SUBCASE("behind more requests than are read ahead") {
    std::string many;
    for (int i = 0; i < 5000; ++i) many += kGet;
    client.send(many);
    REQUIRE(eventually([&] { return waiting.asked == 1; }));
    client.reset();
  }
  CHECK(eventually([&] { return waiting.dropped == 1; }));
  CHECK(eventually([&] { return server.connections() == 0; }));
  CHECK(waiting.asked == 1);
  if (waiting.body) {
    CHECK(failureOf(server, *waiting.body) ==
          "Can't read from request stream because client disconnected.");
    server.onLoop([&] { waiting.body.reset(); });
  }
}

TEST_CASE("what is sent while a handler works is the next request") {
  Waiting waiting;
  TestServer server(waiting.handler());
  TestClient client(server);
  client.send(kGet);
  REQUIRE(eventually([&] { return waiting.asked == 1; }));
  client.send(kGet.substr(0, 10));
  std::this_thread::sleep_for(milliseconds(10));
  client.send(kGet.substr(10));
  CHECK(client.isSilent(milliseconds(20)));
  CHECK(waiting.asked == 1);
  waiting.answer(server, "one");
  CHECK(plain(client.readUntil("one")).ends_with("||one"));
  REQUIRE(eventually([&] { return waiting.asked == 2; }));
  waiting.answer(server, "two");
  CHECK(plain(client.readUntil("two")).ends_with("||two"));
}

TEST_CASE("a body cannot be read after the response") {
  Waiting waiting;
  TestServer server(waiting.handler());
  TestClient client(server);
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  REQUIRE(eventually([&] { return waiting.asked == 1; }));
  waiting.answer(server, "done");
  client.readUntil("done");
  CHECK(failureOf(server, *waiting.body) ==
        "Can't read from request stream after response has been sent.");
  client.send(kGet);
  CHECK(eventually([&] { return waiting.asked == 2; }));
}

TEST_CASE("a body that ends too early fails, and its client can still be answered") {
  std::atomic<bool> disconnected = false;
  std::unique_ptr<TestServer> server;
  server = std::make_unique<TestServer>(
      [&](io::RequestHead, std::unique_ptr<io::BodySource> source) -> Answer {
        auto body = std::shared_ptr<io::BodySource>(std::move(source));
        auto channel = io::makePending<io::Response>();
        auto resolver = std::make_shared<io::Resolver<io::Response>>(std::move(channel.resolver));
        auto reading = std::make_shared<io::Pending<std::string>>(body->read());
        reading->then([=, &disconnected](io::Outcome<std::string>) {
          auto rest = std::make_shared<io::Pending<std::string>>(body->read());
          rest->then([=, &disconnected](io::Outcome<std::string> outcome) {
            (void)rest;
            disconnected = outcome.failed();
            resolver->resolve(textResponse("short"));
          });
        });
        return std::move(channel.pending);
      });
  TestClient client(*server);
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
  client.finishSending();
  CHECK(plain(client.readAll()).ends_with("||short"));
  CHECK(disconnected);
}

TEST_CASE("a request's body can be the response's: bytes flow through") {
  TestServer server([](io::RequestHead, std::unique_ptr<io::BodySource> body) -> Answer {
    io::Response response;
    response.body = std::move(body);
    return response;
  });
  TestClient client(server);
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  CHECK(plain(client.readUntil("abc\r\n")) == "HTTP/1.1 200 OK|Transfer-Encoding: chunked||3|abc|");
  client.send("1\r\nd\r\n0\r\n\r\n");
  CHECK(plain(client.readUntil("0\r\n\r\n")) == "1|d|0||");

  const std::string large(30'000'000, 'x');
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30000000\r\n\r\n");
  std::thread sender([&] { client.send(large); });
  client.readUntil("\r\n\r\n");
  CHECK(client.read(large.size()) == large);
  sender.join();
}

TEST_CASE("stop ends idle connections at once and lets requests under way finish") {
  Waiting waiting;
  TestServer server(waiting.handler());
  TestClient idle(server), busy(server);
  busy.send(kGet);
  REQUIRE(eventually([&] { return waiting.asked == 1 && server.connections() == 2; }));
  auto stopped = server.stop(std::chrono::seconds(60));
  CHECK(idle.readAll() == "");
  CHECK(stopped.wait_for(milliseconds(30)) == std::future_status::timeout);
  waiting.answer(server, "finished");
  CHECK(plain(busy.readAll()).ends_with("Connection: close||finished"));
  CHECK(stopped.wait_for(std::chrono::seconds(10)) == std::future_status::ready);
}

TEST_CASE("stop cuts off what is left after the grace time") {
  Waiting waiting;
  TestServer server(waiting.handler());
  TestClient busy(server);
  busy.send(kGet);
  REQUIRE(eventually([&] { return waiting.asked == 1; }));
  auto stopped = server.stop(milliseconds(50));
  CHECK(busy.readAll() == "");
  CHECK(stopped.wait_for(std::chrono::seconds(10)) == std::future_status::ready);
  CHECK(waiting.dropped == 1);
}

TEST_CASE("stop without connections is over at once") {
  TestServer server(echo);
  CHECK(server.stop(std::chrono::seconds(60)).wait_for(std::chrono::seconds(10)) ==
        std::future_status::ready);
}

}  // namespace lathe::http
