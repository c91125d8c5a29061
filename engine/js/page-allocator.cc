#include "engine/js/page-allocator.h"

#include <cstdint>
#include <cstring>
#include <iterator>
#include <utility>

#include <sys/mman.h>
#include <sys/random.h>

#include "engine/js/aligned-pages.h"

namespace lathe::js {
namespace {

// V8's heap is made of pieces of 256 KB, and of larger ones for large objects.
constexpr std::size_t kHeapAlignment = std::size_t{256} << 10;
constexpr std::size_t kLargestBytes = std::size_t{16} << 20;

int protectionOf(v8::PageAllocator::Permission permissions) {
  switch (permissions) {
    case v8::PageAllocator::kRead:
      return PROT_READ;
    case v8::PageAllocator::kReadWrite:
      return PROT_READ | PROT_WRITE;
    case v8::PageAllocator::kReadWriteExecute:
      return PROT_READ | PROT_WRITE | PROT_EXEC;
    case v8::PageAllocator::kReadExecute:
      return PROT_READ | PROT_EXEC;
    default:
      return PROT_NONE;
  }
}

}  // namespace

size_t PageAllocator::AllocatePageSize() { return pageBytes(); }
size_t PageAllocator::CommitPageSize() { return pageBytes(); }

void* PageAllocator::GetRandomMmapAddr() {
  std::uintptr_t address = 0;
  if (::getrandom(&address, sizeof address, GRND_NONBLOCK) != sizeof address) return nullptr;
  // Well within what a process of the smallest address space (47 bits) can have.
  constexpr std::uintptr_t kBelow = std::uintptr_t{1} << 46;
  return reinterpret_cast<void*>(address % kBelow / pageBytes() * pageBytes());
}

void* PageAllocator::AllocatePages(void* wanted, size_t bytes, size_t alignment,
                                   Permission permissions) {
  // What V8 only reserves it is about to use, unless it is a region to allocate in, and these are
  // aligned to less.
  const bool isForHeap = alignment >= kHeapAlignment && bytes <= kLargestBytes &&
                         (permissions == kNoAccess || permissions == kReadWrite);
  if (isForHeap) {
    if (char* pages = arena_.take(bytes, alignment)) return pages;
  }
  const int protection = protectionOf(permissions);
  const auto commit = protection == PROT_NONE ? Commit::later : Commit::now;
  void* pages = mapAligned(wanted, bytes, alignment, protection, commit);
  if (pages && permissions == kNoAccess && alignment < kHeapAlignment) reserved(pages, bytes);
  return pages;
}

void PageAllocator::charge(v8::Isolate* isolate, std::shared_ptr<MemoryBudget> budget) {
  std::lock_guard guard(mutex_);
  budgets_[isolate] = std::move(budget);
}

void PageAllocator::stopCharging(v8::Isolate* isolate) {
  std::lock_guard guard(mutex_);
  budgets_.erase(isolate);
}

void PageAllocator::reserved(const void* pages, std::size_t bytes) {
  auto* isolate = v8::Isolate::TryGetCurrent();
  if (!isolate) return;
  std::lock_guard guard(mutex_);
  auto found = budgets_.find(isolate);
  if (found != budgets_.end()) {
    reservations_[reinterpret_cast<std::uintptr_t>(pages)] = {bytes, 0, 0, found->second};
  }
}

bool PageAllocator::chargeCommitted(const void* pages, std::size_t bytes, Permission permissions) {
  if (permissions != kReadWrite && permissions != kNoAccess) return true;
  const auto address = reinterpret_cast<std::uintptr_t>(pages);
  std::lock_guard guard(mutex_);
  auto next = reservations_.upper_bound(address);
  if (next == reservations_.begin()) return true;
  auto& [start, reservation] = *std::prev(next);
  if (address - start >= reservation.bytes) return true;
  // They grow and shrink at the end.
  const std::size_t before = reservation.committed;
  if (before == 0) reservation.begin = address;
  const std::size_t offset = address - reservation.begin;
  if (permissions == kReadWrite) {
    if (address < reservation.begin || offset + bytes <= before) return true;
    const bool enough = reservation.budget->charge(offset + bytes - before);
    reservation.budget->refused = !enough;
    if (!enough) return false;
    reservation.committed = offset + bytes;
  } else if (address >= reservation.begin && offset < before && offset + bytes >= before) {
    reservation.budget->release(before - offset);
    reservation.committed = offset;
  }
  return true;
}

void PageAllocator::released(const void* pages) {
  std::lock_guard guard(mutex_);
  auto found = reservations_.find(reinterpret_cast<std::uintptr_t>(pages));
  if (found == reservations_.end()) return;
  found->second.budget->release(found->second.committed);
  reservations_.erase(found);
}

bool PageAllocator::FreePages(void* pages, size_t bytes) {
  if (!arena_.has(pages)) {
    released(pages);
    return ::munmap(pages, bytes) == 0;
  }
  arena_.give(static_cast<char*>(pages), bytes);
  return true;
}

bool PageAllocator::ReleasePages(void* pages, size_t bytes, size_t left) {
  return FreePages(static_cast<char*>(pages) + left, bytes - left);
}

bool PageAllocator::SetPermissions(void* pages, size_t bytes, Permission permissions) {
  // To protect a part of a huge page is to lose that. So what is in the arena stays as it is, also
  // the part of the heap that never changes and that V8 would have sealed.
  if (arena_.has(pages)) return permissions != kReadWriteExecute && permissions != kReadExecute;
  if (!chargeCommitted(pages, bytes, permissions)) return false;
  if (::mprotect(pages, bytes, protectionOf(permissions)) != 0) return false;
  // What cannot be reached need not be kept.
  if (permissions == kNoAccess) DiscardSystemPages(pages, bytes);
  return true;
}

bool PageAllocator::DiscardSystemPages(void* pages, size_t bytes) {
  return arena_.has(pages) || ::madvise(pages, bytes, MADV_DONTNEED) == 0;
}

bool PageAllocator::DecommitPages(void* pages, size_t bytes) {
  if (arena_.has(pages)) {
    std::memset(pages, 0, bytes);  // as whoever uses them again is to find them
    return true;
  }
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
  return ::mmap(pages, bytes, PROT_NONE, flags, -1, 0) == pages;
}

}  // namespace lathe::js
