#include "cli/build-watch.h"

#include <utility>

namespace lathe::cli {

BuildWatch::BuildWatch(boost::asio::io_context& loop, FileWatch::Way way,
                       std::set<std::filesystem::path> passedOver, Hooks hooks)
    : loop_(loop),
      passedOver_(std::move(passedOver)),
      hooks_(std::move(hooks)),
      watch_(loop, way, [this] {
        if (!run_) look();
      }) {}

FolderContents BuildWatch::contents(const BuildSettings& settings) const {
  return FolderContents(settings.watched, passedOver_, contents_);
}

void BuildWatch::use(std::optional<BuildSettings> settings, FolderContents since) {
  run_.reset();
  runs_.clear();
  settings_ = std::move(settings);
  contents_ = std::move(since);
  // What has happened since is found when the watch tells for the first time.
  watch_.watch(contents_.folders());
}

// Finds what has changed, and runs the build for it. During a run that is for its end.
void BuildWatch::look() {
  if (!settings_) return;
  FolderContents now = contents(*settings_);
  Paths changed = contents_.differencesTo(now);
  contents_ = std::move(now);
  watch_.watch(contents_.folders());
  if (changed.empty()) return;
  runs_.clear();
  start(changed);
}

void BuildWatch::start(const Paths& changed) {
  run_.reset();
  lines_.clear();
  hooks_.begun(changed);
  try {
    run_.emplace(
        loop_, *settings_, [this](std::string_view line) { onLine(line); },
        [this](const std::string& failure) { onEnd(failure); });
  } catch (const ConfigError& error) {
    hooks_.ended(error.what(), {});
  }
}

void BuildWatch::onLine(std::string_view line) {
  hooks_.line(line);
  lines_.emplace_back(line);
  if (lines_.size() > kLinesKept) lines_.pop_front();
}

void BuildWatch::onEnd(const std::string& failure) {
  run_.reset();
  // Before anybody else does anything.
  FolderContents now = contents(*settings_);
  Paths changed = contents_.differencesTo(now);
  contents_ = std::move(now);
  watch_.watch(contents_.folders());
  std::string lines;
  for (const std::string& line : std::exchange(lines_, {})) lines += line + "\n";
  hooks_.ended(failure, failure.empty() ? "" : lines);
  // It may have been told to do something else meanwhile.
  if (run_) return;
  dropOwn(changed);
  if (!changed.empty()) start(changed);
}

void BuildWatch::dropOwn(Paths& changed) {
  auto before = std::exchange(runs_, {});
  for (const auto& path : changed) runs_[path] = before[path] + 1;
  std::erase_if(changed, [&](const auto& path) {
    std::size_t runs = runs_[path];
    if (runs == kRunsInARow) hooks_.passedOver(path);
    return runs >= kRunsInARow;
  });
}

}  // namespace lathe::cli
