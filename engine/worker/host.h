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
}

namespace lathe::worker {

// What all workers of one engine share; everything in it outlives them.
struct Host {
  js::Platform& platform;
  boost::asio::io_context& loop;
  Log& log;
  io::CpuWatch& cpuWatch;
  Afterwards& afterwards;
  std::string_view snapshot;
  void (*onFatal)(const char* why);
};

}  // namespace lathe::worker
