#pragma once

#include "engine/io/web-socket.h"

namespace lathe::io {

// Two ends: what is sent into one comes out of the other. Each end counts what it has sent and the
// other has not received as buffered.
struct WebSocketPair {
  std::unique_ptr<WebSocket> first;
  std::unique_ptr<WebSocket> second;
};
WebSocketPair makeWebSocketPair();

// Puts `far` in the place of `near`, an end of a pair that nobody will use any more: who holds the
// pair's other end talks to `far` directly from here on, starting with what it has sent so far, and
// owns it. `near` must not have received or sent anything. Joins may come in chains, in any order,
// before or after the other end has been used; when both ends of a pair are given away, what they
// were given for talks to one another. When the other end is gone, `far` ends as that has ended.
void joinWebSockets(std::unique_ptr<WebSocket> near, std::unique_ptr<WebSocket> far);

}  // namespace lathe::io
