#include "engine/js/external-memory.h"

#include <cstdint>
#include <utility>

#include "engine/js/error.h"
#include "engine/js/isolate.h"

namespace lathe::js {
namespace {

struct Counted {
  Counted(std::string given, std::shared_ptr<ExternalMemory> memory)
      : text(std::move(given)), account(std::move(memory)) {}
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { account->release(text.size()); }

  const std::string text;
  std::shared_ptr<ExternalMemory> account;
};

}  // namespace

bool ExternalMemory::charge(std::size_t bytes) {
  if (!budget_->charge(bytes)) return false;
  isolate_->AdjustAmountOfExternalAllocatedMemory(static_cast<std::int64_t>(bytes));
  return true;
}

void ExternalMemory::release(std::size_t bytes) {
  budget_->release(bytes);
  if (isolate_) isolate_->AdjustAmountOfExternalAllocatedMemory(-static_cast<std::int64_t>(bytes));
}

void ExternalMemory::tell() {
  const auto bytes = std::exchange(pending_, 0);
  if (isolate_) isolate_->AdjustAmountOfExternalAllocatedMemory(bytes);
  if (bytes < 0) {
    budget_->release(static_cast<std::size_t>(-bytes));
  } else if (!budget_->take(static_cast<std::size_t>(bytes)) && isolate_) {
    static_cast<Isolate*>(isolate_->GetData(0))->collectOrCondemn();
  }
}

std::shared_ptr<const std::string> counted(Lock& js, std::string text) {
  if (text.size() < kCountedBytesMin) return std::make_shared<const std::string>(std::move(text));
  const auto& account = js.isolate().externalMemory();
  if (!account->charge(text.size())) {
    js.isolate().collectGarbage();
    if (!account->charge(text.size())) {
      throw rangeError("Out of memory: the bodies and blobs of this worker exceed its limit");
    }
  }
  auto held = std::make_shared<const Counted>(std::move(text), account);
  return {held, &held->text};
}

}  // namespace lathe::js
