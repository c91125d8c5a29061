#pragma once

#include "cli/exit-code.h"
#include "cli/file-watch.h"
#include "cli/serving.h"
#include "cli/terminal-log.h"

namespace lathe::cli {

struct DevOptions {
  // What answers while the script or the configuration does not load.
  enum class OnError {
    lastGood,  // the last version that did, with the error shown over its pages
    page,      // a page with the error, status 500, whatever is asked for
  };

  ServeOptions serve;
  OnError onError = OnError::lastGood;
  FileWatch::Way watch = FileWatch::Way::events;
  // Every HTML page hears of reloads, not only those that show an error.
  bool liveReload = false;
  // The end of standard input is the end of the server.
  bool exitOnStdinClose = false;
};

// Serves a worker and replaces it whenever one of its files changes, until a signal says to stop. A
// script that does not load is waited for. Throws ConfigError, http::ListenError and
// persist::StoreError when it cannot begin.
ExitCode dev(const DevOptions& options, TerminalLog& log);

}  // namespace lathe::cli
