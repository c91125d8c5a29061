#include "engine/http/web-socket-dialer.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/http/web-socket-handshake.h"
#include "tests/unit/http/web-socket-frames.h"
#include "tests/unit/http/web-socket-world.h"

namespace lathe::http {
namespace {

using io::WebSocket;
using Request = io::WebSocketDialer::Request;
using Opened = io::WebSocketDialer::Opened;

// Somebody who dials, on the loop of a server that may be the one that is dialled.
class Caller {
 public:
  explicit Caller(TestServer& server, Limits limits = {}) : server_(server) {
    server_.onLoop([&] { dialer_ = std::make_unique<WebSocketDialer>(server_.loop(), limits); });
  }
  ~Caller() {
    server_.onLoop([&] {
      pending_ = {};
      talker.reset();
      dialer_.reset();
    });
  }

  // What it has come to, such as "open chat".
  std::string dial(Request request, Talker::Habit habit = Talker::Habit::listens) {
    begin(std::move(request), habit);
    REQUIRE(eventually([&] { return !said().empty(); }));
    return said();
  }
  void begin(Request request, Talker::Habit habit = Talker::Habit::listens) {
    server_.onLoop([&] {
      said_.clear();
      pending_ = dialer_->dial(std::move(request));
      pending_.then(
          [this, habit](io::Outcome<Opened> outcome) { hear(std::move(outcome), habit); });
    });
  }
  void giveUp() {
    server_.onLoop([&] { pending_ = {}; });
  }
  std::string heard() {
    return server_.onLoop([&] { return talker->heard; });
  }
  std::string said() {
    return server_.onLoop([&] { return said_; });
  }
  void send(std::string bytes) {
    server_.onLoop([&] { talker->socket->send(message(std::move(bytes))); });
  }
  void close(std::uint16_t code) {
    server_.onLoop([&] { talker->socket->close({code, ""}); });
  }
  void finish() {
    server_.onLoop([&] { dialer_->finish(); });
  }
  std::size_t connections() {
    return server_.onLoop([&] { return dialer_->connections(); });
  }

  std::unique_ptr<Talker> talker;

 private:
  void hear(io::Outcome<Opened> outcome, Talker::Habit habit) {
    try {
      auto opened = outcome.take();
      said_ = "open";
      if (!opened.protocol.empty()) said_ += " " + opened.protocol;
      if (!opened.extensions.empty()) said_ += " " + opened.extensions;
      talker = std::make_unique<Talker>(std::move(opened.socket), habit);
    } catch (const std::exception& error) {
      said_ = error.what();
    }
  }

  TestServer& server_;
  std::unique_ptr<WebSocketDialer> dialer_;
  io::Pending<Opened> pending_;
  std::string said_;
};

// A server that takes one connection, and does with it what the test says.
class OneShotServer {
 public:
  explicit OneShotServer(std::function<void(int)> serve)
      : listening_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listening_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listening_, 1) == 0);
    socklen_t size = sizeof address;
    ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this, serve] {
      const int socket = ::accept(listening_, nullptr, nullptr);
      if (socket < 0) return;
      serve(socket);
      ::close(socket);
    });
  }
  ~OneShotServer() {
    ::shutdown(listening_, SHUT_RDWR);
    thread_.join();
    ::close(listening_);
  }
  std::string url(const std::string& scheme = "ws") const {
    return scheme + "://127.0.0.1:" + std::to_string(port) + "/";
  }

  int port = 0;

 private:
  int listening_;
  std::thread thread_;
};

std::string readHead(const std::function<int(char*)>& readByte) {
  std::string head;
  char byte;
  while (!head.ends_with("\r\n\r\n") && readByte(&byte) == 1) head += byte;
  return head;
}

// `response` for the request with this head: with its key's answer in place of "ACCEPT".
std::string answerTo(const std::string& head, std::string response) {
  const std::string field = "Sec-WebSocket-Key: ";
  const auto key = head.substr(head.find(field) + field.size(), 24);
  if (const auto at = response.find("ACCEPT"); at != std::string::npos) {
    response.replace(at, 6, acceptanceOf(key));
  }
  return response;
}

