#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config.h"
#include "cli/module-rules.h"
#include "cli/source-files.h"
#include "engine/worker/worker-source.h"

namespace lathe::cli {

// The modules of a worker as files. A module is called by its path from the base folder, with
// forward slashes, and imports others by paths relative to itself, exactly as the files are
// spelled: nothing is appended, no package is searched. A specifier that has an alias leads to the
// file of the alias, wherever it is imported.
class ModuleFiles final : public worker::ModuleLoader {
 public:
  // `onRead` may be empty.
  ModuleFiles(MainScript main, std::filesystem::path baseDir, ModuleRules rules,
              std::vector<ModuleAlias> aliases = {}, OnRead onRead = {});

  worker::Module main() override;
  std::optional<worker::Module> load(std::string_view specifier,
                                     std::string_view referrer) override;
  bool mayBeServiceWorker() const override { return true; }

 private:
  worker::ModuleType mainType(const std::string& name) const;

  MainScript main_;
  std::filesystem::path baseDir_;
  ModuleRules rules_;
  std::vector<ModuleAlias> aliases_;
  OnRead onRead_;
};

// The modules that a configuration lists one by one; the first is the main one. A specifier is a
// name of the list, or a path that leads to one from the name of the module that imports it.
class ListedModules final : public worker::ModuleLoader {
 public:
  // There is at least one. `onRead` may be empty.
  explicit ListedModules(std::vector<ListedModule> modules, OnRead onRead = {});

  worker::Module main() override;
  std::optional<worker::Module> load(std::string_view specifier,
                                     std::string_view referrer) override;
  bool mayBeServiceWorker() const override { return false; }

 private:
  worker::Module read(const ListedModule& module) const;

  std::vector<ListedModule> modules_;
  OnRead onRead_;
};

}  // namespace lathe::cli
