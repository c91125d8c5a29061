#pragma once

#include <memory>

#include "engine/io/web-socket.h"

namespace lathe::io {

// Says to each of two sockets what the other says, until both have been closed or one of them has
// ended. Owns them.
void relayWebSockets(std::unique_ptr<WebSocket> first, std::unique_ptr<WebSocket> second);

}  // namespace lathe::io
