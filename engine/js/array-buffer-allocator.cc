#include "engine/js/array-buffer-allocator.h"

#include <cstdlib>
#include <utility>

namespace lathe::js {
namespace {

class Allocator final : public v8::ArrayBuffer::Allocator {
 public:
  explicit Allocator(std::shared_ptr<MemoryBudget> budget) : budget_(std::move(budget)) {}

  void* Allocate(std::size_t length) override {
    return charge(length) ? settle(std::calloc(length, 1), length) : nullptr;
  }
  void* AllocateUninitialized(std::size_t length) override {
    return charge(length) ? settle(std::malloc(length), length) : nullptr;
  }
  void Free(void* data, std::size_t length) override {
    std::free(data);
    budget_->release(length);
  }

 private:
  bool charge(std::size_t length) {
    const bool enough = budget_->charge(length);
    budget_->refused = !enough;
    return enough;
  }

  void* settle(void* data, std::size_t length) {
    if (data == nullptr) budget_->release(length);
    return data;
  }

  std::shared_ptr<MemoryBudget> budget_;
};

}  // namespace

std::shared_ptr<v8::ArrayBuffer::Allocator> makeArrayBufferAllocator(
    std::shared_ptr<MemoryBudget> budget) {
  return std::make_shared<Allocator>(std::move(budget));
}

}  // namespace lathe::js
