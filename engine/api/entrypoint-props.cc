#include "engine/api/entrypoint-props.h"

#include "engine/api/rpc.h"
#include "engine/js/error.h"

namespace lathe::api {

v8::Local<v8::Value> toJs(js::Lock& js, const EntrypointProps& props) {
  if (auto* json = std::get_if<std::string>(&props)) {
    return js::check(v8::JSON::Parse(js.context(), js.string(*json)));
  }
  return js::deserialize(js, std::get<js::SerializedValue>(props));
}

}  // namespace lathe::api
