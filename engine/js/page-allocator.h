#pragma once

#include <cstddef>

#include <v8-platform.h>

#include "engine/js/huge-page-arena.h"

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

 private:
  // As much as heaps of common sizes need; what is beyond comes from the system piece by piece.
  static constexpr std::size_t kArenaBytes = std::size_t{512} << 20;

  HugePageArena arena_{kArenaBytes};
};

}  // namespace lathe::js
