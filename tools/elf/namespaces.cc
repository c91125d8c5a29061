#include "tools/elf/namespaces.h"

#include <algorithm>

#include "tools/elf/elf-image.h"

namespace lathe::elf {

Namespaces::Namespaces(std::string_view list) {
  for (const std::string& each : split(list)) {
    std::string_view name = each;
    std::string& prefix = prefixes_.emplace_back();
    while (!name.empty()) {
      const std::string_view part = name.substr(0, name.find("::"));
      name.remove_prefix(std::min(name.size(), part.size() + 2));
      prefix.append(std::to_string(part.size())).append(part);
    }
  }
}

bool Namespaces::contain(std::string_view name) const {
  if (!name.starts_with("_Z")) return false;
  name.remove_prefix(2);
  // A guard variable, a local of a function, a nested name, a const member function: each in front.
  for (const std::string_view mark : {"GV", "Z", "N", "K"}) {
    if (name.starts_with(mark)) name.remove_prefix(mark.size());
  }
  return std::ranges::any_of(prefixes_,
                             [&](const std::string& prefix) { return name.starts_with(prefix); });
}

}  // namespace lathe::elf
