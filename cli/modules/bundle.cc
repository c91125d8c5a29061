#include "cli/modules/bundle.h"

#include <algorithm>

#include <nlohmann/json.hpp>
#include <sys/stat.h>

namespace lathe::cli {

void BundleMap::read() {
  if (read_) return;
  read_ = true;
  auto json = nlohmann::json::parse(json_, nullptr, false);
  if (!json.is_object()) return;
  auto texts = [&](const char* key) {
    std::vector<std::string> all;
    auto found = json.find(key);
    if (found == json.end() || !found->is_array()) return all;
    for (auto& text : *found) {
      all.push_back(text.is_string() ? text.get<std::string>() : std::string());
    }
    return all;
  };
  text_.sources = texts("sources");
  contents_ = texts("sourcesContent");
  contents_.resize(text_.sources.size());
  auto mappings = json.find("mappings");
  if (mappings != json.end() && mappings->is_string())
    text_.mappings = mappings->get<std::string>();
}

js::SourceMap::Text BundleMap::text() {
  read();
  return text_;
}

std::optional<std::string> BundleMap::contentOf(const std::string& source) {
  read();
  auto found = std::ranges::find(text_.sources, source);
  if (found == text_.sources.end()) return std::nullopt;
  const std::string& content = contents_[static_cast<std::size_t>(found - text_.sources.begin())];
  if (content.empty()) return std::nullopt;
  return content;
}

timespec fileClockNow() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return now;
}

bool isOlder(const std::filesystem::path& path, const timespec& time) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return false;
  const timespec& written = status.st_mtim;
  return written.tv_sec != time.tv_sec ? written.tv_sec < time.tv_sec
                                       : written.tv_nsec < time.tv_nsec;
}

}  // namespace lathe::cli
