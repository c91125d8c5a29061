#include "cli/bindings-table.h"

#include <algorithm>
#include <variant>

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
  for (const auto& binding : config.bindings) width = std::max(width, binding.name.size());
  std::string table;
  for (const auto& binding : config.bindings) {
    std::string kind = std::visit(Kind{config}, binding.value);
    table += "  env." + binding.name + std::string(width - binding.name.size() + 2, ' ');
    table += (colors ? "\x1b[2m" + kind + "\x1b[0m" : kind) + "\n";
  }
  return table;
}

}  // namespace lathe::cli
