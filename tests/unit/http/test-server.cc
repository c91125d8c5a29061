#include "tests/unit/http/test-server.h"

#include <utility>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace lathe::http {

namespace net = boost::asio;

namespace {

constexpr int kPatienceMs = 10'000;

}  // namespace

TestServer::TestServer(Handler handler, Limits limits) : work_(net::make_work_guard(loop_)) {
  listener_ = std::make_unique<Listener>(loop_, std::vector<ListenAddress>{{"127.0.0.1", 0}});
  server_ = std::make_unique<Server>(loop_, *listener_, std::move(handler), limits,
                                     [this](const std::string& line) {
                                       std::lock_guard lock(mutex_);
                                       reports_.push_back(line);
                                     });
  port_ = listener_->port();
  server_->start();
  thread_ = std::thread([this] { loop_.run(); });
}

TestServer::~TestServer() {
  onLoop([this] { server_.reset(); });
  work_.reset();
  loop_.stop();
  thread_.join();
}

std::vector<std::string> TestServer::reports() {
  std::lock_guard lock(mutex_);
  return reports_;
}

std::size_t TestServer::connections() {
  return onLoop([this] { return server_->connections(); });
}

std::future<void> TestServer::stop(std::chrono::milliseconds grace) {
  auto done = std::make_shared<std::promise<void>>();
  auto result = done->get_future();
  onLoop([this, grace, done] {
    auto stopped = std::make_shared<io::Pending<void>>(server_->stop(grace));
    // The continuation keeps what it continues; settling lets go of both.
    stopped->then([stopped, done](io::Outcome<void>) { done->set_value(); });
  });
  return result;
}

TestClient::TestClient(const TestServer& server)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  REQUIRE(socket_ >= 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
}

TestClient::TestClient(TestClient&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}

TestClient::~TestClient() { close(); }

void TestClient::close() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

bool TestClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void TestClient::finishSending() { ::shutdown(socket_, SHUT_WR); }

void TestClient::reset() {
  const linger abort{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  close();
}

std::string TestClient::read(std::size_t count) {
  std::string all;
  while (all.size() < count) {
    pollfd ready{socket_, POLLIN, 0};
    if (::poll(&ready, 1, kPatienceMs) <= 0) return all + "(nothing more came)";
    char bytes[65536];
    const auto wanted = std::min(sizeof bytes, count - all.size());
    const auto got = ::recv(socket_, bytes, wanted, 0);
    if (got < 0) return all + "(reset)";
    if (got == 0) return all;
    all.append(bytes, static_cast<std::size_t>(got));
  }
  return all;
}

std::string TestClient::readUntil(std::string_view end) {
  std::string all;
  while (!all.ends_with(end)) {
    const auto next = read(1);
    all += next;
    if (next.size() != 1) break;
  }
  return all;
}

std::string TestClient::readAll() { return read(~std::size_t{0}); }

bool TestClient::isSilent(std::chrono::milliseconds time) {
  pollfd ready{socket_, POLLIN, 0};
  return ::poll(&ready, 1, static_cast<int>(time.count())) == 0;
}

std::string plain(std::string response) {
  // An interim response has no Date.
  std::size_t heads = 0, dates = 0;
  for (std::size_t at = 0; (at = response.find("HTTP/1.1 ", at)) != std::string::npos; ++at) {
    heads += response.compare(at + 9, 3, "100") != 0;
  }
  for (std::size_t at; (at = response.find("Date: ")) != std::string::npos; ++dates) {
    response.erase(at, response.find("\r\n", at) + 2 - at);
  }
  CHECK(heads == dates);
  for (std::size_t at; (at = response.find("\r\n")) != std::string::npos;) {
    response.replace(at, 2, "|");
  }
  return response;
}

std::string responseTo(const TestServer& server, std::string_view request) {
  TestClient client(server);
  client.send(request);
  client.finishSending();
  return plain(client.readAll());
}

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return condition();
}

io::Response textResponse(std::string text) {
  io::Response response;
  response.body = std::make_shared<const std::string>(std::move(text));
  return response;
}

namespace {

// Reads a whole body, then answers with what came.
class Echo : public std::enable_shared_from_this<Echo> {
 public:
  Echo(std::string line, std::unique_ptr<io::BodySource> body)
      : line_(std::move(line)), body_(std::move(body)) {}

  io::Pending<io::Response> begin() {
    auto channel = io::makePending<io::Response>();
    answer_ = std::move(channel.resolver);
    // As a worker's I/O ends when nobody waits for the response.
    answer_.onDropped([self = shared_from_this()] { self->body_.reset(); });
    next();
    return std::move(channel.pending);
  }

 private:
  void next() {
    reading_ = body_->read();
    reading_.then([self = shared_from_this()](io::Outcome<std::string> piece) {
      if (piece.failed()) return self->answer_.reject(piece.error());
      const auto bytes = piece.take();
      if (bytes.empty()) {
        return self->answer_.resolve(textResponse(self->line_ + " [" + self->text_ + "]"));
      }
      self->text_ += bytes;
      self->next();
    });
  }

  std::string line_, text_;
  std::unique_ptr<io::BodySource> body_;
  io::Pending<std::string> reading_;
  io::Resolver<io::Response> answer_;
};

}  // namespace

Answer echo(io::RequestHead head, std::unique_ptr<io::BodySource> body) {
  auto line = std::string(head.message.method_string()) + " " + std::string(head.message.target()) +
              " " + head.origin;
  if (!body) return textResponse(line);
  return std::make_shared<Echo>(std::move(line), std::move(body))->begin();
}

io::Pending<std::string> PieceSource::read() {
  auto channel = io::makePending<std::string>();
  if (next_ == pieces_.size() && ending_ == Ending::never) {
    unsettled_ = std::move(channel.resolver);
    return std::move(channel.pending);
  }
  io::Outcome<std::string> outcome{next_ < pieces_.size() ? pieces_[next_] : std::string()};
  if (next_ == pieces_.size() && ending_ == Ending::failure) {
    outcome = std::make_exception_ptr(std::runtime_error("the stream broke"));
  }
  ++next_;
  // Every second piece is there at once, so that both ways of the pump are walked.
  if (next_ % 2 == 0) {
    channel.resolver.settle(std::move(outcome));
  } else {
    auto resolver = std::make_shared<io::Resolver<std::string>>(std::move(channel.resolver));
    net::post(loop_, [resolver, outcome]() mutable { resolver->settle(std::move(outcome)); });
  }
  return std::move(channel.pending);
}

}  // namespace lathe::http
