#include "cli/modules/bundle-plugins.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "cli/modules/additional-modules.h"
#include "cli/modules/node-module-names.h"
#include "engine/compatibility.h"

namespace lathe::cli {

namespace fs = std::filesystem;

using worker::ModuleType;

namespace {

// By these numbers esbuild tells which of the patterns has matched.
enum Callback : int { kAlias = 1, kRule = 2, kRuntime = 3, kWrapped = 4, kListed = 5 };

// Where a module of ours lies that gives `require()` what only an import can give.
constexpr const char* kWrapper = "lathe-require";

// Marks a question that comes from ourselves.
constexpr int kOwnQuestion = 1;

constexpr const char* kPluginName = "lathe";

// The text as part of a regular expression.
std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}/-").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// As wrangler makes a pattern of a glob for specifiers: a star stands for anything, slashes
// included.
std::string patternOf(std::string_view glob) {
  std::string pattern = "^";
  for (std::size_t at = 0; at < glob.size(); ++at) {
    if (glob[at] != '*') {
      pattern += escaped(glob.substr(at, 1));
      continue;
    }
    while (at + 1 < glob.size() && glob[at + 1] == '*') ++at;
    pattern += ".*";
  }
  return pattern + "$";
}

// The same without a regular expression.
bool matchesAnywhere(std::string_view text, std::string_view glob) {
  while (!glob.empty() && glob.front() != '*') {
    if (text.empty() || text.front() != glob.front()) return false;
    text.remove_prefix(1);
    glob.remove_prefix(1);
  }
  if (glob.empty()) return text.empty();
  while (!glob.empty() && glob.front() == '*') glob.remove_prefix(1);
  for (;; text.remove_prefix(1)) {
    if (matchesAnywhere(text, glob)) return true;
    if (text.empty()) return false;
  }
}

std::string textOf(const EsbuildValue& value, const char* key) {
  auto found = value.find(key);
  return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

EsbuildValue pattern(int id, std::string filter, const char* space = "") {
  return {{"id", id}, {"filter", std::move(filter)}, {"namespace", space}};
}

bool isScript(ModuleType type) {
  return type == ModuleType::esModule || type == ModuleType::commonJs;
}

// The rules that keep files outside of a bundle.
std::vector<ModuleRule> rulesOf(const Config& config) {
  std::vector<ModuleRule> rules;
  for (const ModuleRule& rule : config.rules.named()) {
    // esbuild reads JSON itself, and scripts unless they are to be modules of their own.
    if (rule.type == ModuleType::json) continue;
    if (isScript(rule.type) && !config.bundle.findAdditionalModules) continue;
    rules.push_back(rule);
  }
  return rules;
}

}  // namespace

// What esbuild wants to know about an import.
struct BundlePlugins::Question {
  explicit Question(const EsbuildValue& request)
      : path(textOf(request, "path")),
        importer(textOf(request, "importer")),
        space(textOf(request, "namespace")),
        folder(textOf(request, "resolveDir")),
        kind(textOf(request, "kind")) {}

  bool isRequire() const { return kind == "require-call"; }

