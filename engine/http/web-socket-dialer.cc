#include "engine/http/web-socket-dialer.h"

#include <utility>

#include "engine/http/web-socket-attempt.h"

namespace lathe::http {

WebSocketDialer::WebSocketDialer(boost::asio::io_context& loop, Limits limits)
    : pool_(loop, {}, limits, {}) {}

io::Pending<io::WebSocketDialer::Opened> WebSocketDialer::dial(Request request) {
  return WebSocketAttempt::begin(pool_, tls_, std::move(request));
}

}  // namespace lathe::http
