#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// The variables of a worker that stand in files of their own, beside its configuration: secrets and
// what differs from machine to machine. Which files count, and for how much, is as with wrangler:
//
//   `--env-file` given:  those files, each over the ones before; or else
//   `.dev.vars.NAME` of the environment NAME when it exists, else `.dev.vars` when that exists; or
//   else
//   `.env` < `.env.local` < `.env.NAME` < `.env.NAME.local`, merged.
//
// In all but `.dev.vars` files `${X}` is expanded. Each has more weight than `vars`.
namespace lathe::cli {

struct LocalVariable {
  std::string name;
  std::string value;
  // ".dev.vars:3", or "the process's environment".
  std::string source;
};

struct LocalVariables {
  // Each name once.
  std::vector<LocalVariable> variables;
  // The files that were read, and those that would have been if they existed.
  std::vector<std::filesystem::path> files;
  // A line for each thing that is likely a mistake.
  std::vector<std::string> warnings;
};

struct LocalVariableFiles {
  // Of the configuration; what the paths below are relative to.
  std::filesystem::path folder;
  // Empty: the top level.
  std::string environment;
  // What `--env-file` names.
  std::vector<std::string> envFiles;
  // What `secrets.required` lists, when there is a key `secrets`: then only these count, and the
  // process's own environment has them too.
  std::optional<std::vector<std::string>> required;
};

// Reads them. Follows CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV and CLOUDFLARE_INCLUDE_PROCESS_ENV.
// Throws ConfigError when a `.dev.vars` is there and cannot be read, and for values that grow
// beyond measure when their variables are replaced.
LocalVariables readLocalVariables(const LocalVariableFiles& files);

}  // namespace lathe::cli
