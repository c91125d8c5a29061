#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>

#include <v8-platform.h>

#include "engine/js/huge-page-arena.h"
#include "engine/js/memory-budget.h"

namespace lathe::js {

// Where V8 gets its memory. Its heap lies in an arena of huge pages, where the system gives any;
// what is larger than a heap needs at once, or runs as code, comes from the system piece by piece.
// Called on any thread.
class PageAllocator final : public v8::PageAllocator {
 public:
  size_t AllocatePageSize() override;
  size_t CommitPageSize() override;
  void SetRandomMmapSeed(int64_t) override {}
  // Pieces far apart stay apart: the system may back neighbours with huge pages, of which most
  // would be for nothing.
  void* GetRandomMmapAddr() override;

  void* AllocatePages(void* wanted, size_t bytes, size_t alignment,
                      Permission permissions) override;
  bool FreePages(void* pages, size_t bytes) override;
  bool ReleasePages(void* pages, size_t bytes, size_t left) override;
  bool SetPermissions(void* pages, size_t bytes, Permission permissions) override;
  bool DiscardSystemPages(void* pages, size_t bytes) override;
  bool DecommitPages(void* pages, size_t bytes) override;
  bool RecommitPages(void* pages, size_t bytes, Permission permissions) override {
    return SetPermissions(pages, bytes, permissions);
  }

  // As Platform says.
  void charge(v8::Isolate* isolate, std::shared_ptr<MemoryBudget> budget);
  void stopCharging(v8::Isolate* isolate);

 private:
  // Addresses that were reserved for a memory or a buffer, of which more and more is committed.
  struct Reservation {
    std::size_t bytes;
    // Where what is committed begins, behind what guards it, and how much it is.
    std::uintptr_t begin = 0;
    std::size_t committed = 0;
    std::shared_ptr<MemoryBudget> budget;
  };
  void reserved(const void* pages, std::size_t bytes);
  // Before `bytes` of it become of use; false when the budget has no more.
  bool chargeCommitted(const void* pages, std::size_t bytes, Permission permissions);
  void released(const void* pages);

  // As much as heaps of common sizes need; what is beyond comes from the system piece by piece.
  static constexpr std::size_t kArenaBytes = std::size_t{512} << 20;

  HugePageArena arena_{kArenaBytes};
  std::mutex mutex_;
  std::unordered_map<v8::Isolate*, std::shared_ptr<MemoryBudget>> budgets_;
  // By where they begin.
  std::map<std::uintptr_t, Reservation> reservations_;
};

}  // namespace lathe::js
