#include "engine/js/bindings.h"

#include "engine/js/builtins-source.h"

namespace lathe::js {

std::vector<std::intptr_t> externalReferences(const Bindings& bindings,
                                              const Compatibility& compatibility,
                                              BuiltinsSource& source) {
  std::vector<std::intptr_t> references;
  for (const auto& entry : bindings.interfaces) entry.collect(references, compatibility);
  for (const auto& entry : bindings.globals) {
    references.push_back(reinterpret_cast<std::intptr_t>(entry.callback));
  }
  for (const auto& entry : bindings.natives) {
    references.push_back(reinterpret_cast<std::intptr_t>(entry.callback));
  }
  references.push_back(reinterpret_cast<std::intptr_t>(&source));
  references.push_back(0);
  return references;
}

}  // namespace lathe::js
