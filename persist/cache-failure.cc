#include "persist/cache-failure.h"

#include <random>
#include <string>
#include <string_view>

#include "persist/actor-store.h"

namespace lathe::persist {
namespace {

// Long enough to be found in a log.
std::string newReference() {
  constexpr std::string_view kLetters = "0123456789abcdefghijklmnopqrstuv";
  constexpr std::size_t kLength = 24;
  std::random_device random;
  std::uniform_int_distribution<std::size_t> letter(0, kLetters.size() - 1);
  std::string reference(kLength, ' ');
  for (char& place : reference) place = kLetters[letter(random)];
  return reference;
}

}  // namespace

CacheOverflow::CacheOverflow()
    : std::runtime_error(
          "Durable Object's isolate exceeded its memory limit due to overflowing the storage "
          "cache. "
          "This could be due to writing too many values to storage without stopping to wait for "
          "writes to complete, or due to reading too many values in a single operation (e.g. a "
          "large list()). All objects in the isolate were reset.") {}

bool isDisconnected(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const StoreError& storeError) {
    return storeError.reason() == StoreError::Reason::disconnected;
  } catch (...) {
    return false;
  }
}

std::exception_ptr visibleFailure(FailedWrite write, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const StoreError& storeError) {
    if (storeError.reason() != StoreError::Reason::failed) return error;
  } catch (...) {
    // As unfit to be shown as what a store says of itself.
  }
  const std::string_view what = write == FailedWrite::flush ? "write" : "deleteAll()";
  return std::make_exception_ptr(
      InternalStorageError("Internal error in Durable Object storage " + std::string(what) +
                               " caused object to be reset; reference = " + newReference(),
                           error));
}

}  // namespace lathe::persist
