#pragma once

#include <cstddef>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "cli/build-run.h"
#include "cli/config.h"
#include "cli/file-watch.h"
#include "cli/folder-contents.h"
#include "cli/folder-watch.h"

namespace lathe::cli {

// Runs a build command whenever files in the folders that its configuration names hold something
// else than before. One run at a time: what changes during a run leads to one more behind it. Loop
// thread, which outlives this.
//
// What the command itself writes into these folders is a change as any other, which comes to an end
// when it writes the same again. A file that comes out differently time after time, without a pause
// between the runs, is taken for its own then, and passed over during runs.
class BuildWatch {
 public:
  using Paths = std::vector<std::filesystem::path>;

  struct Hooks {
    // A run begins; because of these files, or for another reason.
    std::function<void(const Paths& changed)> begun;
    // A line of its output.
    BuildRun::OnLine line;
    // It has ended: `failure` is empty, or tells what is wrong; then `lines` are the last ones of
    // its output, with their ends.
    std::function<void(const std::string& failure, const std::string& lines)> ended;
    // Something that its user should know: this file is passed over from now on.
    std::function<void(const std::filesystem::path& own)> passedOver;
  };

  // After how many runs in a row, each with a change of a file during the one before.
  static constexpr std::size_t kRunsInARow = 5;
  static constexpr std::size_t kLinesKept = 20;

  // Nothing in the folders `passedOver` counts.
  BuildWatch(boost::asio::io_context& loop, FileWatch::Way way,
             std::set<std::filesystem::path> passedOver, Hooks hooks);

  // What the folders of a build hold now.
  FolderContents contents(const BuildSettings& settings) const;

  // From here on, this build; nothing: none. It ran, or will run, when the folders held `since`.
  // A run of another one is ended.
  void use(std::optional<BuildSettings> settings, FolderContents since);

  // Runs it for another reason than a change. There is one.
  void run() { start({}); }

  const std::optional<BuildSettings>& settings() const { return settings_; }
  bool running() const { return run_.has_value(); }

 private:
  void look();
  void start(const Paths& changed);
  void onLine(std::string_view line);
  void onEnd(const std::string& failure);
  // Leaves out of what has changed during a run what is the command's own.
  void dropOwn(Paths& changed);

  boost::asio::io_context& loop_;
  std::set<std::filesystem::path> passedOver_;
  Hooks hooks_;
  std::optional<BuildSettings> settings_;
  // When the run began, or since it ended.
  FolderContents contents_;
  std::optional<BuildRun> run_;
  std::deque<std::string> lines_;
  // By file, during how many runs in a row it has changed.
  std::map<std::filesystem::path, std::size_t> runs_;
  FolderWatch watch_;
};

}  // namespace lathe::cli
