#pragma once

#include <cstddef>
#include <mutex>

#include <v8-platform.h>

namespace lathe::js {

// Where V8 gets its memory: from the system, in pieces that it asks for one by one, but for the
// first megabytes. A process that starts fills these at once, from the snapshot, and page by page
// that costs more than all the rest of the start. So they are carved from one stretch of huge
// pages, where the system gives any. Called on any thread.
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
  // Asked for by versions of V8 that have it.
  bool RecommitPages(void* pages, size_t bytes, Permission permissions) {
    return SetPermissions(pages, bytes, permissions);
  }

 private:
  static constexpr std::size_t kHugeBytes = std::size_t{2} << 20;
  static constexpr std::size_t kStretchBytes = 2 * kHugeBytes;

  // A part of the stretch; null when nothing that suits is left of it.
  char* carve(std::size_t bytes, std::size_t alignment);

  std::mutex mutex_;
  // Set once; parts that V8 gives back go back to the system.
  char* stretch_ = nullptr;
  std::size_t carved_ = 0;
  enum class Stretch { notYet, inUse, none } state_ = Stretch::notYet;
};

}  // namespace lathe::js
