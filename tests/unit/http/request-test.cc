#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "tests/unit/http/test-server.h"

namespace lathe::http {

namespace {

std::string ok(const std::string& body, const std::string& connection = "") {
  return "HTTP/1.1 200 OK|Content-Length: " + std::to_string(body.size()) + "|" + connection + "|" +
         body;
}

// The first line of a response.
std::string statusLine(const std::string& response) {
  return response.substr(0, response.find('|'));
}

}  // namespace

TEST_CASE("a request reaches the handler as it was sent") {
  TestServer server(echo);
  const struct {
    std::string_view request;
    std::string want;
  } cases[] = {
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / http://a"},
      {"GET /p?q=1 HTTP/1.1\r\nhOsT:   localhost:8787  \r\n\r\n",
       "GET /p?q=1 http://localhost:8787"},
      {"GET http://x/p HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://x/p "},
      {"GET / HTTP/1.1\r\nHost: 127.0.0.1:8787\r\n\r\n", "GET / http://127.0.0.1:8787"},
      {"GET / HTTP/1.1\r\nHost: a-1.b_2:65535\r\n\r\n", "GET / http://a-1.b_2:65535"},
      {"GET / HTTP/1.1\r\nHost: a:\r\n\r\n", "GET / http://a:"},
      {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS / http://a"},
      {"PURGE /pot HTTP/1.1\r\nHost: [::1]:1\r\n\r\n", "PURGE /pot http://[::1]:1"},
      {"QUERY / HTTP/1.1\r\nHost: a\r\n\r\n", "QUERY / http://a"},
      {"\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / http://a"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "POST / http://a [abc]"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "POST / http://a"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
       "POST / http://a [abc]"},
      {"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
       "1\r\na\r\n2;ext=\"x\"\r\nbc\r\n0\r\nTrailer: t\r\n\r\n",
       "PUT / http://a [abc]"},
      {"PUT / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: Chunked\r\n\r\n0\r\n\r\n",
       "PUT / http://a []"},
  };
  for (const auto& [request, want] : cases) {
    INFO("sending ", request);
    // A client that has finished sending could not send another request.
    const auto response = responseTo(server, request);
    CHECK(response.ends_with("||" + want));
    CHECK(statusLine(response) == "HTTP/1.1 200 OK");
  }
}

TEST_CASE("a request may come in pieces of any size") {
  TestServer server(echo);
  const std::string request =
      "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    CAPTURE(cut);
    TestClient client(server);
    client.send(request.substr(0, cut));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    client.send(request.substr(cut));
    client.finishSending();
    CHECK(plain(client.readAll()).ends_with("||POST /x http://a [abc]"));
  }
}

TEST_CASE("what could be read in two ways is refused, and the connection ends") {
  TestServer server(echo);
  const struct {
    std::string_view head;
    int status;
  } cases[] = {
      {"GET / HTTP/1.1", 400},  // no Host
      {"GET / HTTP/1.1\r\nHost:", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: a", 400},
      {"GET / HTTP/1.1\r\nHost: a/b", 400},
      {"GET / HTTP/1.1\r\nHost: a@b", 400},
      {"GET / HTTP/1.1\r\nHost: a b", 400},
      {"GET / HTTP/1.1\r\nHost: a:65536", 400},
      {"GET / HTTP/1.1\r\nHost: a:x", 400},
      {"GET / HTTP/1.1\r\nHost: a:1:1", 400},
      {"GET / HTTP/1.1\r\nHost: :80", 400},
      {"GET / HTTP/1.1\r\nHost: 1.2.3.256", 400},
      {"GET / HTTP/1.1\r\nHost: 1.2.3.4.5", 400},
      {"GET / HTTP/1.1\r\nHost: [::1", 400},
      {"GET / HTTP/1.1\r\nHost: [::g]", 400},
      {"GET / HTTP/1.1\r\nHost: a[b]", 400},
      {"GET / HTTP/1.1\r\nHost: a%00", 400},
      {"GET / HTTP/1.1\r\nHost: a%2fb", 400},
      {"GET / HTTP/1.1\r\nHost: a|b", 400},
      {"GET / HTTP/1.1\r\nHost: <a>", 400},
      {"GET http://a:x/ HTTP/1.1\r\nHost: a", 400},
      {"GET http:// HTTP/1.1\r\nHost: a", 400},
      {"GET http://[::g]/ HTTP/1.1\r\nHost: a", 400},
      {"GET http://user@a/ HTTP/1.1\r\nHost: a", 400},
      {"GET http://user:word@a/ HTTP/1.1\r\nHost: a", 400},
      {"GET / HTTP/1.1\r\nHost : a", 400},
      {"GET / HTTP/1.1\r\n Host: a", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2", 400},  // folded
      {"GET / HTTP/1.1\r\nHost: a\r\nX:\r\n 2", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\t2", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nno colon", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\n: empty name", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: \x01", 400},
      {std::string_view("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b", 31), 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb", 400},
      {"GET / HTTP/1.1\nHost: a", 400},
      {"GET / HTTP/2.0\r\nHost: a", 400},
      {"GET / HTTP/0.9\r\nHost: a", 400},
      {"GET / http/1.1\r\nHost: a", 400},
      {"GET /", 400},
      {"GET  / HTTP/1.1\r\nHost: a", 400},
      {"GET x HTTP/1.1\r\nHost: a", 400},
      {"GET * HTTP/1.1\r\nHost: a", 400},
      {"GET ftp://x/ HTTP/1.1\r\nHost: a", 400},
      {"CONNECT a:1 HTTP/1.1\r\nHost: a", 501},
      {"\x16\x03\x01\x02", 400},  // TLS
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 4", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1 1", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip", 501},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked", 501},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity", 501},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked", 501},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
       400},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nExpect: a miracle", 417},
  };
  for (const auto& [head, status] : cases) {
    INFO("sending ", head);
    TestClient client(server);
    // The next request would be the smuggled one.
    client.send(std::string(head) + "\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto response = plain(client.readAll());
    CHECK(response.starts_with("HTTP/1.1 " + std::to_string(status) + " "));
    CHECK(response.find("|Connection: close|") != std::string::npos);
    CHECK(response.find("smuggled") == std::string::npos);
    CHECK(response.find("(") == std::string::npos);
  }
}

TEST_CASE("a broken body is answered with 400, whatever the handler makes of it") {
  TestServer server(echo);
  for (std::string_view body :
       {"x\r\n", "-1\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "3\nabc\r\n0\r\n\r\n", "3 abc\r\n",
        "fffffffffffffffff\r\n", "0\r\nbad trailer\r\n\r\n"}) {
    INFO("sending ", body);
    const auto response =
        responseTo(server, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
                               std::string(body));
    CHECK(statusLine(response) == "HTTP/1.1 400 Bad Request");
  }
}

TEST_CASE("requests sent together are answered one after the other, in order") {
  TestServer server(echo);
  CHECK(responseTo(server,
                   "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
                   "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nxy"
                   "GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                   "GET /4 HTTP/1.1\r\nHost: a\r\n\r\n") ==
        ok("GET /1 http://a") + ok("POST /2 http://a [xy]") +
            ok("GET /3 http://a", "Connection: close|"));

  std::string many, want;
  for (int i = 0; i < 5000; ++i) {
    many += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    want += ok("GET /" + std::to_string(i) + " http://a");
  }
  TestClient client(server);
  // Its responses fill what the kernel is willing to hold only if nobody reads them.
  std::thread sender([&] {
    client.send(many);
    client.finishSending();
  });
  const auto got = plain(client.readAll());
  sender.join();
  // Where the server saw the end before the last request, that one says it is.
  CHECK(got.substr(0, want.size() / 2) == want.substr(0, want.size() / 2));
  CHECK(got.ends_with("GET /4999 http://a"));
}

TEST_CASE("the connection is kept as the versions of HTTP have it") {
  TestServer server(echo);
  const struct {
    std::string_view head;
    std::string_view connection;
    bool kept;
  } cases[] = {
      {"GET / HTTP/1.1\r\nHost: a\r\n", "", true},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n", "Connection: close|", false},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, close\r\n", "Connection: close|", false},
      {"GET / HTTP/1.0\r\nHost: a\r\n", "Connection: close|", false},
      {"GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n", "Connection: keep-alive|", true},
  };
  for (const auto& [head, connection, kept] : cases) {
    INFO("sending ", head);
    TestClient client(server);
    client.send(std::string(head) + "\r\n");
    const auto want = ok("GET / http://a", std::string(connection));
    CHECK(plain(client.readUntil("http://a")) == want);
    if (kept) {
      client.send(std::string(head) + "\r\n");
      CHECK(plain(client.readUntil("http://a")) == want);
    } else {
      CHECK(client.readAll() == "");
    }
  }
}

TEST_CASE("HTTP/1.0 without a Host gets the address that was connected to") {
  TestServer server(echo);
  CHECK(responseTo(server, "GET / HTTP/1.0\r\n\r\n")
            .ends_with("||GET / http://127.0.0.1:" + std::to_string(server.port())));
}

TEST_CASE("the handler learns the client's address") {
  TestServer server([](io::RequestHead head, std::unique_ptr<io::BodySource>) -> Answer {
    return textResponse(head.clientAddress);
  });
  CHECK(responseTo(server, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").ends_with("||127.0.0.1"));
}

TEST_CASE("100 Continue is sent when the body is first read, and only to who asked") {
  TestServer server([](io::RequestHead head, std::unique_ptr<io::BodySource> body) -> Answer {
    if (head.message.target() == "/ignore") return textResponse("ignored");
    return echo(std::move(head), std::move(body));
  });
  const std::string fields = " HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n";
  SUBCASE("a handler that reads") {
    TestClient client(server);
    client.send("POST /read" + fields + "Expect: 100-continue\r\n\r\n");
    CHECK(client.readUntil("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("abc");
    CHECK(plain(client.readUntil("]")) == ok("POST /read http://a [abc]"));
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(plain(client.readUntil("http://a")) == ok("GET / http://a"));
  }
  SUBCASE("a handler that does not read") {
    TestClient client(server);
    client.send("POST /ignore" + fields + "Expect: 100-continue\r\n\r\n");
    CHECK(plain(client.readAll()) == ok("ignored", "Connection: close|"));
  }
  SUBCASE("a client that sends the body without waiting") {
    TestClient client(server);
    client.send("POST /read" + fields + "Expect: 100-continue\r\n\r\nabc");
    CHECK(plain(client.readUntil("]")) == ok("POST /read http://a [abc]"));
  }
  SUBCASE("a client that did not ask") {
    TestClient client(server);
    client.send("POST /read" + fields + "\r\n");
    CHECK(client.isSilent(std::chrono::milliseconds(30)));
    client.send("abc");
    CHECK(plain(client.readUntil("]")) == ok("POST /read http://a [abc]"));
  }
  SUBCASE("HTTP/1.0 cannot ask") {
    TestClient client(server);
    client.send(
        "POST /read HTTP/1.0\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.isSilent(std::chrono::milliseconds(30)));
    client.send("abc");
    CHECK(plain(client.readAll()) == ok("POST /read http://a [abc]", "Connection: close|"));
  }
}

TEST_CASE("100 Continue is not sent any more when the response has begun") {
  std::unique_ptr<io::BodySource> body;
  io::Pending<std::string> piece;
  std::unique_ptr<TestServer> server;
  server = std::make_unique<TestServer>([&](io::RequestHead,
                                            std::unique_ptr<io::BodySource> given) -> Answer {
    body = std::move(given);
    io::Response response;
    response.body = std::make_unique<PieceSource>(server->loop(), std::vector<std::string>{"begun"},
                                                  std::nullopt, PieceSource::Ending::never);
    return response;
  });
  TestClient client(*server);
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  client.readUntil("begun\r\n");
  server->onLoop([&] { piece = body->read(); });
  CHECK(client.isSilent(std::chrono::milliseconds(30)));
  client.send("abc");
  CHECK(eventually([&] { return server->onLoop([&] { return piece.settled(); }); }));
  CHECK(server->onLoop([&] { return piece.takeOutcome().take(); }) == "abc");
  server->onLoop([&] { body.reset(); });
}

}  // namespace lathe::http
