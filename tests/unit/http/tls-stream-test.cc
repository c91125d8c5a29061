#include "engine/http/tls-stream.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/http/openssl-owners.h"
#include "engine/http/self-signed.h"

namespace lathe::http {
namespace {

using State = ByteStream::State;

TlsIdentity identityFor(const std::string& name) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return makeSelfSigned({{name}, now - std::chrono::hours(1), now + std::chrono::hours(1)});
}

// Somebody at one end of a stream, who writes what there is to write and reads all that comes.
class Side final : private ByteStream::Listener {
 public:
  explicit Side(std::unique_ptr<ByteStream> stream) : stream_(std::move(stream)) {
    stream_->setListener(*this);
    stream_->awaitReadable();
  }

  void send(const std::vector<std::string>& parts) {
    std::vector<iovec> vectors;
    for (const auto& part : parts) {
      vectors.push_back({const_cast<char*>(part.data()), part.size()});
      output_ += part;
    }
    const auto result = stream_->write(vectors);
    sent = result.state;
    output_.erase(0, result.count);
    writable();
  }
  void shutdown() { stream_->shutdown(); }

  std::string heard() const {
    std::string all;
    for (const auto& piece : pieces) all += piece;
    return all;
  }
  std::string failure() const { return stream_->failure(); }

  // What each read has brought.
  std::vector<std::string> pieces;
  State state = State::ok;
  // What the first write of the last `send` came to.
  State sent = State::ok;

 private:
  void readable() override {
    std::string room(64 * 1024, '\0');
    for (;;) {
      const auto result = stream_->read(room);
      if (result.state == State::wouldBlock) return stream_->awaitReadable();
      if (result.state != State::ok) {
        state = result.state;
        return;
      }
      pieces.push_back(room.substr(0, result.count));
    }
  }
  void writable() override {
    while (!output_.empty()) {
      const iovec part{output_.data(), output_.size()};
      const auto result = stream_->write({&part, 1});
      if (result.state == State::wouldBlock) return stream_->awaitWritable();
      if (result.state != State::ok) return;
      output_.erase(0, result.count);
    }
  }

  std::unique_ptr<ByteStream> stream_;
  std::string output_;
};

// A loop with a server's end of a connection, and the other end's socket.
struct World {
  World() {
    std::signal(SIGPIPE, SIG_IGN);
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    server = std::make_unique<Side>(std::make_unique<TlsStream>(context, readiness, ends[0]));
    socket = ends[1];
  }
  ~World() {
    if (socket >= 0) ::close(socket);
  }

  // Until nothing is left to do. False when that does not come to an end.
  bool settle() {
    loop.restart();
    for (int turns = 0; turns < 10'000; ++turns) {
      if (loop.poll_one() == 0) return true;
    }
    return false;
  }

  // A client that trusts the certificate, if `trusted`, and wants one for `host`.
  void connect(bool trusted, const std::string& host) {
    const auto path = std::filesystem::temp_directory_path() /
                      ("lathe-tls-test-" + std::to_string(::getpid()) + ".pem");
    std::ofstream(path) << (trusted ? identity : identityFor("somebody.else")).certificates;
    ::setenv("SSL_CERT_FILE", path.c_str(), 1);
    client = std::make_unique<Side>(
        std::make_unique<TlsStream>(clientContext, readiness, std::exchange(socket, -1), host));
    ::unsetenv("SSL_CERT_FILE");
    std::filesystem::remove(path);
  }

  boost::asio::io_context loop{1};
  Readiness readiness{loop};
  const TlsIdentity identity = identityFor("server.test");
  TlsServerContext context{identity};
  TlsClientContext clientContext;
  int socket = -1;
  std::unique_ptr<Side> server;
  std::unique_ptr<Side> client;
};

std::string fill(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
  return text;
}

}  // namespace

