#pragma once

#include <string>

#include "engine/js/error.h"

namespace lathe::worker {

// An exception as a person wants to read it: as console would show it, with stack, causes and own
// properties; a value that is no error as it is. `hooks` leads to the built-in JavaScript. Never
// throws, whatever the script has done to the object.
std::string exceptionText(js::Lock& js, v8::Local<v8::Object> hooks,
                          v8::Local<v8::Value> exception);

// The same exception, fit to leave its script.
js::RemoteException toRemote(js::Lock& js, v8::Local<v8::Object> hooks,
                             v8::Local<v8::Value> exception);

// What a C++ exception that ended an event says to people.
std::string exceptionText(const std::exception_ptr& error);

}  // namespace lathe::worker
