#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lathe::elf {

// Some C++ namespaces, to tell what is in them by its mangled name.
class Namespaces {
 public:
  Namespaces() = default;
  // `list` is such as "node,v8::internal".
  explicit Namespaces(std::string_view list);

  // Whether a mangled name is of something in one of the namespaces, or local to a function there.
  bool contain(std::string_view name) const;

 private:
  std::vector<std::string> prefixes_;  // as they stand in mangled names: "2v88internal"
};

}  // namespace lathe::elf
