#include "engine/js/array-buffer-allocator.h"

#include <cstdlib>

namespace lathe::js {
namespace {

class Allocator final : public v8::ArrayBuffer::Allocator {
 public:
  explicit Allocator(BufferBudget& budget) : budget_(budget) {}

  void* Allocate(std::size_t length) override {
    return charge(length) ? settle(std::calloc(length, 1), length) : nullptr;
  }
  void* AllocateUninitialized(std::size_t length) override {
    return charge(length) ? settle(std::malloc(length), length) : nullptr;
  }
  void Free(void* data, std::size_t length) override {
    std::free(data);
    budget_.bytesUsed.fetch_sub(length, std::memory_order_relaxed);
  }

 private:
  bool charge(std::size_t length) {
    std::size_t before = budget_.bytesUsed.fetch_add(length, std::memory_order_relaxed);
    if (length <= budget_.bytesMax && before <= budget_.bytesMax - length) return true;
    budget_.bytesUsed.fetch_sub(length, std::memory_order_relaxed);
    return false;
  }

  void* settle(void* data, std::size_t length) {
    if (data == nullptr) budget_.bytesUsed.fetch_sub(length, std::memory_order_relaxed);
    return data;
  }

  BufferBudget& budget_;
};

}  // namespace

std::shared_ptr<v8::ArrayBuffer::Allocator> makeArrayBufferAllocator(BufferBudget& budget) {
  return std::make_shared<Allocator>(budget);
}

}  // namespace lathe::js
