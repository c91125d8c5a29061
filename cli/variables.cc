#include "cli/variables.h"

#include <cstddef>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "cli/json-text.h"
#include "cli/local-variables.h"

namespace lathe::cli {

using worker::Binding;

namespace {

// The variables of a configuration while they are collected.
class Variables {
 public:
  explicit Variables(Config& config) : config_(config) {}

  void set(Binding binding, VariableOrigin origin) {
    auto [place, isNew] = places_.emplace(origin.name, config_.variables.size());
    if (isNew) {
      config_.variables.push_back(std::move(origin));
      config_.bindings.push_back(std::move(binding));
    } else {
      config_.variables[place->second] = std::move(origin);
      config_.bindings[place->second] = std::move(binding);
    }
  }

 private:
  Config& config_;
  std::unordered_map<std::string, std::size_t> places_;
};

void addConfigured(Variables& variables, const ConfigNode& vars) {
  for (const ConfigNode& node : vars.members()) {
    Binding binding{node.key(), Binding::Json{}};
    if (node.value().kind == JsonValue::Kind::string) {
      binding.value = Binding::Text{node.value().text};
    } else {
      binding.value = Binding::Json{toJson(node.value())};
    }
    variables.set(std::move(binding), {node.key(), node.file().at(node.place()), true});
  }
}

}  // namespace

void readVariables(Config& config, const std::optional<ConfigNode>& vars,
                   const std::optional<ConfigNode>& secrets, const ProjectChoice& choice,
                   const std::filesystem::path& folder) {
  Variables variables(config);
  if (vars) addConfigured(variables, *vars);
  LocalVariableFiles files{folder, choice.environment, choice.envFiles, std::nullopt};
  if (secrets) {
    auto required = secrets->member("required");
    files.required = required ? required->texts() : std::vector<std::string>();
  }
  LocalVariables local = readLocalVariables(files);
  for (LocalVariable& variable : local.variables) {
    Binding binding{variable.name, Binding::Text{std::move(variable.value)}};
    variables.set(std::move(binding), {variable.name, std::move(variable.source)});
  }
  for (const auto& [name, value] : choice.variables) {
    variables.set({name, Binding::Text{value}}, {name, "--var"});
  }
  config.files.insert(config.files.end(), local.files.begin(), local.files.end());
  for (std::string& line : local.warnings) config.warnings.push_back(std::move(line));
}

void dropShadowedVariables(Config& config) {
  std::unordered_set<std::string> others;
  for (const auto& binding : std::span(config.bindings).subspan(config.variables.size())) {
    others.insert(binding.name);
  }
  auto shadowed = [&](const VariableOrigin& variable) {
    return !variable.ofConfig && others.contains(variable.name);
  };
  // Each variable has a binding at its own place.
  std::size_t at = 0;
  std::erase_if(config.bindings, [&](const Binding&) {
    const std::size_t place = at++;
    return place < config.variables.size() && shadowed(config.variables[place]);
  });
  std::erase_if(config.variables, [&](const VariableOrigin& variable) {
    if (!shadowed(variable)) return false;
    config.warnings.push_back(variable.source + ": \"" + variable.name +
                              "\" gives way to the binding of that name");
    return true;
  });
}

}  // namespace lathe::cli
