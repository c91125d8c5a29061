#pragma once

#include <string>

#include <v8.h>

namespace lathe::worker {

// Where in the script the call comes from that has led to here, such as "worker.js:12:5"; empty
// when that is not on the stack.
std::string callerPlace(v8::Isolate* isolate);

}  // namespace lathe::worker
