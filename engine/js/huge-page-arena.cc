#include "engine/js/huge-page-arena.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include <sys/mman.h>

#include "engine/js/aligned-pages.h"

namespace lathe::js {

HugePageArena::HugePageArena(std::size_t bytes) {
  char* begin = mapAligned(nullptr, bytes, kHugeBytes, PROT_READ | PROT_WRITE, Commit::later);
  if (!begin) return;
  if (::madvise(begin, bytes, MADV_HUGEPAGE) != 0) {
    ::munmap(begin, bytes);
    return;
  }
  begin_ = untouched_ = begin;
  end_ = begin + bytes;
  free_.emplace(begin, bytes);
  blocks_.resize(bytes / kHugeBytes);
}

HugePageArena::~HugePageArena() {
  if (begin_) ::munmap(begin_, static_cast<std::size_t>(end_ - begin_));
}

bool HugePageArena::has(const void* address) const { return address >= begin_ && address < end_; }

std::size_t HugePageArena::residentBytes() {
  std::lock_guard guard(mutex_);
  return kHugeBytes * static_cast<std::size_t>(std::ranges::count_if(blocks_, &Block::isResident));
}

template <typename Each>
void HugePageArena::inBlocks(char* begin, char* end, Each each) {
  while (begin != end) {
    const std::size_t index = static_cast<std::size_t>(begin - begin_) / kHugeBytes;
    char* stop = std::min(end, begin_ + (index + 1) * kHugeBytes);
    each(blocks_[index], begin, stop);
    begin = stop;
  }
}

char* HugePageArena::fit(std::size_t bytes, std::size_t alignment) {
  for (const auto& range : free_) {
    char* begin = range.first;
    char* end = begin + range.second;
    char* pages = alignedUp(begin, alignment);
    if (pages > end || static_cast<std::size_t>(end - pages) < bytes) continue;
    free_.erase(begin);
    if (pages != begin) free_.emplace(begin, static_cast<std::size_t>(pages - begin));
    if (pages + bytes != end) {
      free_.emplace(pages + bytes, static_cast<std::size_t>(end - pages) - bytes);
    }
    return pages;
  }
  return nullptr;
}

char* HugePageArena::take(std::size_t bytes, std::size_t alignment) {
  std::lock_guard guard(mutex_);
  char* pages = fit(bytes, alignment);
  if (!pages) return nullptr;
  inBlocks(pages, pages + bytes, [&](Block& block, char* begin, char* end) {
    if (block.isResident) {
      if (block.usedBytes == 0) --idleBlocks_;
      char* touched = std::clamp(untouched_, begin, end);
      std::memset(begin, 0, static_cast<std::size_t>(touched - begin));
    }
    block.isResident = true;
    block.usedBytes += static_cast<std::uint32_t>(end - begin);
  });
  untouched_ = std::max(untouched_, pages + bytes);
  return pages;
}

void HugePageArena::give(char* pages, std::size_t bytes) {
  std::lock_guard guard(mutex_);
  inBlocks(pages, pages + bytes, [&](Block& block, char* begin, char* end) {
    block.usedBytes -= static_cast<std::uint32_t>(end - begin);
    if (block.usedBytes != 0) return;
    if (idleBlocks_ < kKeptBytes / kHugeBytes) {
      ++idleBlocks_;
      return;
    }
    char* whole = begin_ + static_cast<std::size_t>(&block - blocks_.data()) * kHugeBytes;
    block.isResident = ::madvise(whole, kHugeBytes, MADV_DONTNEED) != 0;
    if (block.isResident) ++idleBlocks_;
  });

  const auto next = free_.upper_bound(pages);
  std::size_t size = bytes;
  if (next != free_.end() && next->first == pages + bytes) {
    size += next->second;
    free_.erase(next);
  }
  const auto after = free_.lower_bound(pages);
  if (after != free_.begin()) {
    const auto before = std::prev(after);
    if (before->first + before->second == pages) {
      before->second += size;
      return;
    }
  }
  free_.emplace(pages, size);
}

}  // namespace lathe::js
