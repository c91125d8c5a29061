#pragma once

#include <memory>
#include <string>
#include <variant>

#include "engine/js/serializer.h"

namespace lathe::api {

// What `ctx.props` is made from, anew for every event: JSON text from a configuration, or a value
// that a worker gave. They belong to the binding through which an entry point is reached, so that a
// handler can trust them.
using EntrypointProps = std::variant<std::string, js::SerializedValue>;

// An entry point of a worker, as bindings lead to it.
struct EntrypointTarget {
  std::string name;                              // empty: the default export
  std::shared_ptr<const EntrypointProps> props;  // null: an empty object
};

// A new value in the current context.
v8::Local<v8::Value> toJs(js::Lock& js, const EntrypointProps& props);

}  // namespace lathe::api
