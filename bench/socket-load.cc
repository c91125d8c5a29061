// Loads a server with WebSockets and measures how fast messages come back.
//
//   socket-load PORT PATH CONNECTIONS SECONDS echo|broadcast
//
// echo: each connection sends a text of 64 bytes, waits for it, and sends the next. broadcast: the
// first connection sends one, and the next when every connection has received it. Prints messages
// received a second, and the 50th and the 99th percentile of the milliseconds from sending one to
// receiving it. The exit status is 1 when a connection fails.
//
// It asks the kernel itself, one recv() and one send() a message: a client that does more is busier
// than the server, and what it measures then is itself. And it never sleeps: over the loopback
// interface waking a client is the server's work, which no client on another machine would make.

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

int checked(int result, const char* what) {
  if (result < 0) fail(std::string(what) + ": " + std::strerror(errno));
  return result;
}

// RFC 6455, section 5.2, as far as this client meets it.
constexpr std::uint8_t kFinal = 0x80, kMasked = 0x80, kText = 1, kPing = 9, kPong = 10;
constexpr std::uint8_t kLength16 =
    126;  // and above: the length follows; no message here is so long

// The frame of a client: final, short and masked.
std::string frame(std::uint8_t opcode, std::string_view payload) {
  constexpr std::uint8_t kKey[4] = {0x5a, 0xc3, 0x17, 0x88};
  std::string bytes;
  bytes += static_cast<char>(kFinal | opcode);
  bytes += static_cast<char>(kMasked | payload.size());
  for (auto each : kKey) bytes += static_cast<char>(each);
  for (std::size_t i = 0; i < payload.size(); ++i) {
    bytes += static_cast<char>(static_cast<std::uint8_t>(payload[i]) ^ kKey[i % 4]);
  }
  return bytes;
}

class Connection {
 public:
  Connection(std::uint16_t port, const std::string& path);
  Connection(Connection&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), unread_(std::move(other.unread_)) {}
  Connection& operator=(Connection&&) = delete;
  ~Connection() {
    if (socket_ >= 0) ::close(socket_);
  }

  int socket() const { return socket_; }
  Clock::time_point sentAt() const { return sentAt_; }

  void send() {
    static const std::string text = frame(kText, std::string(64, 'x'));
    sentAt_ = Clock::now();
    write(text);
  }

  // Takes in what has come, and answers how many texts ended with it.
  std::size_t receive();

 private:
  // All of it at once: a socket that holds no more than a message has room for the next.
  void write(std::string_view bytes) {
    auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(bytes.size())) fail("a message cannot be sent");
  }

  int socket_;
  std::string unread_;  // the start of a frame whose end has not come
  Clock::time_point sentAt_;
};

Connection::Connection(std::uint16_t port, const std::string& path)
    : socket_(checked(::socket(AF_INET, SOCK_STREAM, 0), "socket")) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  checked(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), "connect");
  int yes = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  write("GET " + path +
        " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  std::string head;
  char byte;
  while (!head.ends_with("\r\n\r\n")) {
    if (::recv(socket_, &byte, 1, 0) != 1) fail("the handshake was not answered");
    head += byte;
  }
  if (!head.starts_with("HTTP/1.1 101")) fail("the handshake was refused: " + head);
}

std::size_t Connection::receive() {
  static char buffer[64 * 1024];
  auto count = ::recv(socket_, buffer, sizeof buffer, MSG_DONTWAIT);
  if (count < 0 && errno == EAGAIN) return 0;
  if (count <= 0) fail("the server closed a connection");
  std::string_view rest(buffer, static_cast<std::size_t>(count));
  if (!unread_.empty()) rest = unread_.append(rest);
  std::size_t texts = 0;
  while (rest.size() >= 2) {
    auto opcode = static_cast<std::uint8_t>(rest[0]) & 0x0f;
    auto length = static_cast<std::uint8_t>(rest[1]);
    if (length >= kLength16) fail("a message came back that none has sent");
    if (rest.size() < 2u + length) break;
    if (opcode == kText) {
      ++texts;
    } else if (opcode == kPing) {
      write(frame(kPong, rest.substr(2, length)));
    } else {
      fail("a frame came that is neither text nor ping");
    }
    rest.remove_prefix(2u + length);
  }
  unread_ = std::string(rest);
  return texts;
}

class Load {
 public:
  Load(bool broadcast, double seconds) : broadcast_(broadcast), seconds_(seconds) {}

  void run(std::uint16_t port, const std::string& path, std::size_t connections);

 private:
  void serve(Clock::time_point until);
  void received(Connection& by);
  void beginRound() {
    roundLeft_ = connections_.size();
    connections_.front().send();
  }
  void print();

  bool broadcast_;
  double seconds_;
  int epoll_ = checked(::epoll_create1(0), "epoll_create1");
  std::vector<Connection> connections_;
  std::vector<float> latenciesMs_;
  std::size_t roundLeft_ = 0;
};

void Load::run(std::uint16_t port, const std::string& path, std::size_t connections) {
  connections_.reserve(connections);
  for (std::size_t i = 0; i < connections; ++i) {
    auto& connection = connections_.emplace_back(port, path);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &connection;
    checked(::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.socket(), &event), "epoll_ctl");
  }
  if (broadcast_) {
    beginRound();
  } else {
    for (auto& connection : connections_) connection.send();
  }
  // A second until the server's compiler has done its work; then what counts.
  serve(Clock::now() + std::chrono::seconds(1));
  latenciesMs_.clear();
  auto began = Clock::now();
  serve(began +
        std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds_)));
  seconds_ = std::chrono::duration<double>(Clock::now() - began).count();
  print();
}

void Load::serve(Clock::time_point until) {
  constexpr std::chrono::seconds kPatience{10};
  epoll_event events[128];
  auto heard = Clock::now();
  for (auto now = heard; now < until; now = Clock::now()) {
    int count = checked(::epoll_wait(epoll_, events, std::size(events), 0), "epoll_wait");
    if (count > 0) heard = now;
    if (now - heard > kPatience) fail("nothing has come for ten seconds");
    for (int i = 0; i < count; ++i) {
      auto& connection = *static_cast<Connection*>(events[i].data.ptr);
      for (auto texts = connection.receive(); texts > 0; --texts) received(connection);
    }
  }
}

void Load::received(Connection& by) {
  auto sentAt = broadcast_ ? connections_.front().sentAt() : by.sentAt();
  latenciesMs_.push_back(std::chrono::duration<float, std::milli>(Clock::now() - sentAt).count());
  if (!broadcast_) return by.send();
  if (--roundLeft_ == 0) beginRound();
}

void Load::print() {
  std::sort(latenciesMs_.begin(), latenciesMs_.end());
  auto at = [&](double part) {
    if (latenciesMs_.empty()) return 0.0;
    auto last = static_cast<double>(latenciesMs_.size() - 1);
    return static_cast<double>(latenciesMs_[static_cast<std::size_t>(part * last)]);
  };
  std::printf("%.0f %.3f %.3f\n", static_cast<double>(latenciesMs_.size()) / seconds_, at(0.5),
              at(0.99));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) {
    std::fprintf(stderr, "usage: socket-load PORT PATH CONNECTIONS SECONDS echo|broadcast\n");
    return 2;
  }
  try {
    Load load(std::string_view(arguments[5]) == "broadcast", std::atof(arguments[4]));
    load.run(static_cast<std::uint16_t>(std::atoi(arguments[1])), arguments[2],
             static_cast<std::size_t>(std::atoi(arguments[3])));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "socket-load: %s\n", error.what());
    return 1;
  }
}
