#include "cli/bindings-table.h"

#include <algorithm>
#include <variant>

#include "engine/shown-text.h"

namespace lathe::cli {

namespace {

using worker::Binding;

struct Kind {
  const Config& config;

  std::string operator()(const Binding::Text&) const { return "text"; }
  std::string operator()(const Binding::Json&) const { return "JSON"; }
  std::string operator()(const Binding::Service& service) const {
    std::string text = "service " + service.worker;
    return service.entrypoint.empty() ? text : text + " (" + service.entrypoint + ")";
  }
  std::string operator()(const Binding::Actors& actors) const {
    std::string text = "Durable Objects of " + actors.className;
    return actors.worker == config.name ? text : text + " (of " + actors.worker + ")";
  }
  std::string operator()(const Binding::Unsupported& unsupported) const {
    return "not available: " + unsupported.what;
  }
};

}  // namespace

std::string bindingsTable(const Config& config, bool colors) {
  std::size_t width = 0;
  auto nameOf = [](const Binding& binding) { return shownText(binding.name); };
  for (const auto& binding : config.bindings) width = std::max(width, nameOf(binding).size());
  std::string table;
  for (const auto& binding : config.bindings) {
    std::string kind = shownText(std::visit(Kind{config}, binding.value));
    std::string name = nameOf(binding);
    table += "  env." + name + std::string(width - name.size() + 2, ' ');
    table += (colors ? "\x1b[2m" + kind + "\x1b[0m" : kind) + "\n";
  }
  return table;
}

}  // namespace lathe::cli
