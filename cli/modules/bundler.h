#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/config.h"
#include "cli/modules/bundle-cache.h"
#include "cli/modules/bundle-plugins.h"
#include "cli/modules/bundle.h"
#include "cli/modules/esbuild-service.h"
#include "engine/worker/worker-source.h"

namespace lathe::cli {

// A script that cannot be bundled: what esbuild says about it.
class BundleError : public worker::LoadError {
 public:
  BundleError(const std::string& message, std::vector<std::filesystem::path> files)
      : worker::LoadError(message), files_(std::move(files)) {}

  // The files whose change, or coming, may mend it.
  const std::vector<std::filesystem::path>& files() const { return files_; }

 private:
  std::vector<std::filesystem::path> files_;
};

// Bundles workers as wrangler does, with an esbuild of its own that it starts when it needs it
// first. A build blocks its thread.
class Bundler {
 public:
  // Hears that esbuild has ended and is started again, and why.
  using OnRemark = std::function<void(const std::string& line)>;

  // `cache` is where bundles are kept from one run of the program to the next.
  Bundler(OnRemark onRemark, BundleCache cache);
  Bundler(const Bundler&) = delete;
  Bundler& operator=(const Bundler&) = delete;
  ~Bundler();

  // Throws BundleError, and LoadError when there is no esbuild or it ends again and again.
  std::shared_ptr<Bundle> bundle(const Config& config);

  // From here on esbuild is not stopped after each bundle.
  void expectMore() { life_ = EsbuildService::Life::lasting; }
  bool expectsMore() const { return life_ == EsbuildService::Life::lasting; }

  // Ends esbuild, and with it what it remembers of earlier builds; keeps what it has built.
  void stop();

 private:
  struct Project;
  std::shared_ptr<Bundle> build(const Config& config, const EsbuildValue& request,
                                const std::string& signature);
  Project& projectOf(const Config& config, EsbuildValue request, const std::string& signature);
  // The files that a failing build has come to.
  std::vector<std::filesystem::path> inputsOf(const Config& config);
  EsbuildService& service();

  OnRemark onRemark_;
  BundleCache cache_;
  EsbuildService::Life life_ = EsbuildService::Life::brief;
  std::unique_ptr<EsbuildService> service_;
  // By what was asked of esbuild; each holds what it remembers.
  std::map<std::string, std::unique_ptr<Project>> projects_;
  int nextKey_ = 0;
};

}  // namespace lathe::cli
