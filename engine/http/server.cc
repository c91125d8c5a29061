#include "engine/http/server.h"

#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "engine/http/tcp-stream.h"
#include "engine/http/tls-stream.h"

namespace lathe::http {

Server::Server(boost::asio::io_context& loop, Listener& listener, Handler handler, Limits limits,
               Report report, TlsServerContext* tls)
    : listener_(listener),
      tls_(tls),
      pool_(loop, std::move(handler), limits, std::move(report)),
      grace_(loop) {}

Server::~Server() { listener_.close(); }

void Server::start() {
  const auto take = [this](Listener::Accepted accepted) {
    try {
      pool_.add(streamOf(accepted.socket), std::move(accepted.address));
    } catch (const std::exception& error) {
      pool_.report(std::string("a connection could not be taken: ") + error.what());
    }
  };
  listener_.start(take, [this] { return pool_.makeRoom(); });
}

std::unique_ptr<ByteStream> Server::streamOf(int socket) {
  if (tls_) return std::make_unique<TlsStream>(*tls_, pool_.readiness(), socket);
  return std::make_unique<TcpStream>(pool_.readiness(), socket);
}

io::Pending<void> Server::stop(std::chrono::milliseconds grace) {
  auto channel = io::makePending<void>();
  stopped_ = std::move(channel.resolver);
  listener_.close();
  pool_.whenRemoved([this] { settleIfEmpty(); });
  grace_.expires_after(grace);
  grace_.async_wait([this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
    if (!error && !alive.expired()) pool_.abort();
  });
  pool_.finish();
  settleIfEmpty();
  return std::move(channel.pending);
}

void Server::settleIfEmpty() {
  if (!stopped_ || pool_.size() != 0) return;
  grace_.cancel();
  auto stopped = std::move(*stopped_);
  stopped_.reset();
  stopped.resolve();
}

}  // namespace lathe::http
