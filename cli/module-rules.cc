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
  };
}

// What those files are that it reads by itself.
std::vector<ModuleRule> bundlersRules() {
  return {
      {ModuleType::esModule, {"**/*.js", "**/*.mjs"}},
      {ModuleType::commonJs, {"**/*.cjs"}},
      {ModuleType::json, {"**/*.json"}},
  };
}

// A glob as a row of parts, each of which takes some of a name.
struct GlobPart {
  enum class Kind {
    character,  // this one
    some,       // `*`: any but slashes
    folders,    // `**/`: nothing, or all up to a slash
    all,        // `**` at the end
  };
  Kind kind;
  char character = '\0';
};

std::vector<GlobPart> partsOf(std::string_view glob) {
  using enum GlobPart::Kind;
  std::vector<GlobPart> parts;
  while (!glob.empty()) {
    GlobPart part{character, glob.front()};
    std::size_t length = 1;
    if (glob.starts_with("**/")) {
      part.kind = folders;
      length = 3;
    } else if (glob == "**") {
      part.kind = all;
      length = 2;
    } else if (glob.front() == '*') {
      part.kind = some;
    }
    parts.push_back(part);
    glob.remove_prefix(length);
  }
  return parts;
}

// Goes through the name once, with all places of the glob in mind that it may be at: to try them
// one after the other takes twice as long with each star.
class GlobMatch {
 public:
  explicit GlobMatch(std::string_view glob) : parts_(partsOf(glob)) {}

  bool matches(std::string_view name) const {
    Places here = none();
    enter(here, 0);
    for (char c : name) {
      Places next = none();
      for (std::size_t i = 0; i < parts_.size(); ++i) {
        if (here.at[i] || here.within[i]) take(c, i, next);
      }
      here = std::move(next);
    }
    return here.at[parts_.size()];
  }

 private:
  // Before which parts it may be (the one behind the last is the end), and within which.
  struct Places {
    std::vector<bool> at;
    std::vector<bool> within;
  };
  Places none() const {
    return {std::vector<bool>(parts_.size() + 1), std::vector<bool>(parts_.size())};
  }

  // Stands before part `i`, and before those behind it that what comes before them may pass over.
  void enter(Places& places, std::size_t i) const {
    using enum GlobPart::Kind;
    while (!places.at[i]) {
      places.at[i] = true;
      if (i == parts_.size() || parts_[i].kind == character) return;
      ++i;
    }
  }

  void take(char c, std::size_t i, Places& next) const {
    using enum GlobPart::Kind;
    switch (parts_[i].kind) {
      case character:
        if (c == parts_[i].character) enter(next, i + 1);
        return;
      case some:
        if (c != '/') enter(next, i);
        return;
      case all:
        enter(next, i);
        return;
      case folders:
        // Once it has begun with a folder it ends behind a slash.
        next.within[i] = true;
        if (c == '/') enter(next, i + 1);
        return;
    }
  }

  std::vector<GlobPart> parts_;
};

bool matches(std::string_view name, const ModuleRule& rule) {
  return std::ranges::any_of(rule.globs,
                             [&](const std::string& glob) { return matchesGlob(name, glob); });
}

}  // namespace

bool matchesGlob(std::string_view name, std::string_view glob) {
  if (glob.starts_with("./")) glob.remove_prefix(2);
  if (glob.find('/') == std::string_view::npos) {
    std::size_t slash = name.rfind('/');
    if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  }
  return GlobMatch(glob).matches(name);
}

ModuleRules::ModuleRules(std::vector<ModuleRule> rules) {
  // A rule without `fallthrough` ends the rules for its type.
  std::vector<ModuleRule> last;
  auto add = [&](ModuleRule rule) {
    auto before = std::ranges::find(last, rule.type, &ModuleRule::type);
    if (before != last.end()) {
      ended_.push_back({std::move(rule), *before});
      return;
    }
    if (!rule.fallthrough && !isBundlersOwn(rule.type)) last.push_back(rule);
    rules_.push_back(std::move(rule));
  };
  for (ModuleRule& rule : rules) add(std::move(rule));
  for (ModuleRule& rule : wranglersRules()) add(std::move(rule));
  named_ = rules_.size();
  for (ModuleRule& rule : bundlersRules()) add(std::move(rule));
}

std::optional<ModuleType> ModuleRules::typeOf(std::string_view name) const {
  return typeBy(rules_, name);
}

std::optional<ModuleType> ModuleRules::namedTypeOf(std::string_view name) const {
  return typeBy(named(), name);
}

std::optional<ModuleType> ModuleRules::typeBy(std::span<const ModuleRule> rules,
                                              std::string_view name) {
  for (const ModuleRule& rule : rules) {
    if (matches(name, rule)) return rule.type;
  }
  return std::nullopt;
}

const ModuleRules::Ended* ModuleRules::endedFor(std::string_view name) const {
  auto found =
      std::ranges::find_if(ended_, [&](const Ended& each) { return matches(name, each.rule); });
  return found == ended_.end() ? nullptr : &*found;
}

std::string textOf(const ModuleRule& rule) {
  std::string text =
      "{ \"type\": \"" +
      std::string(kTypeNames[std::ranges::find(kTypes, rule.type) - std::begin(kTypes)]) +
      "\", \"globs\": [";
  for (std::size_t i = 0; i < rule.globs.size(); ++i) {
    text += (i == 0 ? "\"" : ", \"") + rule.globs[i] + "\"";
  }
  return text + "] }";
}

std::span<const std::string_view> moduleTypeNames() { return kTypeNames; }

ModuleType moduleTypeNamed(std::string_view name) {
  return kTypes[std::ranges::find(kTypeNames, name) - std::begin(kTypeNames)];
}

}  // namespace lathe::cli
