#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/unit/http/test-server.h"

namespace lathe::http {

namespace {

using std::chrono::milliseconds;

std::string get(const std::string& fields = "") {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

// Timeouts that a test can wait for.
Limits hasty() {
  Limits limits;
  limits.sweepInterval = milliseconds(20);
  limits.headerTimeout = limits.idleTimeout = limits.bodyTimeout = limits.writeTimeout =
      limits.lingerTimeout = milliseconds(60);
  return limits;
}

}  // namespace

TEST_CASE("a header of 128 KiB is accepted, one byte more is not") {
  TestServer server(echo);
  // In three lines, because no single one may be larger than 65,000 bytes.
  const auto line = "Y: " + std::string(60'000, 'y') + "\r\n";
  const auto fill =
      line + line + "X: " + std::string(128 * 1024 - get(line + line + "X: \r\n").size(), 'x');
  CHECK(responseTo(server, get(fill + "\r\n")).starts_with("HTTP/1.1 200 OK|"));
  CHECK(responseTo(server, get(fill + "x\r\n"))
            .starts_with("HTTP/1.1 431 Request Header Fields Too Large|"));
}

TEST_CASE("a single header of more than 65,000 bytes is refused") {
  TestServer server(echo);
  const std::string large(65'000, 'x');
  CHECK(responseTo(server, get("X: " + large + "\r\n")).starts_with("HTTP/1.1 200 OK|"));
  CHECK(responseTo(server, get("X: x" + large + "\r\n")).starts_with("HTTP/1.1 431 "));
  CHECK(responseTo(server, get("x" + large + ": X\r\n")).starts_with("HTTP/1.1 431 "));
}

TEST_CASE("many small header lines count like one large") {
  TestServer server(echo);
  TestClient client(server);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n");
  std::string lines;
  for (int i = 0; i < 100; ++i) lines += "X: y\r\n";
  for (int i = 0; i < 300 && client.send(lines); ++i) {
  }
  CHECK(plain(client.readAll()).starts_with("HTTP/1.1 431 "));
}

TEST_CASE("a gigabyte of header is refused without being kept") {
  TestServer server(echo);
  TestClient client(server);
  client.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
  const std::string megabyte(1024 * 1024, 'x');
  for (int i = 0; i < 1024 && client.send(megabyte); ++i) {
  }
  CHECK(client.read(13) == "HTTP/1.1 431 ");
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  CHECK(usage.ru_maxrss < 600 * 1024);
  CHECK(responseTo(server, get()).starts_with("HTTP/1.1 200 OK|"));
}

TEST_CASE("endless chunk extensions and trailers are refused") {
  TestServer server(echo);
  for (std::string_view start : {"1;x=", "0\r\nX: "}) {
    TestClient client(server);
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
                std::string(start) + std::string(300 * 1024, 'x'));
    CHECK(plain(client.readAll()).starts_with("HTTP/1.1 400 Bad Request|"));
  }
}

TEST_CASE("a body over the limit is refused: at once when announced, when it comes otherwise") {
  Limits limits;
  limits.bodyBytesMax = 1000;
  std::atomic<int> handled = 0;
  TestServer server(
      [&](io::RequestHead head, std::unique_ptr<io::BodySource> body) {
        ++handled;
        return echo(std::move(head), std::move(body));
      },
      limits);
  const std::string chunk = "1f4\r\n" + std::string(500, 'x') + "\r\n";
  const std::string counted = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ";
  const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

  CHECK(responseTo(server, counted + "1000\r\n\r\n" + std::string(1000, 'x'))
            .starts_with("HTTP/1.1 200"));
  CHECK(responseTo(server, chunked + chunk + chunk + "0\r\n\r\n").starts_with("HTTP/1.1 200"));
  CHECK(handled == 2);
  CHECK(responseTo(server, counted + "1001\r\n\r\n").starts_with("HTTP/1.1 413 "));
  CHECK(handled == 2);
  CHECK(responseTo(server, chunked + chunk + chunk + "1\r\nx\r\n0\r\n\r\n")
            .starts_with("HTTP/1.1 413 "));
  CHECK(responseTo(server, chunked + "ffffffffffff\r\n").starts_with("HTTP/1.1 413 "));
}

TEST_CASE("a body that nobody reads is skipped when small, else the connection ends") {
  Limits limits;
  limits.drainBytesMax = 1000;
  TestServer server([](io::RequestHead,
                       std::unique_ptr<io::BodySource>) -> Answer { return textResponse("done"); },
                    limits);
  const std::string small = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n";
  const std::string large = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n";
  const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto done = [](std::string connection) {
    return "HTTP/1.1 200 OK|Content-Length: 4|" + connection + "|done";
  };
  TestClient client(server);
  client.send(small);
  CHECK(plain(client.readUntil("done")) == done(""));
  client.send(std::string(1000, 'x') + chunked + "3\r\nabc\r\n0\r\n\r\n");
  CHECK(plain(client.readUntil("done")) == done(""));
  client.send(large);
  CHECK(plain(client.readUntil("done")) == done("Connection: close|"));
  CHECK(client.send(std::string(3000, 'x')));  // Not reset: the response could be lost.
  CHECK(client.readAll() == "");

  TestClient other(server);
  other.send(chunked + "1000\r\n" + std::string(4096, 'x'));
  CHECK(plain(other.readAll()) == done(""));
}

TEST_CASE("a slow client is given up") {
  TestServer server(
      [](io::RequestHead head, std::unique_ptr<io::BodySource> body) -> Answer {
        if (head.message.target() == "/large") return textResponse(std::string(50'000'000, 'x'));
        return echo(std::move(head), std::move(body));
      },
      hasty());
  TestClient client(server);
  SUBCASE("that sends nothing") { CHECK(client.readAll() == ""); }
  SUBCASE("that sends half a header, byte by byte") {
    for (char c : std::string_view("GET / HTTP/1.1\r\nHost: ")) {
      client.send({&c, 1});
      std::this_thread::sleep_for(milliseconds(10));
    }
    CHECK(client.readAll().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
  }
  SUBCASE("that sends half a body") {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
    CHECK(client.readAll() == "");
  }
  SUBCASE("that sends nothing after a response") {
    client.send(get());
    CHECK(plain(client.readAll()).starts_with("HTTP/1.1 200 OK|Content-Length: 14||"));
  }
  SUBCASE("that does not read") { client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n"); }
  CHECK(eventually([&] { return server.connections() == 0; }));
}

TEST_CASE("a handler may take longer than any client") {
  std::unique_ptr<TestServer> server;
  boost::asio::steady_timer* timer = nullptr;
  server = std::make_unique<TestServer>(
      [&](io::RequestHead, std::unique_ptr<io::BodySource>) {
        auto channel = io::makePending<io::Response>();
        auto resolver = std::make_shared<io::Resolver<io::Response>>(std::move(channel.resolver));
        auto later = std::make_shared<boost::asio::steady_timer>(server->loop(), milliseconds(300));
        timer = later.get();
        later->async_wait([resolver, later](auto) { resolver->resolve(textResponse("late")); });
        return std::move(channel.pending);
      },
      hasty());
  CHECK(responseTo(*server, get()).ends_with("||late"));
}

TEST_CASE("time in which the loop was busy is not held against the client") {
  TestServer server(echo, hasty());
  TestClient client(server);
  client.send("GET / HTTP/1.1\r\n");
  std::this_thread::sleep_for(milliseconds(5));
  server.onLoop([] { std::this_thread::sleep_for(milliseconds(300)); });
  client.send("Host: a\r\nConnection: close\r\n\r\n");
  CHECK(plain(client.readAll()).starts_with("HTTP/1.1 200 OK|"));
}

TEST_CASE("a thousand idle connections leave the server answering") {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  const auto before = files.rlim_cur;
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, 4096);
  REQUIRE(setrlimit(RLIMIT_NOFILE, &files) == 0);
  {
    TestServer server(echo);
    std::vector<TestClient> idle;
    for (int i = 0; i < 1000; ++i) idle.emplace_back(server);
    CHECK(eventually([&] { return server.connections() == 1000; }));
    CHECK(responseTo(server, get()).ends_with("GET / http://a"));
    for (auto& client : idle) client.send(get("Connection: close\r\n"));
    for (auto& client : idle) CHECK(plain(client.readAll()).ends_with("GET / http://a"));
  }
  files.rlim_cur = before;
  setrlimit(RLIMIT_NOFILE, &files);
}

TEST_CASE("a body that drips is given up, one that streams is not") {
  Limits limits = hasty();
  limits.bodyTimeout = milliseconds(60'000);
  limits.bodyGrace = milliseconds(100);
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
  SUBCASE("counted") {
    TestServer server(echo, limits);
    TestClient client(server);
    client.send(head + "Content-Length: 100000\r\n\r\n");
    CHECK(eventually([&] { return !client.send("x"); }));
    CHECK(client.readAll() == "");
  }
  SUBCASE("chunked, and never as far as a byte") {
    TestServer server(echo, limits);
    TestClient client(server);
    client.send(head + "Transfer-Encoding: chunked\r\n\r\n1;");
    CHECK(eventually([&] { return !client.send("x"); }));
  }
  SUBCASE("with a byte where a second costs one") {
    limits.bodyBytesPerSecondMin = 1;
    TestServer server(echo, limits);
    TestClient client(server);
    client.send(head + "Content-Length: 300\r\n\r\n");
    for (int i = 0; i < 30; ++i) {
      CHECK(client.send("0123456789"));
      std::this_thread::sleep_for(milliseconds(20));
    }
    CHECK(plain(client.readAll()).starts_with("HTTP/1.1 200 OK|"));
  }
}

namespace {

// No descriptor can be made any more but in the place of one that is there.
class NoDescriptors {
 public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int free = ::dup(STDIN_FILENO);
    ::close(free);
    rlimit files = before_;
    files.rlim_cur = static_cast<rlim_t>(free);
    REQUIRE(setrlimit(RLIMIT_NOFILE, &files) == 0);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("without file descriptors those end that have waited longest for their clients") {
  TestServer server(echo);
  std::vector<TestClient> idle;
  for (int i = 0; i < 8; ++i) {
    idle.emplace_back(server);
    CHECK(eventually([&] { return server.connections() == std::size_t(i) + 1; }));
  }
  SUBCASE("silent") {}
  SUBCASE("in the middle of a head") {
    for (auto& client : idle) client.send("GET /");
    server.onLoop([] { std::this_thread::sleep_for(milliseconds(20)); });
  }
  std::vector<TestClient> newcomers;
  newcomers.reserve(4);
  std::optional<NoDescriptors> none;
  server.onLoop([&] {
    // While the loop stands here nothing is accepted.
    for (int i = 0; i < 4; ++i) newcomers.emplace_back(server);
    none.emplace();
  });
  for (auto& client : newcomers) client.send(get("Connection: close\r\n"));
  for (auto& client : newcomers) CHECK(plain(client.readAll()).ends_with("GET / http://a"));
  none.reset();
  CHECK(idle.front().readAll() == "");
  CHECK(server.connections() >= 4);
}

TEST_CASE("without file descriptors connections wait for those that are at work") {
  std::vector<io::Resolver<io::Response>> waiting;
  TestServer server([&](io::RequestHead head, std::unique_ptr<io::BodySource> body) -> Answer {
    if (head.message.target() != "/wait") return echo(std::move(head), std::move(body));
    auto channel = io::makePending<io::Response>();
    waiting.push_back(std::move(channel.resolver));
    return std::move(channel.pending);
  });
  TestClient busy(server);
  busy.send("GET /wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(eventually([&] { return server.onLoop([&] { return waiting.size(); }) == 1; }));
  std::vector<TestClient> clients;
  clients.reserve(8);
  std::optional<NoDescriptors> none;
  server.onLoop([&] {
    for (int i = 0; i < 8; ++i) clients.emplace_back(server);
    none.emplace();
  });
  for (auto& client : clients) client.send(get("Connection: close\r\n"));
  CHECK(clients[0].isSilent(milliseconds(250)));
  CHECK(server.connections() == 1);
  server.onLoop([&] { waiting.front().resolve(textResponse("done")); });
  CHECK(plain(busy.readAll()).ends_with("||done"));
  for (auto& client : clients) CHECK(plain(client.readAll()).ends_with("GET / http://a"));
}

}  // namespace lathe::http
