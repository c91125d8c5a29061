#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "engine/js/lock.h"
#include "engine/js/memory-budget.h"

namespace lathe::js {

// The account of what C++ holds for an isolate's scripts outside V8's heap and its array buffers:
// bodies, blobs, and the objects behind wrappers. V8 hears of it, because it would otherwise see
// small wrappers only and collect far too late, and a script cannot hold more of it than the
// isolate's memory limit. On the loop thread.
class ExternalMemory {
 public:
  // `budget` is the isolate's, of its array buffers too.
  ExternalMemory(v8::Isolate* isolate, std::shared_ptr<MemoryBudget> budget)
      : isolate_(isolate), budget_(std::move(budget)) {}

  // False when that would go over the limit.
  bool charge(std::size_t bytes);
  void release(std::size_t bytes);
  // So much more, or less, is held by what cannot be refused: when it goes over the limit, and a
  // collection does not help, the isolate is condemned.
  void add(std::ptrdiff_t bytes) {
    pending_ += bytes;
    if (pending_ >= kStep || pending_ <= -kStep) tell();
  }
  // The isolate goes; bytes may be released later still.
  void close() { isolate_ = nullptr; }

  // With the array buffers.
  std::size_t bytesUsed() const { return budget_->bytesUsed.load(std::memory_order_relaxed); }

 private:
  // What is added in small pieces is told to V8 in larger ones.
  static constexpr std::ptrdiff_t kStep = 64 << 10;
  void tell();

  v8::Isolate* isolate_;
  std::shared_ptr<MemoryBudget> budget_;
  std::ptrdiff_t pending_ = 0;
};

// What an object without a wrapper takes of an isolate's account, as long as it lives. The account
// outlives it.
class Footprint {
 public:
  Footprint(ExternalMemory& account, std::size_t bytes) : account_(account), bytes_(bytes) {
    account_.add(static_cast<std::ptrdiff_t>(bytes_));
  }
  ~Footprint() { account_.add(-static_cast<std::ptrdiff_t>(bytes_)); }
  Footprint(const Footprint&) = delete;
  Footprint& operator=(const Footprint&) = delete;

 private:
  ExternalMemory& account_;
  std::size_t bytes_;
};

// Less than this is within what is counted for the object that has it.
inline constexpr std::size_t kCountedBytesMin = 256;

// `text` in a place of its own, on the isolate's account until the last holder lets go. Throws
// RangeError when the limit refuses it even after a collection.
std::shared_ptr<const std::string> counted(Lock& js, std::string text);

}  // namespace lathe::js
