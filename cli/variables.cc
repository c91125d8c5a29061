#include "cli/variables.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cli/json-text.h"
#include "cli/local-variables.h"

namespace lathe::cli {

using worker::Binding;

namespace {

void set(Config& config, Binding binding, VariableOrigin origin) {
  auto same = std::ranges::find(config.variables, origin.name, &VariableOrigin::name);
  if (same == config.variables.end()) {
    config.variables.push_back(std::move(origin));
    config.bindings.push_back(std::move(binding));
  } else {
    auto index = static_cast<std::size_t>(same - config.variables.begin());
    *same = std::move(origin);
    config.bindings[index] = std::move(binding);
  }
}

void addConfigured(Config& config, const ConfigNode& vars) {
  for (const ConfigNode& node : vars.members()) {
    Binding binding{node.key(), Binding::Json{}};
    if (node.value().kind == JsonValue::Kind::string) {
      binding.value = Binding::Text{node.value().text};
    } else {
      binding.value = Binding::Json{toJson(node.value())};
    }
    set(config, std::move(binding), {node.key(), node.file().at(node.place()), true});
  }
}

}  // namespace

void readVariables(Config& config, const std::optional<ConfigNode>& vars,
                   const std::optional<ConfigNode>& secrets, const ProjectChoice& choice,
                   const std::filesystem::path& folder) {
  if (vars) addConfigured(config, *vars);
  LocalVariableFiles files{folder, choice.environment, choice.envFiles, std::nullopt};
  if (secrets) {
    auto required = secrets->member("required");
    files.required = required ? required->texts() : std::vector<std::string>();
  }
  LocalVariables local = readLocalVariables(files);
  for (LocalVariable& variable : local.variables) {
    Binding binding{variable.name, Binding::Text{std::move(variable.value)}};
    set(config, std::move(binding), {variable.name, std::move(variable.source)});
  }
  for (const auto& [name, value] : choice.variables) {
    set(config, {name, Binding::Text{value}}, {name, "--var"});
  }
  config.files.insert(config.files.end(), local.files.begin(), local.files.end());
  for (std::string& line : local.warnings) config.warnings.push_back(std::move(line));
}

void dropShadowedVariables(Config& config) {
  for (std::size_t i = 0; i < config.variables.size();) {
    const VariableOrigin& variable = config.variables[i];
    auto others = std::span(config.bindings).subspan(config.variables.size());
    bool shadowed = std::ranges::find(others, variable.name, &Binding::name) != others.end();
    if (variable.ofConfig || !shadowed) {
      ++i;
      continue;
    }
    config.warnings.push_back(variable.source + ": \"" + variable.name +
                              "\" gives way to the binding of that name");
    config.bindings.erase(config.bindings.begin() + static_cast<std::ptrdiff_t>(i));
    config.variables.erase(config.variables.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

}  // namespace lathe::cli
