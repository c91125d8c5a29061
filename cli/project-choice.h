#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lathe::cli {

// What the command line says about which worker to run, and what it says in the place of the
// worker's configuration.
struct ProjectChoice {
  using Pair = std::pair<std::string, std::string>;

  // A configuration, a folder that has one, or a script; empty: the nearest configuration upwards
  // from the working folder. A script has the nearest configuration upwards from its own folder.
  // "-" is the script that `input` holds, as if it lay in the working folder.
  std::string path = {};
  // The environment of the configuration; empty: what CLOUDFLARE_ENV says, else its top level.
  std::string environment = {};
  // The configuration, when `path` is a script or empty; empty: the nearest one.
  std::string config = {};

  // The worker's name; empty: the configuration's.
  std::string name = {};
  // Files of variables, in the place of those beside the configuration.
  std::vector<std::string> envFiles = {};
  // Variables that have more weight than any other.
  std::vector<Pair> variables = {};
  // The module to take for a specifier, beside the configuration's `alias`.
  std::vector<Pair> aliases = {};
  // What to replace, and by what.
  std::vector<Pair> defines = {};
  // What the worker believes to be called, and by which of "http" and "https"; empty: as the
  // configuration says.
  std::string host = {};
  std::vector<std::string> routes = {};
  std::string upstreamProtocol = {};
  // How to bundle, each instead of what the configuration says, when given.
  std::string tsconfig = {};
  std::string jsxFactory = {};
  std::string jsxFragment = {};
  std::optional<bool> minify = {};
  std::optional<bool> bundle = {};
  // Instead of the configuration's; empty: the configuration's.
  std::string compatibilityDate = {};
  std::vector<std::string> compatibilityFlags = {};
  // What standard input held, for the path "-".
  std::string input = {};
};

}  // namespace lathe::cli
