#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/modules/bundle.h"
#include "cli/source-files.h"
#include "engine/worker/worker-source.h"

namespace lathe::cli {

// The modules of a worker that has been bundled: the bundle, and what stays outside of it.
class BundledModules final : public worker::ModuleLoader {
 public:
  // `onRead` may be empty.
  explicit BundledModules(std::shared_ptr<Bundle> bundle, OnRead onRead = {});

  worker::Module main() override;
  std::optional<worker::Module> load(std::string_view specifier,
                                     std::string_view referrer) override;
  std::optional<worker::Module> loadComputed(std::string_view specifier,
                                             std::string_view referrer) override {
    return load(specifier, referrer);
  }
  std::optional<std::string> nameOf(std::string_view specifier,
                                    std::string_view referrer) const override;
  bool mayBeServiceWorker() const override { return true; }

 private:
  const OutsideModule* find(std::string_view specifier, std::string_view referrer) const;

  std::shared_ptr<Bundle> bundle_;
  OnRead onRead_;
};

}  // namespace lathe::cli