std::string readHead(int socket) {
  return readHead([socket](char* byte) { return static_cast<int>(::recv(socket, byte, 1, 0)); });
}

void sendAll(int socket, const std::string& bytes) {
  CHECK(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
        static_cast<ssize_t>(bytes.size()));
}

const std::string kSwitching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: ACCEPT\r\n";

std::string urlOf(const TestServer& server, const std::string& host = "127.0.0.1") {
  return "ws://" + host + ":" + std::to_string(server.port()) + "/path?query";
}

}  // namespace

TEST_CASE("a dialled server and its caller talk to one another") {
  World world(Talker::Habit::echoes);
  Caller caller(world.server);
  for (const char* host : {"127.0.0.1", "localhost", "user:secret@localhost"}) {
    CHECK(caller.dial({.url = urlOf(world.server, host), .protocols = {}}) == "open");
    std::string all;
    for (std::size_t size : {0, 1, 125, 126, 3000, 65535, 65536, 1'000'000}) {
      caller.send(fill(size));
      all += brief(fill(size)) + " ";
    }
    caller.close(4000);
    CHECK(eventually([&] { return caller.heard() == all + "close(4000)[gone]"; }));
    CHECK(world.heard() == all + "close(4000)[gone]");
    CHECK(eventually([&] { return caller.connections() == 0; }));
  }
}

TEST_CASE("a subprotocol is asked for and chosen") {
  World world;
  Caller caller(world.server);
  const Request request{.url = urlOf(world.server), .protocols = {"chat", "superchat"}};
  CHECK(caller.dial(request) == "open");
  world.protocol = "superchat";
  CHECK(caller.dial(request) == "open superchat");
  world.protocol = "other";
  CHECK(caller.dial(request).ends_with("it has chosen a protocol that was not asked for"));
}

TEST_CASE("compression is agreed upon when both want it") {
  World world(Talker::Habit::echoes, {}, true);
  Caller caller(world.server);
  CHECK(caller.dial({.url = urlOf(world.server), .protocols = {}}) == "open");
  const auto said = caller.dial({.url = urlOf(world.server), .protocols = {}, .compression = true});
  CHECK(said == "open permessage-deflate");
  for (int i = 0; i < 3; ++i) caller.send(fill(1'000'000));
  caller.send("short");
  CHECK(eventually(
      [&] { return caller.heard() == "1000000 bytes 1000000 bytes 1000000 bytes short "; }));
}

TEST_CASE("a request says what RFC 6455 wants") {
  std::string head;
  {
    OneShotServer server([&](int socket) {
      head = readHead(socket);
      sendAll(socket, answerTo(head, kSwitching + "\r\n"));
    });
    World world;
    Caller caller(world.server);
    CHECK(caller.dial({.url = server.url(), .protocols = {"a", "b"}, .compression = true}) ==
          "open");
    const auto key = head.find("Sec-WebSocket-Key: ");
    REQUIRE(key != std::string::npos);
    head.replace(key + 19, 24, "KEY");
    CHECK(head == "GET / HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port) +
                      "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: KEY\r\n"
                      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: a, b\r\n"
                      "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
                      "\r\n");
  }
}

TEST_CASE("a URL's name and password are sent") {
  std::string head;
  OneShotServer server([&](int socket) {
    head = readHead(socket);
    sendAll(socket, answerTo(head, kSwitching + "\r\n"));
  });
  World world;
  Caller caller(world.server);
  auto url = server.url();
  url.insert(url.find("127"), "foo:b%61r@");
  CHECK(caller.dial({.url = url, .protocols = {}}) == "open");
  CHECK(head.find("\r\nAuthorization: Basic Zm9vOmJhcg==\r\n") != std::string::npos);
}

