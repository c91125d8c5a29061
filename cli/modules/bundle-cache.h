#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "cli/modules/bundle.h"

namespace lathe::cli {

// Bundles that were made before, in a folder: a file for each. One is taken again when everything
// that it was made of is as it was; what is broken, or of another version, is passed over and
// replaced. Nothing here fails: where nothing can be kept, everything is made anew.
class BundleCache {
 public:
  // `bytesMax` is about what the folder may grow to. An empty path keeps nothing.
  static constexpr std::uintmax_t kBytesMax = std::uintmax_t{256} << 20;
  explicit BundleCache(std::filesystem::path folder, std::uintmax_t bytesMax = kBytesMax)
      : folder_(std::move(folder)), bytesMax_(bytesMax) {}

  // The bundle that was kept under `signature`; null when there is none that holds.
  std::shared_ptr<Bundle> find(const std::string& signature) const;

  // Keeps it, unless something that it was made of may have changed meanwhile.
  void keep(const std::string& signature, const Bundle& bundle) const;

 private:
  std::filesystem::path fileOf(const std::string& signature) const;
  void sweep() const;

  std::filesystem::path folder_;
  std::uintmax_t bytesMax_;
};

// The folder for it of this user's: `lathe/bundles` in $XDG_CACHE_HOME, or in ~/.cache. Empty when
// there is none.
std::filesystem::path bundleCacheFolder();

}  // namespace lathe::cli
