#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/js/lock.h"
#include "engine/js/source-map.h"

namespace lathe::js {

// Finds the source map of the script of a name; null when it has none. The map outlives the call.
using FindSourceMap = std::function<const SourceMap*(std::string_view script)>;

// The place that a place in a script comes from, as "name:line:column"; the place itself where no
// map tells.
std::string originalPlace(std::string_view script, int line, int column,
                          const FindSourceMap& findSourceMap);

// The first place in a script of the user's, as "module:line:column", where its code comes from;
// empty when there is none.
std::string firstPlace(Lock& js, v8::Local<v8::StackTrace> stack,
                       const FindSourceMap& findSourceMap);

// The stack of `error` as V8 would write it, without the frames of the built-in JavaScript where
// these are hidden, with the places that code comes from. `sites` are what V8 hands to who writes a
// stack. A function `Error.prepareStackTrace` of the script's goes before, and gets the sites as
// they are. Throws what JavaScript throws.
v8::Local<v8::Value> stackText(Lock& js, v8::Local<v8::Value> error, v8::Local<v8::Array> sites,
                               bool hideBuiltins, const FindSourceMap& findSourceMap);

// From here on the stacks of errors made in this isolate leave out the frames of the built-in
// JavaScript, which are no scripts of users. `Error.prepareStackTrace` of a script works as ever.
void hideBuiltinFrames(v8::Isolate* isolate);

}  // namespace lathe::js
