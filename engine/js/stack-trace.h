#pragma once

#include <string>

#include "engine/js/lock.h"

namespace lathe::js {

// The first place in a script of the user's, as "module:line:column"; empty when there is none.
std::string firstPlace(Lock& js, v8::Local<v8::StackTrace> stack);

// From here on the stacks of errors made in this isolate leave out the frames of the built-in
// JavaScript, which are no scripts of users. `Error.prepareStackTrace` of a script works as ever.
void hideBuiltinFrames(v8::Isolate* isolate);

}  // namespace lathe::js
