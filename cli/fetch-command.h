#pragma once

#include "cli/exit-code.h"
#include "cli/fetch-request.h"
#include "cli/object-store.h"
#include "cli/project.h"
#include "cli/terminal-log.h"

namespace lathe::cli {

struct FetchOptions {
  ProjectChoice project;
  ObjectStoreChoice objects;
  RequestDescription request;
  // -i: print status line and headers before the body.
  bool showHead = false;
};

// Hands one request to a worker, without opening a port, and prints the response; ends when the
// worker's waitUntil() work has. Throws UsageError, ConfigError, LoadError.
ExitCode fetch(const FetchOptions& options, TerminalLog& log);

}  // namespace lathe::cli