TEST_CASE("a server that does not open a WebSocket") {
  struct {
    std::string response;
    const char* why;
  } cases[] = {
      {"HTTP/1.1 404 Not Found\r\n\r\n",
       "does not open a WebSocket: its response has the status 404"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
       "does not open a WebSocket: its response has the status 200"},
      {"HTTP/1.1 101 X\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ACCEPT\r\n\r\n",
       "does not open a WebSocket: its response has no \"Upgrade: websocket\""},
      {"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ACCEPT\r\n\r\n",
       "does not open a WebSocket: its response has no \"Connection: Upgrade\""},
      {"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
       "does not open a WebSocket: the Sec-WebSocket-Accept of its response is wrong"},
      {kSwitching + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
       "does not open a WebSocket: it has chosen an extension that was not offered"},
      {kSwitching + "Sec-WebSocket-Protocol: chat\r\n\r\n",
       "does not open a WebSocket: it has chosen a protocol that was not asked for"},
      {"garbage\r\n\r\n", "does not answer in valid HTTP: bad version"},
      {"", "has ended the connection without an answer"},
      {"HTTP/1.1 103 Early Hints\r\n\r\n" + kSwitching + "\r\n", "open"},
  };
  for (const auto& [response, why] : cases) {
    OneShotServer server([&, &answer = response](int socket) {
      sendAll(socket, answerTo(readHead(socket), answer));
    });
    World world;
    Caller caller(world.server);
    const auto said = caller.dial({.url = server.url(), .protocols = {}});
    INFO(said);
    CHECK(said.ends_with(why));
  }
}

TEST_CASE("a server that cannot be reached") {
  World world;
  Caller caller(world.server, impatient());
  std::string refused;
  {
    OneShotServer gone([](int) {});
    refused = gone.url();
  }
  CHECK(caller.dial({.url = refused, .protocols = {}}).ends_with(": Connection refused"));
  CHECK(caller.dial({.url = "ws://nowhere.invalid/", .protocols = {}})
            .starts_with("nowhere.invalid cannot be found: "));
  CHECK(caller.dial({.url = "http://localhost/", .protocols = {}}) ==
        "\"http://localhost/\" is no URL of a WebSocket");
  OneShotServer silent([](int socket) {
    readHead(socket);
    readHead(socket);
  });
  CHECK(caller.dial({.url = silent.url(), .protocols = {}}).ends_with(" has not answered in time"));
  CHECK(caller.connections() == 0);
}

TEST_CASE("an attempt that nobody wants any more is given up") {
  OneShotServer silent([](int socket) {
    readHead(socket);
    readHead(socket);
  });
  World world;
  Caller caller(world.server);
  caller.begin({.url = silent.url(), .protocols = {}});
  CHECK(caller.connections() == 1);
  caller.giveUp();
  CHECK(caller.connections() == 0);
}

TEST_CASE("a server's frames that come with its response are not lost, and must not be masked") {
  TestFrame hello = text("hello");
  hello.masked = false;
  OneShotServer server([&](int socket) {
    sendAll(socket, answerTo(readHead(socket), kSwitching + "\r\n") + hello + text("masked"));
    std::string rest;
    char byte;
    while (::recv(socket, &byte, 1, 0) == 1) rest += byte;
    // A Close of 1002, masked.
    CHECK(rest.starts_with("\x88"));
  });
  World world;
  Caller caller(world.server);
  CHECK(caller.dial({.url = server.url(), .protocols = {}}) == "open");
  CHECK(eventually([&] { return caller.heard() == "hello [protocol]"; }));
}

TEST_CASE("a dialer that finishes says good-bye") {
  World world(Talker::Habit::echoes);
  Caller caller(world.server);
  CHECK(caller.dial({.url = urlOf(world.server), .protocols = {}}) == "open");
  caller.finish();
  CHECK(eventually([&] { return world.heard() == "close(1001)[gone]"; }));
  CHECK(eventually([&] { return caller.connections() == 0; }));
}

// ---- TLS ----

