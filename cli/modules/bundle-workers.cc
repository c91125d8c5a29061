#include "cli/modules/bundle-workers.h"

#include <optional>
#include <string>

#include "cli/modules/bundle-need.h"
#include "cli/read-file.h"

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

// Tells what the file holds; nothing when that may not be what it held at `begun`.
void tell(const fs::path& path, const timespec& begun, const OnRead& onRead) {
  std::optional<std::string> content;
  try {
    if (isOlder(path, begun)) content = readFileIfThere(path);
  } catch (const FileError&) {
    // As good as not there.
  }
  onRead(path, content);
}

}  // namespace

Bundles bundleWorkers(const std::vector<Config>& configs, Bundler& bundler, const OnRead& onRead) {
  Bundles bundles;
  for (const Config& config : configs) {
    if (!needsBundle(config)) {
      bundles.push_back(nullptr);
      continue;
    }
    timespec begun = fileClockNow();
    try {
      bundles.push_back(bundler.bundle(config));
    } catch (const BundleError& error) {
      for (const fs::path& path : error.files()) tell(path, begun, onRead);
      throw;
    }
    const Bundle& bundle = *bundles.back();
    for (const fs::path& path : bundle.inputs) tell(path, bundle.begun, onRead);
    for (const fs::path& path : bundle.settings) tell(path, bundle.begun, onRead);
  }
  return bundles;
}

}  // namespace lathe::cli
