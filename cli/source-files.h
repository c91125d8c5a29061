#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lathe::cli {

// Hears of every file that is read for a worker: its content, or nothing when it is not there.
using OnRead =
    std::function<void(const std::filesystem::path& path, std::optional<std::string_view> content)>;

// The files that a worker is made of, and what each of them held when it was read: enough to tell
// whether it holds something else now. One that is not there is as good as any.
class SourceFiles {
 public:
  void note(const std::filesystem::path& path, std::optional<std::string_view> content);
  // Notes what the file holds at this moment, unless something is noted already.
  void noteNow(const std::filesystem::path& path);
  // Takes over what is noted of files that this one does not know.
  void addMissing(const SourceFiles& others);

  // Which of `paths` (all of them, when empty) hold something else than what is noted.
  std::vector<std::filesystem::path> changed(const std::set<std::filesystem::path>& paths) const;

  // The content of a file that holds what is noted; nothing for any other.
  std::optional<std::string> unchanged(const std::filesystem::path& path) const;

  std::vector<std::filesystem::path> paths() const;

 private:
  // Of a file that is not there, or cannot be read: nothing.
  using Fingerprint = std::optional<std::size_t>;
  static Fingerprint fingerprintOf(std::optional<std::string_view> content);
  static Fingerprint fingerprintNow(const std::filesystem::path& path);

  std::map<std::filesystem::path, Fingerprint> files_;
};

}  // namespace lathe::cli
