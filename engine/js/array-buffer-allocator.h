#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include <v8-array-buffer.h>

namespace lathe::js {

// Counts the bytes of an isolate's array buffers, which V8's heap limit does not cover, and refuses
// those that would go over `bytesMax`: V8 then throws "Array buffer allocation failed"
// (RangeError). V8's background threads free buffers too, hence the atomic count.
//
// The V8 library carries no type information, so a class that derives from its types is compiled
// without any; only this factory leaves the file.
struct BufferBudget {
  std::atomic<std::size_t> bytesUsed{0};
  std::size_t bytesMax = 0;
};

// `budget` must outlive the allocator.
std::shared_ptr<v8::ArrayBuffer::Allocator> makeArrayBufferAllocator(BufferBudget& budget);

}  // namespace lathe::js
