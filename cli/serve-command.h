#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/exit-code.h"
#include "cli/object-store.h"
#include "cli/project.h"
#include "cli/terminal-log.h"

namespace lathe::cli {

struct ServeOptions {
  ProjectChoice project;
  ObjectStoreChoice objects;
  // Addresses or names to listen on; empty: what the configuration says, else localhost.
  std::vector<std::string> ips;
  // Port 0 is any free one. Nothing: what the configuration says, else kDefaultPort.
  std::optional<std::uint16_t> port;
  // main()'s, to start the same command anew.
  std::vector<std::string> arguments;
};

inline constexpr std::uint16_t kDefaultPort = 8787;

// Serves a worker until a signal says to stop. Throws ConfigError, LoadError, http::ListenError.
ExitCode serve(const ServeOptions& options, TerminalLog& log);

}  // namespace lathe::cli
