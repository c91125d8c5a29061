#pragma once

#include "engine/js/lock.h"

// Objects whose interfaces are written in JavaScript look to V8 like any other: their prototypes
// carry a mark that scripts cannot see.
namespace lathe::js {

// Marks the objects of `prototypes`, an array. While the snapshot is made.
void markPlatformPrototypes(Lock& js, v8::Local<v8::Array> prototypes);

// The prototype of plain objects in the current context, from its first use on.
using PlainPrototype = v8::Local<v8::Value>;

// Whether `object` is an instance of a marked interface or of a class that extends one. `plain` is
// kept from call to call.
bool isPlatformObject(Lock& js, v8::Local<v8::Object> object, PlainPrototype& plain);

}  // namespace lathe::js
