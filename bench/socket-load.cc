// Loads a server with WebSockets and measures how fast messages come back.
//
//   socket-load PORT PATH CONNECTIONS SECONDS echo|broadcast
//
// echo: each connection sends a text of 64 bytes, waits for it, and sends the next. broadcast: the
// first connection sends one, and the next when every connection has received it. Prints messages
// received a second, and the 50th and the 99th percentile of the milliseconds from sending one to
// receiving it. The exit status is 1 when a connection fails.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

namespace {

namespace net = boost::asio;
namespace websocket = boost::beast::websocket;
using Clock = std::chrono::steady_clock;
using Error = boost::system::error_code;

void check(const Error& error) {
  if (!error) return;
  std::fprintf(stderr, "socket-load: %s\n", error.message().c_str());
  std::exit(1);
}

class Load;

class Connection {
 public:
  Connection(net::io_context& loop, Load& load) : socket_(loop), load_(load) {}
  void open(unsigned short port, const std::string& path);
  void send();
  void listen();

 private:
  websocket::stream<net::ip::tcp::socket> socket_;
  boost::beast::flat_buffer buffer_;
  Load& load_;
  Clock::time_point sentAt_;
};

class Load {
 public:
  Load(net::io_context& loop, bool broadcast, double seconds)
      : loop_(loop), end_(loop), broadcast_(broadcast), seconds_(seconds) {}

  void run(unsigned short port, const std::string& path, std::size_t connections) {
    for (std::size_t i = 0; i < connections; ++i) {
      connections_.push_back(std::make_unique<Connection>(loop_, *this));
      connections_.back()->open(port, path);
    }
    for (auto& connection : connections_) connection->listen();
    // A second until the server's compiler has done its work; then what counts.
    end_.expires_after(std::chrono::seconds(1));
    end_.async_wait([this](const Error&) {
      latenciesMs_.clear();
      began_ = Clock::now();
      end_.expires_after(
          std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds_)));
      end_.async_wait([this](const Error&) { loop_.stop(); });
    });
    if (broadcast_) {
      beginRound();
    } else {
      for (auto& connection : connections_) connection->send();
    }
    loop_.run();
    print();
  }

  // A message has come that was sent at `sentAt`, when its sender knows.
  void received(Connection& by, Clock::time_point sentAt) {
    auto since = broadcast_ ? roundBegan_ : sentAt;
    latenciesMs_.push_back(std::chrono::duration<float, std::milli>(Clock::now() - since).count());
    if (!broadcast_) return by.send();
    if (--roundLeft_ == 0) beginRound();
  }

 private:
  void beginRound() {
    roundLeft_ = connections_.size();
    roundBegan_ = Clock::now();
    connections_.front()->send();
  }

  void print() {
    double took = std::chrono::duration<double>(Clock::now() - began_).count();
    std::sort(latenciesMs_.begin(), latenciesMs_.end());
    auto at = [&](double part) {
      if (latenciesMs_.empty()) return 0.0f;
      return latenciesMs_[static_cast<std::size_t>(part *
                                                   static_cast<double>(latenciesMs_.size() - 1))];
    };
    std::printf("%.0f %.3f %.3f\n", static_cast<double>(latenciesMs_.size()) / took,
                static_cast<double>(at(0.5)), static_cast<double>(at(0.99)));
  }

  net::io_context& loop_;
  net::steady_timer end_;
  bool broadcast_;
  double seconds_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<float> latenciesMs_;
  std::size_t roundLeft_ = 0;
  Clock::time_point roundBegan_;
  Clock::time_point began_ = Clock::now();
};

void Connection::open(unsigned short port, const std::string& path) {
  auto& socket = socket_.next_layer();
  socket.connect({net::ip::address_v4::loopback(), port});
  socket.set_option(net::ip::tcp::no_delay(true));
  socket_.handshake("127.0.0.1", path);
  socket_.text(true);
}

void Connection::send() {
  static const std::string kText(64, 'x');
  sentAt_ = Clock::now();
  socket_.async_write(net::buffer(kText), [](const Error& error, std::size_t) { check(error); });
}

void Connection::listen() {
  socket_.async_read(buffer_, [this](const Error& error, std::size_t) {
    check(error);
    buffer_.clear();
    // The next read is under way before anybody answers to this message.
    listen();
    load_.received(*this, sentAt_);
  });
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) {
    std::fprintf(stderr, "usage: socket-load PORT PATH CONNECTIONS SECONDS echo|broadcast\n");
    return 2;
  }
  try {
    net::io_context loop{1};
    Load load(loop, std::string(arguments[5]) == "broadcast", std::atof(arguments[4]));
    load.run(static_cast<unsigned short>(std::atoi(arguments[1])), arguments[2],
             static_cast<std::size_t>(std::atoi(arguments[3])));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "socket-load: %s\n", error.what());
    return 1;
  }
}