  std::string path;
  std::string importer;
  std::string space;
  std::string folder;
  std::string kind;
};

BundlePlugins::BundlePlugins(const Config& config, EsbuildService& service, int key)
    : config_(config), service_(service), key_(key), rules_(rulesOf(config)) {}

EsbuildValue BundlePlugins::describe(const Config& config, bool listing) {
  EsbuildValue onResolve = EsbuildValue::array();
  if (!config.aliases.empty()) {
    std::string names;
    for (const ModuleAlias& alias : config.aliases) {
      names += (names.empty() ? "" : "|") + escaped(alias.specifier);
    }
    onResolve.push_back(pattern(kAlias, "^(?:" + names + ")$"));
  }
  std::string globs;
  for (const ModuleRule& rule : rulesOf(config)) {
    for (const std::string& glob : rule.globs) {
      globs += (globs.empty() ? "" : "|") + patternOf(glob);
    }
  }
  if (!globs.empty()) onResolve.push_back(pattern(kRule, globs));
  onResolve.push_back(pattern(kRuntime, runtimeModulePattern()));
  onResolve.push_back(pattern(kWrapped, ".*", kWrapper));
  EsbuildValue onLoad = EsbuildValue::array({pattern(kWrapped, ".*", kWrapper)});
  if (listing) onLoad.push_back(pattern(kListed, ".*", "file"));
  return {{"name", kPluginName},
          {"onStart", true},
          {"onEnd", false},
          {"onResolve", std::move(onResolve)},
          {"onLoad", std::move(onLoad)}};
}

void BundlePlugins::answer(EsbuildValue request, const EsbuildService::Reply& reply) {
  std::string command = textOf(request, "command");
  if (command == "on-start") {
    outside_.clear();
    additional_.clear();
    if (config_.bundle.findAdditionalModules) {
      for (OutsideModule& module : additionalModules(config_)) {
        additional_.insert(module.path);
        outside_.push_back(std::move(module));
      }
    }
    return reply({{"errors", EsbuildValue::array()}, {"warnings", EsbuildValue::array()}});
  }
  if (command == "on-load") return load(request, reply);
  auto data = request.find("pluginData");
  bool own = data != request.end() && data->is_number() && data->get<int>() == kOwnQuestion;
  if (command != "on-resolve" || own) return reply(EsbuildValue::object());

  Question question(request);
  // What the module of ours imports is known already.
  if (question.space == kWrapper) {
    return reply({{"id", kWrapped}, {"path", question.path}, {"external", true}});
  }
  for (const EsbuildValue& id : request["ids"]) {
    switch (id.get<int>()) {
      case kAlias:
        return resolveAlias(question, reply);
      case kRule:
        return resolveByRule(question, reply);
      case kRuntime:
        return resolveRuntime(question, reply);
    }
  }
  reply(EsbuildValue::object());
}

void BundlePlugins::ask(const Question& question, const std::string& specifier,
                        const std::string& folder, EsbuildService::OnAnswer onAnswer) {
  service_.send({{"command", "resolve"},
                 {"key", key_},
                 {"path", specifier},
                 {"pluginName", kPluginName},
                 {"importer", question.importer},
                 {"namespace", question.space},
                 {"resolveDir", folder},
                 {"kind", question.kind},
                 {"pluginData", kOwnQuestion}},
                std::move(onAnswer));
}

namespace {

// What esbuild has found, as our answer.
EsbuildValue foundAnswer(int id, EsbuildValue answer) {
  EsbuildValue out = {{"id", id}};
  for (const char* key : {"path", "namespace", "suffix", "external", "sideEffects", "errors"}) {
    if (answer.contains(key) && !answer[key].is_null()) out[key] = std::move(answer[key]);
  }
  return out;
}

bool isFound(const EsbuildValue& answer) {
  auto errors = answer.find("errors");
  return (errors == answer.end() || errors->empty()) && !textOf(answer, "path").empty();
}

}  // namespace

void BundlePlugins::resolveAlias(const Question& question, const EsbuildService::Reply& reply) {
  auto alias = std::ranges::find(config_.aliases, question.path, &ModuleAlias::specifier);
  if (alias == config_.aliases.end()) return reply(EsbuildValue::object());
  std::string target = alias->path.empty() ? alias->package : alias->path.string();
  if (alias->path.empty() && isRuntimeModuleName(target)) {
    Question renamed = question;
    renamed.path = target;
    return reply(outsideAnswer(renamed, target));
  }
  // From the project's folder, whoever imports it.
  ask(question, target, config_.folder.string(), [reply, question, target](EsbuildValue answer) {
    if (isFound(answer)) return reply(foundAnswer(kAlias, std::move(answer)));
    std::string text =
        "Could not resolve \"" + target + "\", the alias of \"" + question.path + "\"";
    reply({{"id", kAlias},
           {"errors", EsbuildValue::array({{{"id", ""},
                                            {"pluginName", ""},
                                            {"text", std::move(text)},
                                            {"location", nullptr},
                                            {"notes", EsbuildValue::array()},
                                            {"detail", -1}}})}});
  });
}

// ---- Files that are modules of their own ----

const ModuleRule* BundlePlugins::ruleFor(std::string_view specifier) const {
  for (const ModuleRule& rule : rules_) {
    for (const std::string& glob : rule.globs) {
      if (matchesAnywhere(specifier, glob)) return &rule;
    }
  }
  return nullptr;
}

EsbuildValue BundlePlugins::keepOutside(const Question& question, const fs::path& path,
                                        ModuleType type) {
  OutsideModule module;
  module.path = path;
  module.type = type;
  module.name = path.lexically_relative(config_.baseDir).generic_string();
  module.specifier = module.name.starts_with("../") ? module.name : "./" + module.name;
  EsbuildValue answer = outsideAnswer(question, module.specifier);
  answer["watchFiles"] = EsbuildValue::array({path.string()});
  if (std::ranges::find(outside_, module) == outside_.end()) outside_.push_back(std::move(module));
  return answer;
}

void BundlePlugins::resolveByRule(const Question& question, const EsbuildService::Reply& reply) {
  const ModuleRule* rule = ruleFor(question.path);
  if (!rule || question.kind == "entry-point") return reply(EsbuildValue::object());
  std::string specifier = question.path.substr(0, question.path.find('?'));
  fs::path path = (fs::path(question.folder) / specifier).lexically_normal();
  if (additional_.contains(path)) return reply(keepOutside(question, path, rule->type));
  if (isScript(rule->type)) return reply(EsbuildValue::object());
  std::error_code error;
  if (specifier.starts_with('.') && fs::is_regular_file(path, error)) {
    return reply(keepOutside(question, path, rule->type));
  }
  ask(question, specifier, question.folder,
      [this, question, reply, type = rule->type](EsbuildValue answer) {
        if (isFound(answer) && textOf(answer, "namespace") == "file") {
          return reply(keepOutside(question, textOf(answer, "path"), type));
        }
        reply(EsbuildValue::object());
      });
}

// ---- What the runtime provides ----

EsbuildValue BundlePlugins::outsideAnswer(const Question& question,
                                          const std::string& specifier) const {
  if (!question.isRequire()) {
    return {{"id", kRuntime}, {"path", specifier}, {"external", true}};
  }
  return {{"id", kRuntime}, {"path", specifier}, {"namespace", kWrapper}};
}

void BundlePlugins::resolveRuntime(const Question& question, const EsbuildService::Reply& reply) {
  bool prefixed = question.path.find(':') != std::string::npos;
  if (prefixed || config_.compatibility.has(Flag::NodejsCompat)) {
    return reply(outsideAnswer(question, question.path));
  }
  // Without Node's modules, a package of the name comes first.
  ask(question, question.path, question.folder, [this, question, reply](EsbuildValue answer) {
    // What it finds it finds again, also when that is nothing by a package's wish.
    reply(isFound(answer) ? EsbuildValue::object() : outsideAnswer(question, question.path));
  });
}

void BundlePlugins::load(const EsbuildValue& request, const EsbuildService::Reply& reply) {
  if (textOf(request, "namespace") != kWrapper) {
    listed_.emplace_back(textOf(request, "path"));
    return reply(EsbuildValue::object());
  }
  EsbuildValue specifier = textOf(request, "path");
  std::string text = "import outside from " + specifier.dump() + ";\nmodule.exports = outside;\n";
  reply({{"id", kWrapped}, {"contents", esbuildBytes(text)}, {"loader", "js"}});
}

}  // namespace lathe::cli
