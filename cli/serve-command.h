#pragma once

#include "cli/exit-code.h"
#include "cli/serving.h"
#include "cli/terminal-log.h"

namespace lathe::cli {

// Serves a worker until a signal says to stop. Throws ConfigError, LoadError, http::ListenError.
ExitCode serve(const ServeOptions& options, TerminalLog& log);

}  // namespace lathe::cli
