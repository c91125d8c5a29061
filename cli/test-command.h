#pragma once

#include <string>
#include <vector>

#include "cli/exit-code.h"
#include "cli/object-store.h"
#include "cli/project-choice.h"
#include "cli/terminal-log.h"

namespace lathe::cli {

struct TestOptions {
  // Configurations or scripts, at least one: all are loaded together and know each other by name.
  std::vector<std::string> paths;
  // What holds for each of them, in the place of its configuration; without a path.
  ProjectChoice project;
  ObjectStoreChoice objects = {.temporary = true, .byDefault = ObjectStorage::memory};
  // Runs the tests whose `worker:export` has this in it; empty: all.
  std::string filter;
};

// Runs every exported object with a test() method, each after the other, and prints how it went.
// Throws ConfigError, LoadError.
ExitCode test(const TestOptions& options, TerminalLog& log);

}  // namespace lathe::cli
