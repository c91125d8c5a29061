#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/worker/worker-source.h"

namespace lathe::cli {

// One of wrangler's `rules`: what kind of module the files are whose name matches one of `globs`.
struct ModuleRule {
  worker::ModuleType type;
  std::vector<std::string> globs;
  // Whether later rules for the same type, and wrangler's own, are asked too.
  bool fallthrough = false;
};

// Whether `name` matches: `**/` is any number of folders, `*` any characters but a slash, and
// everything else itself. A glob without a slash is matched against the last part of the name.
bool matchesGlob(std::string_view name, std::string_view glob);

// The rule as a configuration has it.
std::string textOf(const ModuleRule& rule);

// Which type of module a file is, by the user's rules and then by wrangler's.
class ModuleRules {
 public:
  explicit ModuleRules(std::vector<ModuleRule> rules = {});

  // The type of the module called `name`, a path with forward slashes; the first rule that matches
  // decides. Nothing when none does.
  std::optional<worker::ModuleType> typeOf(std::string_view name) const;

  // A rule that `name` matches and that is not asked, because `before` for the same type does not
  // say `fallthrough`.
  struct Ended {
    ModuleRule rule;
    ModuleRule before;
  };
  // The first of them, or null.
  const Ended* endedFor(std::string_view name) const;

  // Those of them that a bundler goes by, too: without what scripts and JSON are anyway.
  std::span<const ModuleRule> named() const { return {rules_.data(), named_}; }
  std::optional<worker::ModuleType> namedTypeOf(std::string_view name) const;

 private:
  static std::optional<worker::ModuleType> typeBy(std::span<const ModuleRule> rules,
                                                  std::string_view name);

  std::vector<ModuleRule> rules_;
  std::vector<Ended> ended_;
  std::size_t named_ = 0;
};

// The types by the names that configurations give them, and those names.
std::span<const std::string_view> moduleTypeNames();
worker::ModuleType moduleTypeNamed(std::string_view name);

}  // namespace lathe::cli
