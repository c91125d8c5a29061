#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace lathe::cli {

// What the files in certain folders, and in those below, hold at one moment: enough to tell which
// of them hold something else at another.
//
// Not looked into are folders of packages, of version control and of what tools keep (node_modules,
// .git, .lathe, .wrangler), and symbolic links to folders, which may lead in circles.
class FolderContents {
 public:
  using Path = std::filesystem::path;

  // Of no folder.
  FolderContents() = default;
  // Of `roots`, files or folders, without `passedOver`: at this moment. What looks as it did in
  // `before` is not read again.
  FolderContents(const std::vector<Path>& roots, const std::set<Path>& passedOver,
                 const FolderContents& before = {});

  // The files that hold something else in `now`, or are only in one of the two.
  std::vector<Path> differencesTo(const FolderContents& now) const;

  std::vector<Path> files() const;
  // Those in which anything new would stand: all that were looked into, that of a root that is a
  // file, and the nearest one above a root that is not there.
  const std::set<Path>& folders() const { return folders_; }

 private:
  using Time = std::filesystem::file_time_type;

  struct File {
    Time time;
    std::uintmax_t size = 0;
    // When it was read. What was written about that time may have been written again since without
    // looking different.
    Time readAt;
    // Of one that cannot be read: nothing.
    std::optional<std::size_t> fingerprint;
  };

  void add(const Path& path, const std::set<Path>& passedOver, const FolderContents& before);
  void addFile(const Path& path, const FolderContents& before);

  std::map<Path, File> files_;
  std::set<Path> folders_;
};

}  // namespace lathe::cli
