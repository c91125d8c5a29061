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
  // What a script may import by a specifier that it has computed: nothing but what is known anyway,
  // or also what lies below the base folder and has a type by the rules (wrangler's
  // `find_additional_modules`).
  enum class Additional { none, belowBaseDir };

  // `onRead` may be empty.
  ModuleFiles(MainScript main, std::filesystem::path baseDir, ModuleRules rules,
              std::vector<ModuleAlias> aliases = {}, OnRead onRead = {},
              Additional additional = Additional::none);

  worker::Module main() override;
  std::optional<worker::Module> load(std::string_view specifier,
                                     std::string_view referrer) override;
  std::optional<worker::Module> loadComputed(std::string_view specifier,
                                             std::string_view referrer) override;
  std::optional<std::string> nameOf(std::string_view specifier,
                                    std::string_view referrer) const override;
  bool mayBeServiceWorker() const override { return true; }

 private:
  worker::ModuleType mainType(const std::string& name) const;
  // Whether the file is one of the additional modules, by where it really is.
  bool isAdditional(const std::filesystem::path& path) const;

  MainScript main_;
  std::filesystem::path baseDir_;
  ModuleRules rules_;
  std::vector<ModuleAlias> aliases_;
  OnRead onRead_;
  Additional additional_;
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
  // The list is all there is.
  std::optional<worker::Module> loadComputed(std::string_view specifier,
                                             std::string_view referrer) override {
    return load(specifier, referrer);
  }
  std::optional<std::string> nameOf(std::string_view, std::string_view) const override {
    return std::nullopt;
  }
  bool mayBeServiceWorker() const override { return false; }

 private:
  worker::Module read(const ListedModule& module) const;

  std::vector<ListedModule> modules_;
  OnRead onRead_;
};

}  // namespace lathe::cli
