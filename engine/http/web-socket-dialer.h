#pragma once

#include <boost/asio/io_context.hpp>

#include "engine/http/connection-pool.h"
#include "engine/http/limits.h"
#include "engine/http/tls-context.h"
#include "engine/io/web-socket-dialer.h"

namespace lathe::http {

// Opens WebSockets towards servers, and owns their connections. Must be destroyed before the loop.
class WebSocketDialer final : public io::WebSocketDialer {
 public:
  explicit WebSocketDialer(boost::asio::io_context& loop, Limits limits = {});

  // Dropping the Pending ends the attempt.
  io::Pending<Opened> dial(Request request) override;

  // Gives up what is not open yet, and sends every server a Close of 1001 (going away).
  void finish() { pool_.finish(); }
  std::size_t connections() const { return pool_.size(); }

 private:
  TlsClientContext tls_;
  ConnectionPool pool_;
};

}  // namespace lathe::http