TEST_CASE("a client and a server hear each other over TLS") {
  for (std::size_t size : {1u, 16'384u, 3'000'000u}) {
    CAPTURE(size);
    World world;
    world.connect(true, "server.test");
    const auto text = fill(size);
    world.client->send({text});
    REQUIRE(world.settle());
    CHECK(world.server->heard() == text);
    world.server->send({text});
    REQUIRE(world.settle());
    CHECK(world.client->heard() == text);
    world.client->shutdown();
    REQUIRE(world.settle());
    CHECK(world.server->state == State::ended);
    world.server->send({"bye"});
    REQUIRE(world.settle());
    CHECK(world.client->heard() == text + "bye");
  }
}

TEST_CASE("a client that does not trust the certificate breaks off, and the server finds out") {
  for (const auto& [trusted, host, why] :
       {std::tuple{false, "server.test", "self-signed certificate"},
        std::tuple{true, "other.test", "hostname mismatch"}}) {
    CAPTURE(host);
    World world;
    world.connect(trusted, host);
    world.client->send({"hello"});
    REQUIRE(world.settle());
    CHECK(world.client->state == State::broken);
    CHECK(world.client->failure() == std::string("its certificate is not trusted: ") + why);
    CHECK(world.server->state == State::broken);
    CHECK(world.server->heard().empty());
  }
}

TEST_CASE("what is small goes into one record together") {
  struct {
    std::vector<std::size_t> parts;
    std::vector<std::size_t> records;
  } cases[] = {
      {{3, 4}, {7}},
      {{0, 3, 0, 4, 5, 0}, {12}},
      {{100, 40'000}, {16'384, 16'384, 7'332}},
      {{16'384, 2}, {16'384, 2}},
      {{16'383, 2}, {16'384, 1}},
      {{5, 20'000, 2}, {16'384, 3'623}},
  };
  for (const auto& [sizes, records] : cases) {
    World world;
    world.connect(true, "server.test");
    world.client->send({"hello"});
    REQUIRE(world.settle());
    std::vector<std::string> parts;
    std::string all;
    for (auto size : sizes) all += parts.emplace_back(fill(size));
    world.server->send(parts);
    REQUIRE(world.settle());
    std::vector<std::size_t> got;
    for (const auto& piece : world.client->pieces) got.push_back(piece.size());
    CHECK(got == records);
    CHECK(world.client->heard() == all);
  }
}

TEST_CASE("a record of which only a part has come keeps nobody busy") {
  // A handshake record of 512 bytes.
  const std::string record = std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  for (std::size_t count : {1u, 3u, 5u, 11u}) {
    CAPTURE(count);
    World world;
    REQUIRE(::write(world.socket, record.data(), count) == static_cast<ssize_t>(count));
    CHECK(world.settle());
    CHECK(world.server->state == State::ok);
  }
}

TEST_CASE("who writes to somebody who has said good-bye and gone finds the connection broken") {
  World world;
  world.connect(true, "server.test");
  world.client->send({"a request"});
  REQUIRE(world.settle());
  world.client->shutdown();
  REQUIRE(world.settle());
  CHECK(world.server->state == State::ended);
  world.client.reset();
  world.server->send({"a response"});
  CHECK(world.server->sent == State::broken);
}

TEST_CASE("who speaks plain HTTP is told to speak HTTPS, once") {
  for (const char* request : {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "POST / HTTP/1.1\r\n\r\n"}) {
    World world;
    REQUIRE(::write(world.socket, request, std::strlen(request)) > 0);
    REQUIRE(world.settle());
    CHECK(world.server->state == State::broken);
    std::string answer(1'000, '\0');
    const auto size = ::read(world.socket, answer.data(), answer.size());
    REQUIRE(size > 0);
    answer.resize(static_cast<std::size_t>(size));
    CHECK(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"));
    CHECK(answer.find("speaks HTTPS") != answer.npos);
    const auto body = answer.substr(answer.find("\r\n\r\n") + 4);
    CHECK(answer.find("Content-Length: " + std::to_string(body.size()) + "\r\n") != answer.npos);
    char byte;
    CHECK(::read(world.socket, &byte, 1) == 0);
  }
}

TEST_CASE("what is neither TLS nor HTTP is broken off") {
  World world;
  REQUIRE(::write(world.socket, "hello there", 11) == 11);
  REQUIRE(world.settle());
  CHECK(world.server->state == State::broken);
}

TEST_CASE("a server speaks TLS 1.2 and 1.3, and HTTP/1 in it") {
  struct {
    int version;
    std::string offer;
    std::string want;
  } cases[] = {
      {TLS1_3_VERSION, "", "TLSv1.3 "},
      {TLS1_3_VERSION, "\x02h2\x08http/1.1", "TLSv1.3 http/1.1"},
      {TLS1_2_VERSION, "\x08http/1.1", "TLSv1.2 http/1.1"},
      {TLS1_3_VERSION, "\x08http/1.0", "TLSv1.3 http/1.0"},
      {TLS1_3_VERSION, "\x02h2", "refused"},
      {TLS1_1_VERSION, "", "refused"},
  };
  for (const auto& [version, offer, want] : cases) {
    CAPTURE(want);
    World world;
    const std::unique_ptr<SSL_CTX, OpenSslFree<::SSL_CTX_free>> context(
        ::SSL_CTX_new(::TLS_client_method()));
    const std::unique_ptr<SSL, OpenSslFree<::SSL_free>> ssl(::SSL_new(context.get()));
    // Old versions have to be allowed to be offered at all.
    ::SSL_set_cipher_list(ssl.get(), "DEFAULT:@SECLEVEL=0");
    ::SSL_set_min_proto_version(ssl.get(), version);
    ::SSL_set_max_proto_version(ssl.get(), version);
    ::SSL_set_alpn_protos(ssl.get(), reinterpret_cast<const unsigned char*>(offer.data()),
                          static_cast<unsigned>(offer.size()));
    ::SSL_set_fd(ssl.get(), world.socket);
    std::string got = "refused";
    for (int i = 0; i < 10; ++i) {
      const int result = ::SSL_connect(ssl.get());
      const bool later = result != 1 && ::SSL_get_error(ssl.get(), result) == SSL_ERROR_WANT_READ;
      if (result == 1) {
        const unsigned char* chosen = nullptr;
        unsigned length = 0;
        ::SSL_get0_alpn_selected(ssl.get(), &chosen, &length);
        got = std::string(::SSL_get_version(ssl.get())) + " " +
              std::string(reinterpret_cast<const char*>(chosen), length);
      }
      if (!later) break;
      REQUIRE(world.settle());
    }
    CHECK(got == want);
  }
}

TEST_CASE("an identity that is none says which part is wrong, and how") {
  const auto good = identityFor("server.test");
  const auto other = identityFor("server.test");
  const KeyPtr key(::EVP_EC_gen("P-256"));
  const BioPtr memory(::BIO_new(::BIO_s_mem()));
  ::PEM_write_bio_PKCS8PrivateKey(memory.get(), key.get(), ::EVP_aes_256_cbc(), "secret", 6,
                                  nullptr, nullptr);
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &bytes);
  const std::string locked(bytes, static_cast<std::size_t>(size));
  struct {
    TlsIdentity identity;
    const char* want;
  } cases[] = {
      {{good.certificates + other.certificates, good.key}, "good"},
      {{good.key + good.certificates, good.certificates + good.key}, "good"},
      {{"", good.key},
       "certificates holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----"},
      {{good.key, good.key},
       "certificates holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----"},
      {{good.certificates, good.certificates},
       "key holds no private key in PEM, which begins with -----BEGIN PRIVATE KEY-----"},
      {{good.certificates, other.key}, "key is not the key of the certificate"},
      {{good.certificates, locked},
       "key is protected by a passphrase, which lathe does not ask for"},
  };
  for (const auto& [identity, want] : cases) {
    std::string got = "good";
    try {
      TlsServerContext context(identity);
    } catch (const TlsIdentityError& error) {
      const bool ofKey = error.part() == TlsIdentityError::Part::key;
      got = std::string(ofKey ? "key " : "certificates ") + error.what();
    }
    CHECK(got == want);
  }
}

}  // namespace lathe::http
