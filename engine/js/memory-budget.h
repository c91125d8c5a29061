#pragma once

#include <atomic>
#include <cstddef>

namespace lathe::js {

// What is held for an isolate's scripts outside of V8's heap, all kinds together. V8's background
// threads free buffers too, hence the atomic count.
struct MemoryBudget {
  std::atomic<std::size_t> bytesUsed{0};
  std::size_t bytesMax = 0;
  // V8 was refused a buffer: it will take that for the end of its heap. On the isolate's thread.
  bool refused = false;

  // Takes `bytes` out of what is left; false when there is less.
  bool charge(std::size_t bytes) {
    std::size_t before = bytesUsed.fetch_add(bytes, std::memory_order_relaxed);
    if (bytes <= bytesMax && before <= bytesMax - bytes) return true;
    release(bytes);
    return false;
  }
  // The same, whatever is left; whether there was enough.
  bool take(std::size_t bytes) {
    return bytesUsed.fetch_add(bytes, std::memory_order_relaxed) + bytes <= bytesMax;
  }
  void release(std::size_t bytes) { bytesUsed.fetch_sub(bytes, std::memory_order_relaxed); }
};

}  // namespace lathe::js
