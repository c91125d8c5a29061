#include "cli/define.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/config-file.h"
#include "cli/json-text.h"

namespace lathe::cli {

namespace {

// Characters outside ASCII are taken for letters.
bool isIdentifier(std::string_view text) {
  auto isLetter = [](unsigned char c) {
    return std::isalpha(c) || c == '_' || c == '$' || c >= 0x80;
  };
  return !text.empty() && isLetter(text.front()) &&
         std::ranges::all_of(text, [&](unsigned char c) { return isLetter(c) || std::isdigit(c); });
}

// The parts of a name such as `process.env.MODE`; nothing when it is none.
std::optional<std::vector<std::string>> partsOf(std::string_view name) {
  std::vector<std::string> parts;
  for (;;) {
    std::size_t dot = name.find('.');
    parts.emplace_back(name.substr(0, dot));
    if (!isIdentifier(parts.back())) return std::nullopt;
    if (dot == name.npos) return parts;
    name.remove_prefix(dot + 1);
  }
}

}  // namespace

Define readDefine(const std::string& name, const std::string& value, const std::string& where) {
  auto path = partsOf(name);
  if (!path) {
    throw ConfigError(where + ": " + shortlyQuoted(name) +
                      " cannot be defined: it is no name, such as MODE or process.env.MODE");
  }
  const bool ofMeta = path->size() > 2 && path->front() == "import" && (*path)[1] == "meta";
  if ((path->front() == "import" && !ofMeta) || path->front() == "this") {
    throw ConfigError(where + ": not implemented in lathe: a define of " + name);
  }
  if (nlohmann::json::accept(value) || partsOf(value)) return {name, value};
  throw ConfigError(where + ": the value of " + name + ", " + shortlyQuoted(value) +
                    ", is neither JSON nor a name; a text needs quotes of its own, such as \"" +
                    R"(\"production\")" + "\"");
}

}  // namespace lathe::cli
