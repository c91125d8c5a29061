#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/exit-code.h"
#include "cli/project.h"

namespace lathe::cli {

// `lathe storage`: what Durable Objects have stored, for people.
struct StorageOptions {
  enum class Action { list, get, put, erase, dump, import, clear };
  Action action = Action::list;
  // CLASS, OBJECT, KEY and VALUE, as many as were given; of `import` the file.
  std::vector<std::string> words;
  ProjectChoice project;
  // Instead of `.lathe/state` beside the configuration.
  std::string persistTo;
  // Of `list`: only keys that begin so, and at most so many objects or keys.
  std::string prefix;
  std::optional<std::uint64_t> limit;
  bool json = false;
  // Of `clear`: the set-aside objects of deleted classes.
  bool deleted = false;
  // Without asking.
  bool yes = false;
};

// Throws UsageError, ConfigError, persist::StoreError when the state is locked or damaged, and
// std::runtime_error for what is not there. What can be read of a damaged state is told before.
ExitCode storage(const StorageOptions& options);

}  // namespace lathe::cli
