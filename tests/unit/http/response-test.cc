#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "tests/unit/http/test-server.h"

namespace lathe::http {

namespace {

using Ending = PieceSource::Ending;
constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kHead = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kOld = "GET / HTTP/1.0\r\n\r\n";

// What is in a response, without its body.
io::Response head(unsigned status, io::HeaderList headers = {}, std::string statusText = "") {
  io::Response response;
  response.status = status;
  response.statusText = std::move(statusText);
  response.headers = std::move(headers);
  return response;
}

// A server that answers everything with what `make` makes.
struct Answering : TestServer {
  explicit Answering(std::function<io::Response(boost::asio::io_context&)> make)
      : TestServer([this, make](io::RequestHead, std::unique_ptr<io::BodySource>) -> Answer {
          return make(loop());
        }) {}
};

std::string ask(std::function<io::Response(boost::asio::io_context&)> make,
                std::string_view request = kGet) {
  Answering server(std::move(make));
  TestClient client(server);
  client.send(std::string(request) + "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  auto all = plain(client.readAll());
  // The second response only shows where the first one ended.
  const auto second = all.rfind("HTTP/1.1 ");
  return second == 0 ? all + "(end)" : all.substr(0, second);
}

}  // namespace

TEST_CASE("a head has the framing that its body needs, and no other") {
  const struct {
    io::Response response;
    std::string_view request;
    std::string_view want;
  } cases[] = {
      {head(200), kGet, "HTTP/1.1 200 OK|Content-Length: 0||"},
      {head(404), kGet, "HTTP/1.1 404 Not Found|Content-Length: 0||"},
      {head(299), kGet, "HTTP/1.1 299 Successful|Content-Length: 0||"},
      {head(418), kGet, "HTTP/1.1 418 I'm a teapot|Content-Length: 0||"},
      {head(499), kGet, "HTTP/1.1 499 Client Error|Content-Length: 0||"},
      {head(200, {}, "Fine"), kGet, "HTTP/1.1 200 Fine|Content-Length: 0||"},
      {head(204), kGet, "HTTP/1.1 204 No Content||"},
      {head(204, {{"content-length", "5"}}), kGet, "HTTP/1.1 204 No Content||"},
      {head(304), kGet, "HTTP/1.1 304 Not Modified||"},
      {head(304, {{"content-length", "5"}}), kGet, "HTTP/1.1 304 Not Modified||"},
      {head(200, {{"content-length", "5"}}), kHead, "HTTP/1.1 200 OK|Content-Length: 5||"},
      {head(200, {{"content-length", "no"}}), kHead, "HTTP/1.1 200 OK||"},
      {head(200, {{"Content-Length", "5"}}), kGet, "HTTP/1.1 200 OK|Content-Length: 0||"},
      {head(200, {{"transfer-encoding", "gzip"}, {"keep-alive", "1"}, {"x", "y"}}), kGet,
       "HTTP/1.1 200 OK|x: y|Content-Length: 0||"},
      {head(200, {{"set-cookie", "a"}, {"set-cookie", "b"}}), kGet,
       "HTTP/1.1 200 OK|set-cookie: a|set-cookie: b|Content-Length: 0||"},
      {head(200, {{"connection", "close"}}), kGet, "HTTP/1.1 200 OK|Content-Length: 0||"},
      {head(200, {{"upgrade", "h2c"}, {"te", "x"}, {"trailer", "y"}, {"x", "z"}}), kGet,
       "HTTP/1.1 200 OK|x: z|Content-Length: 0||"},
      {head(426, {{"upgrade", "websocket"}}), kGet,
       "HTTP/1.1 426 Upgrade Required|upgrade: websocket|Content-Length: 0||"},
      {head(200, {{"connection", "keep-alive"}}), kGet, "HTTP/1.1 200 OK|Content-Length: 0||"},
      {head(200), kOld, "HTTP/1.1 200 OK|Content-Length: 0|Connection: close||(end)"},
      {head(101, {{"connection", "upgrade"}, {"upgrade", "x"}}), kGet,
       "HTTP/1.1 101 Switching Protocols|connection: upgrade|upgrade: x||(end)"},
  };
  for (const auto& each : cases) {
    INFO("expecting ", each.want);
    CHECK(ask(
              [&](auto&) {
                return head(each.response.status, each.response.headers, each.response.statusText);
              },
              each.request) == each.want);
  }
}

TEST_CASE("a body in hand is sent with its length") {
  CHECK(ask([](auto&) { return textResponse("abc"); }) == "HTTP/1.1 200 OK|Content-Length: 3||abc");
  CHECK(ask([](auto&) { return textResponse("abc"); }, kHead) ==
        "HTTP/1.1 200 OK|Content-Length: 3||");
  CHECK(ask([](auto&) { return textResponse(""); }) == "HTTP/1.1 200 OK|Content-Length: 0||");
  CHECK(ask([](auto&) {
          auto response = textResponse("must not be sent");
          response.status = 204;
          return response;
        }) == "HTTP/1.1 204 No Content||");
}

TEST_CASE("a body larger than what the kernel holds arrives whole") {
  const std::string large(40'000'000, 'x');
  Answering server([&](auto&) { return textResponse(large); });
  TestClient client(server);
  client.send(kGet);
  CHECK(client.readUntil("\r\n\r\n").find("Content-Length: 40000000\r\n") != std::string::npos);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(client.read(large.size()) == large);
}

TEST_CASE("a stream is framed by what is known about it") {
  const struct {
    std::vector<std::string> pieces;
    std::optional<std::uint64_t> length;
    Ending ending;
    std::string_view request;
    std::string_view want;
  } cases[] = {
      {{"a", "bc", "d"}, 4, Ending::clean, kGet, "HTTP/1.1 200 OK|Content-Length: 4||abcd"},
      {{"a", "bc"},
       {},
       Ending::clean,
       kGet,
       "HTTP/1.1 200 OK|Transfer-Encoding: chunked||1|a|2|bc|0||"},
      {{}, {}, Ending::clean, kGet, "HTTP/1.1 200 OK|Transfer-Encoding: chunked||0||"},
      {{}, 0, Ending::clean, kGet, "HTTP/1.1 200 OK|Content-Length: 0||"},
      {{"a", "bc"}, {}, Ending::clean, kOld, "HTTP/1.1 200 OK|Connection: close||abc(end)"},
      {{"a"}, {}, Ending::clean, kHead, "HTTP/1.1 200 OK||"},
      {{"a"}, 1, Ending::clean, kHead, "HTTP/1.1 200 OK|Content-Length: 1||"},
      // What cannot be ended properly is cut off, so that the client notices.
      {{"a", "b"},
       {},
       Ending::failure,
       kGet,
       "HTTP/1.1 200 OK|Transfer-Encoding: chunked||1|a|1|b|(end)"},
      {{"a", "b"}, 5, Ending::clean, kGet, "HTTP/1.1 200 OK|Content-Length: 5||ab(end)"},
      {{"a", "bcd"}, 2, Ending::clean, kGet, "HTTP/1.1 200 OK|Content-Length: 2||a(end)"},
  };
  for (const auto& each : cases) {
    INFO("expecting ", each.want);
    auto got = ask(
        [&](auto& loop) {
          io::Response response;
          response.body =
              std::make_unique<PieceSource>(loop, each.pieces, each.length, each.ending);
          return response;
        },
        each.request);
    // Cut off while the pipelined request is unread: then it is a reset.
    if (auto at = got.find("(reset)"); at != std::string::npos) got.erase(at, 7);
    CHECK(got == each.want);
  }
}

TEST_CASE("the head of a stream does not wait for its first piece") {
  Answering server([](auto& loop) {
    io::Response response;
    response.body = std::make_unique<PieceSource>(loop, std::vector<std::string>{}, std::nullopt,
                                                  Ending::never);
    return response;
  });
  TestClient client(server);
  client.send(kGet);
  CHECK(plain(client.readUntil("\r\n\r\n")) == "HTTP/1.1 200 OK|Transfer-Encoding: chunked||");
}

TEST_CASE("a large stream to a client that reads slowly arrives whole") {
  const std::string piece(1'000'000, 'p');
  Answering server([&](auto& loop) {
    io::Response response;
    response.body =
        std::make_unique<PieceSource>(loop, std::vector<std::string>(20, piece), 20'000'000);
    return response;
  });
  TestClient client(server);
  client.send(kGet);
  client.readUntil("\r\n\r\n");
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    CHECK(client.read(piece.size()) == piece);
  }
}

TEST_CASE("a head that could be two is replaced by a 500") {
  const struct {
    unsigned status;
    std::string statusText, name, value;
  } cases[] = {
      {200, "", "x", "a\r\nb: c"},
      {200, "", "x", "a\n"},
      {200, "", "x", "a\rb"},
      {200, "", "x", std::string("a\0b", 3)},
      {200, "", "x y", "a"},
      {200, "", "", "a"},
      {200, "", "x:", "a"},
      {200, "", "x\r\n", "a"},
      {200, "OK\r\nx: y", "x", "a"},
      {0, "", "x", "a"},
      {99, "", "x", "a"},
      {100, "", "x", "a"},
      {600, "", "x", "a"},
      {1200, "", "x", "a"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.status);
    CAPTURE(each.name);
    CAPTURE(each.value);
    Answering server([&](auto&) {
      return head(each.status, {{each.name, each.value}}, each.statusText);
    });
    TestClient client(server);
    client.send(kGet);
    CHECK(plain(client.readUntil("Error\n")) ==
          "HTTP/1.1 500 Internal Server Error|Content-Type: text/plain;charset=UTF-8|"
          "Content-Length: 22||Internal Server Error\n");
    CHECK(server.reports().size() == 1);
  }
}

TEST_CASE("a handler that fails is answered with a bare 500, and the connection goes on") {
  const auto error = [] { return std::make_exception_ptr(std::runtime_error("secret")); };
  const struct {
    std::string_view name;
    std::function<Answer(boost::asio::io_context&)> fail;
  } cases[] = {
      {"throws", [](auto&) -> Answer { throw std::runtime_error("secret"); }},
      {"has failed", [&](auto&) { return io::Pending<io::Response>::failed(error()); }},
      {"fails later",
       [&](auto& loop) {
         auto channel = io::makePending<io::Response>();
         boost::asio::post(
             loop,
             [resolver = std::make_shared<io::Resolver<io::Response>>(std::move(channel.resolver)),
              error] { resolver->reject(error()); });
         return std::move(channel.pending);
       }},
      {"forgets", [](auto&) { return std::move(io::makePending<io::Response>().pending); }},
  };
  for (const auto& each : cases) {
    INFO("a handler that ", each.name);
    std::unique_ptr<TestServer> server;
    server = std::make_unique<TestServer>([&](io::RequestHead, std::unique_ptr<io::BodySource>) {
      return each.fail(server->loop());
    });
    TestClient client(*server);
    for (int i = 0; i < 2; ++i) {
      client.send(kGet);
      CHECK(plain(client.readUntil("Error\n")).starts_with("HTTP/1.1 500 Internal Server Error|"));
    }
    CHECK(server->reports().size() == 2);
  }
}

TEST_CASE("delivery is released after the last byte, or when the client has gone") {
  auto delivery = std::make_shared<int>();
  std::weak_ptr<void> watch = delivery;
  Answering server([&](auto& loop) {
    io::Response response;
    response.delivery = std::exchange(delivery, nullptr);
    response.body = std::make_unique<PieceSource>(loop, std::vector<std::string>{"a"}, std::nullopt,
                                                  Ending::never);
    return response;
  });
  TestClient client(server);
  client.send(kGet);
  client.readUntil("a\r\n");
  CHECK_FALSE(server.onLoop([&] { return watch.expired(); }));
  SUBCASE("by closing") { client.close(); }
  SUBCASE("by a reset") { client.reset(); }
  CHECK(eventually([&] { return server.onLoop([&] { return watch.expired(); }); }));
}

}  // namespace lathe::http
