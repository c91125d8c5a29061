#include "cli/source-files.h"

#include "cli/read-file.h"

namespace lathe::cli {

namespace fs = std::filesystem;

SourceFiles::Fingerprint SourceFiles::fingerprintOf(std::optional<std::string_view> content) {
  if (!content) return std::nullopt;
  return std::hash<std::string_view>()(*content);
}

SourceFiles::Fingerprint SourceFiles::fingerprintNow(const fs::path& path) {
  try {
    return fingerprintOf(readFile(path));
  } catch (const FileError&) {
    return std::nullopt;
  }
}

void SourceFiles::note(const fs::path& path, std::optional<std::string_view> content) {
  files_[path] = fingerprintOf(content);
}

void SourceFiles::noteNow(const fs::path& path) {
  if (!files_.contains(path)) files_.emplace(path, fingerprintNow(path));
}

void SourceFiles::addMissing(const SourceFiles& others) {
  files_.insert(others.files_.begin(), others.files_.end());
}

std::vector<fs::path> SourceFiles::changed(const std::set<fs::path>& paths) const {
  std::vector<fs::path> different;
  for (const auto& [path, fingerprint] : files_) {
    if (!paths.empty() && !paths.contains(path)) continue;
    if (fingerprintNow(path) != fingerprint) different.push_back(path);
  }
  return different;
}

std::optional<std::string> SourceFiles::unchanged(const fs::path& path) const {
  auto noted = files_.find(path);
  if (noted == files_.end() || !noted->second) return std::nullopt;
  try {
    std::string content = readFile(path);
    if (fingerprintOf(content) == noted->second) return content;
  } catch (const FileError&) {
    // As good as changed.
  }
  return std::nullopt;
}

std::vector<fs::path> SourceFiles::paths() const {
  std::vector<fs::path> all;
  for (const auto& [path, fingerprint] : files_) all.push_back(path);
  return all;
}

}  // namespace lathe::cli
