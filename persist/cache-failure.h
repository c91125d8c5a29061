#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace lathe::persist {

// The caches of all actors take more memory than is allowed, and nothing can be evicted.
class CacheOverflow : public std::runtime_error {
 public:
  CacheOverflow();
};

// A write has failed for a reason that is not for the script to see: the text has a reference only.
class InternalStorageError : public std::runtime_error {
 public:
  InternalStorageError(const std::string& text, std::exception_ptr cause)
      : std::runtime_error(text), cause_(std::move(cause)) {}
  // What happened, for the log.
  const std::exception_ptr& cause() const { return cause_; }

 private:
  std::exception_ptr cause_;
};

// Whether the store was not reached: the same call may succeed when made again.
bool isDisconnected(const std::exception_ptr& error);

enum class FailedWrite { flush, deleteAll };
// What the actor hears of a write that the store has refused with `error` (Durable Objects §5.7).
std::exception_ptr visibleFailure(FailedWrite write, const std::exception_ptr& error);

}  // namespace lathe::persist
