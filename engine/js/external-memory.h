#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "engine/js/lock.h"

namespace lathe::js {

// The account of what C++ holds for an isolate's scripts outside V8's heap and its array buffers:
// bodies, blobs. V8 hears of it, because it would otherwise see small wrappers only and collect far
// too late, and a script cannot hold more of it than the isolate's memory limit. On the loop
// thread.
class ExternalMemory {
 public:
  ExternalMemory(v8::Isolate* isolate, std::size_t bytesMax)
      : isolate_(isolate), bytesMax_(bytesMax) {}

  // False when that would go over the limit.
  bool charge(std::size_t bytes);
  void release(std::size_t bytes);
  // The isolate goes; bytes may be released later still.
  void close() { isolate_ = nullptr; }

 private:
  v8::Isolate* isolate_;
  std::size_t bytesMax_;
  std::size_t bytesUsed_ = 0;
};

// Less than this weighs no more than the wrapper it hangs on, and is not counted.
inline constexpr std::size_t kCountedBytesMin = 4096;

// `text` in a place of its own, on the isolate's account until the last holder lets go. Throws
// RangeError when the limit refuses it even after a collection.
std::shared_ptr<const std::string> counted(Lock& js, std::string text);

}  // namespace lathe::js
