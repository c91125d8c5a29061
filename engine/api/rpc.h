#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/io/cause.h"
#include "engine/js/serializer.h"

// Method calls between workers. A call is a value from the start: it holds nothing of the script
// that made it. Functions and stubs among arguments and results are refused for now.
namespace lathe::api {

struct RpcCall {
  // The names that lead from the target to what is called or read.
  std::vector<std::string> path;
  // An array; nothing when a property is read.
  std::optional<js::SerializedValue> arguments;
  io::Cause cause;
};

struct RpcResult {
  js::SerializedValue value;
};

// What a call carries of an argument list or a result. Throws DataCloneError for what it cannot:
// beside what structured cloning refuses these are instances of classes.
js::SerializedValue serializeForCall(js::Lock& js, v8::Local<v8::Value> value);

}  // namespace lathe::api
