#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

namespace lathe::http {

struct ProcessName {
  pid_t pid = 0;
  // Its command line, arguments separated by blanks.
  std::string command;
};

// The process that listens on TCP port `port` of this machine. Nothing when there is none, or when
// it belongs to another user and the system hides it.
std::optional<ProcessName> findPortOwner(std::uint16_t port);

}  // namespace lathe::http
