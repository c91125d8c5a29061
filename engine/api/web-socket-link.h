#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/io/gated-web-socket.h"

namespace lathe::api {

struct HibernatableSocket;

// What of a WebSocket outlasts the script's own object for it: an actor's sleeps without one.
struct WebSocketLink {
  std::shared_ptr<io::GatedWebSocket> connection;
  std::optional<std::string> url;  // of one that was made with a URL
  std::string protocol;
  std::string extensions;
  // A serialized value; nothing when none was set.
  std::optional<std::string> attachment;
  bool allowHalfOpen = false;
  // The script has sent a Close; a Close was received; the connection ended without one.
  bool closedOutgoing = false;
  bool closedIncoming = false;
  bool failed = false;
  // Whether nothing more can be said: because the script has sent a Close, or lathe for it.
  bool silent() const { return closedOutgoing || (connection && connection->closing()); }
  // Released with the link: what the other end lives in.
  std::shared_ptr<void> keptAlive;
  // Of one that an actor has accepted for good.
  std::weak_ptr<HibernatableSocket> hibernatable;
};

}  // namespace lathe::api