namespace {

// A certificate for 127.0.0.1 that says of itself that it is to be trusted.
class Certificate {
 public:
  Certificate() : key_(::EVP_RSA_gen(2048)), certificate_(::X509_new()) {
    ::X509_set_version(certificate_, 2);
    ::ASN1_INTEGER_set(::X509_get_serialNumber(certificate_), 1);
    ::X509_gmtime_adj(::X509_getm_notBefore(certificate_), -60);
    ::X509_gmtime_adj(::X509_getm_notAfter(certificate_), 3600);
    ::X509_set_pubkey(certificate_, key_);
    auto* name = ::X509_get_subject_name(certificate_);
    ::X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                 reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    ::X509_set_issuer_name(certificate_, name);
    add(NID_subject_alt_name, "IP:127.0.0.1");
    add(NID_basic_constraints, "critical,CA:TRUE");
    ::X509_sign(certificate_, key_, ::EVP_sha256());
  }
  ~Certificate() {
    ::X509_free(certificate_);
    ::EVP_PKEY_free(key_);
  }

  void save(const std::string& path) const {
    auto* file = std::fopen(path.c_str(), "w");
    REQUIRE(file);
    ::PEM_write_X509(file, certificate_);
    std::fclose(file);
  }

  // Says "hi" to who asks for a WebSocket, then says back the first byte of what it says.
  void serve(int socket) const {
    auto* context = ::SSL_CTX_new(::TLS_server_method());
    ::SSL_CTX_use_certificate(context, certificate_);
    ::SSL_CTX_use_PrivateKey(context, key_);
    auto* ssl = ::SSL_new(context);
    ::SSL_set_fd(ssl, socket);
    if (::SSL_accept(ssl) == 1) {
      const auto head = readHead([ssl](char* byte) { return ::SSL_read(ssl, byte, 1); });
      const auto response = answerTo(head, kSwitching + "\r\n") + "\x81\x02hi";
      ::SSL_write(ssl, response.data(), static_cast<int>(response.size()));
      // Long enough for several records.
      std::string rest(100'014, '\0');
      for (std::size_t got = 0; got < rest.size();) {
        const int count = ::SSL_read(ssl, rest.data() + got, static_cast<int>(rest.size() - got));
        if (count <= 0) break;
        got += static_cast<std::size_t>(count);
      }
      ::SSL_write(ssl, "\x88\x02\x0f\xa0", 4);
      char byte;
      while (::SSL_read(ssl, &byte, 1) == 1) {
      }
      ::SSL_shutdown(ssl);
    }
    ::SSL_free(ssl);
    ::SSL_CTX_free(context);
  }

 private:
  void add(int kind, const char* value) {
    auto* extension = ::X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    ::X509_add_ext(certificate_, extension, -1);
    ::X509_EXTENSION_free(extension);
  }

  EVP_PKEY* key_;
  X509* certificate_;
};

}  // namespace

TEST_CASE("wss: is spoken with servers whose certificate is trusted, and with no others") {
  std::signal(SIGPIPE, SIG_IGN);
  const Certificate certificate;
  OneShotServer server([&](int socket) { certificate.serve(socket); });
  World world;
  SUBCASE("trusted") {
    const auto path = std::filesystem::temp_directory_path() /
                      ("lathe-certificate-" + std::to_string(::getpid()) + ".pem");
    certificate.save(path);
    ::setenv("SSL_CERT_FILE", path.c_str(), 1);
    Caller caller(world.server);
    CHECK(caller.dial({.url = server.url("wss"), .protocols = {}}) == "open");
    ::unsetenv("SSL_CERT_FILE");
    std::filesystem::remove(path);
    CHECK(eventually([&] { return caller.heard() == "hi "; }));
    caller.send(fill(100'000));
    CHECK(eventually([&] { return caller.heard() == "hi close(4000)"; }));
    caller.close(1000);
    CHECK(eventually([&] { return caller.heard() == "hi close(4000)[gone]"; }));
  }
  SUBCASE("unknown") {
    Caller caller(world.server);
    const auto said = caller.dial({.url = server.url("wss"), .protocols = {}});
    INFO(said);
    CHECK(said.find("its certificate is not trusted: self-signed certificate") !=
          std::string::npos);
  }
}

}  // namespace lathe::http
