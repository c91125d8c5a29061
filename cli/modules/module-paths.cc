#include "cli/modules/module-paths.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 6> kAppended = {".tsx", ".ts",  ".jsx",
                                                       ".js",  ".css", ".json"};
constexpr std::array<std::string_view, 5> kTranslated = {".ts", ".mts", ".cts", ".tsx", ".jsx"};

// What may stand in the place of a name for JavaScript.
struct Rewritten {
  std::string_view from;
  std::array<std::string_view, 2> to;
};
constexpr std::array<Rewritten, 4> kRewritten = {{{".js", {".ts", ".tsx"}},
                                                  {".jsx", {".ts", ".tsx"}},
                                                  {".mjs", {".mts", ""}},
                                                  {".cjs", {".cts", ""}}}};

}  // namespace

std::string moduleNameOf(const fs::path& path, const Config& config) {
  return path.lexically_relative(config.baseDir).generic_string();
}

std::vector<fs::path> moduleCandidates(const fs::path& path) {
  std::vector<fs::path> candidates = {path};
  auto add = [&](fs::path base, std::string_view extension) {
    base += extension;
    candidates.push_back(std::move(base));
  };
  for (std::string_view extension : kAppended) add(path, extension);
  for (const Rewritten& rewritten : kRewritten) {
    if (path.extension() != rewritten.from) continue;
    for (std::string_view extension : rewritten.to) {
      if (!extension.empty()) add(path.parent_path() / path.stem(), extension);
    }
  }
  candidates.push_back(path / "package.json");
  for (std::string_view extension : kAppended) add(path / "index", extension);
  return candidates;
}

bool needsTranslation(const fs::path& path) {
  return std::ranges::find(kTranslated, path.extension().string()) != kTranslated.end();
}

}  // namespace lathe::cli
