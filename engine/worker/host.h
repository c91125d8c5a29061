#pragma once

#include <string_view>

#include <boost/asio/io_context.hpp>

#include "engine/worker/afterwards.h"
#include "engine/worker/log.h"

namespace lathe::js {
class Platform;
}

namespace lathe::io {
class CpuWatch;
class WebSocketDialer;
}  // namespace lathe::io

namespace lathe::persist {
class ActorStore;
class CacheLru;
}  // namespace lathe::persist

namespace lathe::worker {

class SpareIsolate;

// What all workers of one engine share; everything in it outlives them.
struct Host {
  js::Platform& platform;
  boost::asio::io_context& loop;
  Log& log;
  io::CpuWatch& cpuWatch;
  Afterwards& afterwards;
  persist::CacheLru& cacheLru;
  // Where actors keep their records; null when they have no storage.
  persist::ActorStore* store;
  // Null: workers cannot open WebSockets towards the network.
  io::WebSocketDialer* dialer;
  // What is ready for the next generation.
  SpareIsolate& spare;
  std::string_view snapshot;
  void (*onFatal)(const char* why);
};

}  // namespace lathe::worker
