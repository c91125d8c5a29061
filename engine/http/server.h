#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "engine/http/connection-pool.h"
#include "engine/http/handler.h"
#include "engine/http/limits.h"
#include "engine/http/listener.h"
#include "engine/http/tls-context.h"

namespace lathe::http {

// Serves HTTP/1.1 (and 1.0), plain or inside TLS, on the sockets of a Listener, all on the thread
// that runs `loop`.
class Server {
 public:
  // `loop` and `listener` must outlive the server. `report` gets a line for what only the one who
  // runs the server can mend, such as a response whose headers cannot be sent. With `tls`, which
  // must outlive it, the server speaks HTTPS, and nothing else.
  Server(boost::asio::io_context& loop, Listener& listener, Handler handler, Limits limits = {},
         Report report = {}, TlsServerContext* tls = nullptr);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  // Ends what is left at once. Not from inside a handler.
  ~Server();

  void start();

  // Stops gracefully: no new connections, those between two requests end, requests under way get
  // `grace` to finish, with `Connection: close` in their responses; then what is left is cut off.
  // Settles when no connection is left. Once only.
  io::Pending<void> stop(std::chrono::milliseconds grace);

  std::size_t connections() const { return pool_.size(); }

 private:
  std::unique_ptr<ByteStream> streamOf(int socket);
  void settleIfEmpty();

  Listener& listener_;
  TlsServerContext* const tls_;
  ConnectionPool pool_;
  boost::asio::steady_timer grace_;
  std::optional<io::Resolver<void>> stopped_;
  // Expires with the server: the end of the grace time may come home later.
  std::shared_ptr<void> alive_ = std::make_shared<char>();
};

}  // namespace lathe::http
