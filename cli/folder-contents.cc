#include "cli/folder-contents.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <system_error>

#include "cli/read-file.h"

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 4> kPassedOver = {"node_modules", ".git", ".lathe",
                                                         ".wrangler"};

// No file system's clock ticks more slowly than this, those of old floppy disks aside.
constexpr std::chrono::milliseconds kClockTick{100};

std::optional<std::size_t> fingerprintOf(const fs::path& path) {
  try {
    return std::hash<std::string_view>()(readFile(path));
  } catch (const FileError&) {
    return std::nullopt;
  }
}

}  // namespace

FolderContents::FolderContents(const std::vector<Path>& roots, const std::set<Path>& passedOver,
                               const FolderContents& before) {
  for (const Path& root : roots) {
    std::error_code error;
    if (fs::is_directory(root, error)) {
      add(root, passedOver, before);
      continue;
    }
    Path above = root.parent_path();
    while (above.has_relative_path() && !fs::is_directory(above, error)) {
      above = above.parent_path();
    }
    folders_.insert(above);
    if (fs::is_regular_file(root, error)) addFile(root, before);
  }
}

void FolderContents::add(const Path& folder, const std::set<Path>& passedOver,
                         const FolderContents& before) {
  if (!folders_.insert(folder).second) return;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const Path& path = at->path();
    std::error_code gone;
    if (at->is_directory(gone)) {
      bool isLink = at->is_symlink(gone);
      bool known = std::ranges::find(kPassedOver, path.filename()) != kPassedOver.end();
      if (!isLink && !known && !passedOver.contains(path)) add(path, passedOver, before);
    } else if (at->is_regular_file(gone)) {
      addFile(path, before);
    }
  }
}

void FolderContents::addFile(const Path& path, const FolderContents& before) {
  std::error_code error;
  File file;
  file.readAt = Time::clock::now();
  file.time = fs::last_write_time(path, error);
  if (!error) file.size = fs::file_size(path, error);
  // Gone since its folder was read.
  if (error) return;
  auto known = before.files_.find(path);
  if (known != before.files_.end() && known->second.time == file.time &&
      known->second.size == file.size && file.time + kClockTick < known->second.readAt) {
    files_.insert(*known);
    return;
  }
  file.fingerprint = fingerprintOf(path);
  files_.insert_or_assign(path, file);
}

std::vector<fs::path> FolderContents::files() const {
  std::vector<Path> all;
  for (const auto& [path, file] : files_) all.push_back(path);
  return all;
}

std::vector<fs::path> FolderContents::differencesTo(const FolderContents& now) const {
  std::set<Path> different;
  auto compare = [&](const FolderContents& one, const FolderContents& other) {
    for (const auto& [path, file] : one.files_) {
      auto same = other.files_.find(path);
      bool equal = same != other.files_.end() && same->second.fingerprint == file.fingerprint;
      if (!equal) different.insert(path);
    }
  };
  compare(*this, now);
  compare(now, *this);
  return {different.begin(), different.end()};
}

}  // namespace lathe::cli
