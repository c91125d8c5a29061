#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "engine/io/realm.h"
#include "engine/js/error.h"

namespace lathe::api {

// Calls into the built-in JavaScript; engine/builtins/main.js lists what there is. Throws in a
// context that belongs to no worker, as that of `lathe storage`.
inline v8::Local<v8::Value> callHook(js::Lock& js, std::string_view name,
                                     std::initializer_list<v8::Local<v8::Value>> arguments) {
  std::vector<v8::Local<v8::Value>> values(arguments);
  auto* realm = static_cast<io::Realm*>(
      js.context()->GetAlignedPointerFromEmbedderData(io::Realm::kContextSlot, js::kPointerTag));
  if (realm == nullptr) throw js::plainError("There is no worker.");
  auto hooks = realm->hooks();
  auto hook = js::check(hooks->Get(js.context(), js.name(name))).As<v8::Function>();
  return js::check(hook->Call(js.context(), hooks, static_cast<int>(values.size()), values.data()));
}

}  // namespace lathe::api
