#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/config-node.h"

namespace lathe::cli {

// One entry of `migrations`: what has become of the classes of Durable Objects.
struct Migration {
  struct Rename {
    std::string from;
    std::string to;
    std::string fromWorker;  // empty: the worker itself
  };

  std::string tag;
  std::vector<std::string> newClasses;
  std::vector<std::string> newSqliteClasses;
  std::vector<Rename> renamedClasses;
  std::vector<Rename> transferredClasses;
  std::vector<std::string> deletedClasses;
};

// Understands the list `migrations` of the worker called so; empty: it has no name of its own.
// Throws ConfigError.
std::vector<Migration> readMigrations(const ConfigNode& list, std::string_view worker);

}  // namespace lathe::cli
