#include "cli/module-rules.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace lathe::cli {

using worker::ModuleType;

namespace {

constexpr std::string_view kTypeNames[] = {"ESModule", "CommonJS",     "Text",
                                           "Data",     "CompiledWasm", "JSON"};
constexpr ModuleType kTypes[] = {ModuleType::esModule, ModuleType::commonJs,     ModuleType::text,
                                 ModuleType::data,     ModuleType::compiledWasm, ModuleType::json};
static_assert(std::size(kTypeNames) == std::size(kTypes));

// Scripts and JSON are what wrangler's bundler reads by itself, whatever the rules say.
bool isBundlersOwn(ModuleType type) {
  return type == ModuleType::esModule || type == ModuleType::commonJs || type == ModuleType::json;
}

std::vector<ModuleRule> wranglersRules() {
  return {
      {ModuleType::text, {"**/*.txt", "**/*.html", "**/*.sql"}},
      {ModuleType::data, {"**/*.bin"}},
      {ModuleType::compiledWasm, {"**/*.wasm", "**/*.wasm?module"}},
      {ModuleType::esModule, {"**/*.js", "**/*.mjs"}},
      {ModuleType::commonJs, {"**/*.cjs"}},
      {ModuleType::json, {"**/*.json"}},
  };
}

bool matchesWhole(std::string_view name, std::string_view glob) {
  if (glob.empty()) return name.empty();
  if (glob.starts_with("**/")) {
    std::string_view rest = glob.substr(3);
    for (;;) {
      if (matchesWhole(name, rest)) return true;
      std::size_t slash = name.find('/');
      if (slash == std::string_view::npos) return false;
      name.remove_prefix(slash + 1);
    }
  }
  if (glob == "**") return true;
  if (glob.front() == '*') {
    std::string_view rest = glob.substr(1);
    for (;;) {
      if (matchesWhole(name, rest)) return true;
      if (name.empty() || name.front() == '/') return false;
      name.remove_prefix(1);
    }
  }
  return !name.empty() && name.front() == glob.front() &&
         matchesWhole(name.substr(1), glob.substr(1));
}

}  // namespace

bool matchesGlob(std::string_view name, std::string_view glob) {
  if (glob.starts_with("./")) glob.remove_prefix(2);
  if (glob.find('/') == std::string_view::npos) {
    std::size_t slash = name.rfind('/');
    if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  }
  return matchesWhole(name, glob);
}

ModuleRules::ModuleRules(std::vector<ModuleRule> rules) {
  // A rule without `fallthrough` ends the rules for its type.
  std::vector<ModuleType> ended;
  auto add = [&](ModuleRule rule) {
    if (std::ranges::find(ended, rule.type) != ended.end()) return;
    if (!rule.fallthrough && !isBundlersOwn(rule.type)) ended.push_back(rule.type);
    rules_.push_back(std::move(rule));
  };
  for (ModuleRule& rule : rules) add(std::move(rule));
  for (ModuleRule& rule : wranglersRules()) add(std::move(rule));
}

std::optional<ModuleType> ModuleRules::typeOf(std::string_view name) const {
  for (const ModuleRule& rule : rules_) {
    for (const std::string& glob : rule.globs) {
      if (matchesGlob(name, glob)) return rule.type;
    }
  }
  return std::nullopt;
}

std::span<const std::string_view> moduleTypeNames() { return kTypeNames; }

ModuleType moduleTypeNamed(std::string_view name) {
  return kTypes[std::ranges::find(kTypeNames, name) - std::begin(kTypeNames)];
}

}  // namespace lathe::cli
