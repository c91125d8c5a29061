#pragma once

#include "cli/exit-code.h"
#include "cli/project.h"
#include "cli/terminal-log.h"

namespace lathe::cli {

// Loads a worker, which runs its top level and no handler, and says that it is fine. Throws
// ConfigError, LoadError.
ExitCode check(const ProjectChoice& project, TerminalLog& log);

}  // namespace lathe::cli
