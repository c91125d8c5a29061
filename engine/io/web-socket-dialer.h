#pragma once

#include <string>
#include <vector>

#include "engine/io/web-socket.h"

namespace lathe::io {

// Opens WebSockets towards the network, for `new WebSocket(url)`. Implemented by the transport;
// outlives every context. Loop thread.
class WebSocketDialer {
 public:
  virtual ~WebSocketDialer() = default;

  struct Request {
    std::string url;  // serialized, of scheme ws: or wss:, without a fragment
    std::vector<std::string> protocols;
    // Whether permessage-deflate is offered.
    bool compression = false;
  };
  struct Opened {
    std::unique_ptr<WebSocket> socket;
    std::string protocol;    // the one that the server chose, or empty
    std::string extensions;  // as the server has agreed to them, or empty
  };
  // Begins to connect. Fails with std::runtime_error, whose message says what went wrong, when
  // there is no connection or the server does not agree (RFC 6455 §4.1).
  virtual Pending<Opened> dial(Request request) = 0;
};

}  // namespace lathe::io
