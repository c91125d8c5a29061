#pragma once

#include <memory>

#include <v8-array-buffer.h>

#include "engine/js/memory-budget.h"

namespace lathe::js {

// Counts the bytes of an isolate's array buffers, which V8's heap limit does not cover, against its
// budget, and refuses those that would go over it: V8 then throws "Array buffer allocation failed"
// (RangeError).
//
// The V8 library carries no type information, so a class that derives from its types is compiled
// without any; only this factory leaves the file.
std::shared_ptr<v8::ArrayBuffer::Allocator> makeArrayBufferAllocator(
    std::shared_ptr<MemoryBudget> budget);

}  // namespace lathe::js
