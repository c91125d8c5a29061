#pragma once

#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/modules/outside-module.h"
#include "engine/js/source-map.h"

namespace lathe::cli {

// What a source map says, read when somebody first asks. Of one thread.
class BundleMap {
 public:
  // `json` is a source map whose sources are relative to the base folder.
  explicit BundleMap(std::string json) : json_(std::move(json)) {}

  const std::string& json() const { return json_; }
  // For the engine. The map refers to this.
  js::SourceMap::Text text();
  // What the source of this name held when it was bundled; nothing when it is not in the map.
  std::optional<std::string> contentOf(const std::string& source);

 private:
  void read();

  std::string json_;
  bool read_ = false;
  js::SourceMap::Text text_;
  std::vector<std::string> contents_;
};

// A worker's script and all that it imports as one module.
struct Bundle {
  // What errors call it where the map has nothing, and what it is to those who import it.
  std::string name;
  std::string code;
  std::shared_ptr<BundleMap> map;
  std::vector<OutsideModule> outside;
  // The files it is made of, scripts and what they import, without those that stay outside.
  std::vector<std::filesystem::path> inputs;
  // What decided how it is made, and files that would have if they were there: a change of one of
  // them may make another bundle.
  std::vector<std::filesystem::path> settings;
  // When its making began, by the clock that stamps files.
  timespec begun{};
  // What esbuild finds strange, each with file, line and column.
  std::vector<std::string> warnings;
};

// The time by the clock that the system stamps files with.
timespec fileClockNow();
// Whether the file has been written for the last time before `time`, as far as its stamp tells.
bool isOlder(const std::filesystem::path& path, const timespec& time);

// The bundles of several workers, in their order; null for one that is taken as it lies.
using Bundles = std::vector<std::shared_ptr<Bundle>>;

}  // namespace lathe::cli
