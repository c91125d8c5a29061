#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/dev-command.h"
#include "cli/fetch-command.h"
#include "cli/project.h"
#include "cli/serve-command.h"
#include "cli/storage-command.h"
#include "cli/terminal-log.h"
#include "cli/test-command.h"

namespace lathe::cli {

struct CheckOptions {
  ProjectChoice project;
};

// `--help` and `--version`: text for standard output.
struct Information {
  std::string text;
};

// A command line, understood.
struct CommandLine {
  std::variant<Information, ServeOptions, DevOptions, FetchOptions, CheckOptions, TestOptions,
               StorageOptions>
      command;
  LogFormat logFormat = LogFormat::text;
  // Nothing: see TerminalLog.
  std::optional<LogLevel> logLevel;
  // The folder to work in; empty: the one that the process is in.
  std::string cwd;
  // What there is to say about options that have no effect: a line each.
  std::vector<std::string> notices;
};

// Understands the arguments of main(), the program's name included. Throws UsageError, with the
// nearest name where a command or an option is misspelt.
CommandLine parseCommandLine(const std::vector<std::string>& arguments);

}  // namespace lathe::cli
