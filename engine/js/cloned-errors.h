#pragma once

#include <string_view>

#include "engine/js/host-objects.h"

// V8 clones of an error its name, its message, its cause and its stack. Workers clone all that an
// error has of its own, so that goes with the value as a list.
namespace lathe::js {

// Whether a value in V8's wire format may have an error in it. A value that has none is now and
// then taken for one.
bool mayHoldErrors(std::string_view bytes);

// What the errors within `root` have beside what V8 clones: an array for restoreErrors, in which
// the errors themselves stand. Empty when they have nothing. Throws what getters throw.
v8::Local<v8::Array> describeErrors(Lock& js, v8::Local<v8::Object> root, ClonePurpose purpose);

// Gives the clones of errors back what the clone of that array says.
void restoreErrors(Lock& js, v8::Local<v8::Array> described);

}  // namespace lathe::js
