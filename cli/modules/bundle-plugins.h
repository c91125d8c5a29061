#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config.h"
#include "cli/modules/esbuild-service.h"
#include "cli/modules/outside-module.h"

namespace lathe::cli {

// Answers esbuild's questions during the builds of one worker: what an alias leads to, which files
// are modules of their own by the rules, what the runtime provides.
class BundlePlugins {
 public:
  // `config` and `service` outlive this. `key` is the build's.
  BundlePlugins(const Config& config, EsbuildService& service, int key);

  // What the request for a build says about those of a worker. `listing` are builds that fail, and
  // are only to tell which files they have come to.
  static EsbuildValue describe(const Config& config, bool listing = false);

  // Answers "on-start", "on-resolve" and "on-load".
  void answer(EsbuildValue request, const EsbuildService::Reply& reply);

  // What was found to stay outside since the build began, without doubles.
  const std::vector<OutsideModule>& outside() const { return outside_; }
  // What a listing build has come to.
  const std::vector<std::filesystem::path>& listed() const { return listed_; }

 private:
  struct Question;
  void resolve(const Question& question, const EsbuildService::Reply& reply);
  void resolveAlias(const Question& question, const EsbuildService::Reply& reply);
  void resolveByRule(const Question& question, const EsbuildService::Reply& reply);
  void resolveRuntime(const Question& question, const EsbuildService::Reply& reply);
  void load(const EsbuildValue& request, const EsbuildService::Reply& reply);
  // Asks esbuild where a specifier leads, past these plugins.
  void ask(const Question& question, const std::string& specifier, const std::string& folder,
           EsbuildService::OnAnswer onAnswer);
  // The answer for a module that stays outside.
  EsbuildValue outsideAnswer(const Question& question, const std::string& specifier) const;
  const ModuleRule* ruleFor(std::string_view specifier) const;
  EsbuildValue keepOutside(const Question& question, const std::filesystem::path& path,
                           worker::ModuleType type);

  const Config& config_;
  EsbuildService& service_;
  int key_;
  std::vector<ModuleRule> rules_;
  std::vector<OutsideModule> outside_;
  std::set<std::filesystem::path> additional_;
  std::vector<std::filesystem::path> listed_;
};

}  // namespace lathe::cli
