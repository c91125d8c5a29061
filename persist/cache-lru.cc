#include "persist/cache-lru.h"

#include <algorithm>

#include "persist/cache-entry.h"
#include "persist/cache-map.h"

namespace lathe::persist {

class CacheLru::Implementation {
 public:
  Limits limits;
  std::size_t bytes = 0;
  CacheEntryList clean;  // the longest unused first
  // How many sweeps there were: an entry last used before the latest one is stale.
  std::uint32_t sweeps = 0;
  std::chrono::steady_clock::time_point nextSweep{};
};

CacheLru::CacheLru(Limits limits) : implementation_(std::make_unique<Implementation>()) {
  implementation_->limits = limits;
}

CacheLru::~CacheLru() = default;

const CacheLru::Limits& CacheLru::limits() const { return implementation_->limits; }

std::size_t CacheLru::bytes() const { return implementation_->bytes; }

void CacheLru::grow(std::size_t bytes) { implementation_->bytes += bytes; }

void CacheLru::shrink(std::size_t bytes) { implementation_->bytes -= bytes; }

void CacheLru::use(CacheEntry& entry) {
  entry.usedBefore = implementation_->sweeps;
  CacheEntryList& clean = implementation_->clean;
  if (entry.inList.is_linked()) {
    if (&clean.back() == &entry) return;
    entry.inList.unlink();
  }
  clean.push_back(entry);
}

bool CacheLru::evictToLimits(std::size_t passing) {
  Implementation& all = *implementation_;
  auto evictDownTo = [&](std::size_t limit, std::size_t more) {
    while (all.bytes + more > limit && !all.clean.empty()) evict(all.clean.front());
    return all.bytes + more <= limit;
  };
  const bool soft = evictDownTo(all.limits.softBytes, 0);
  if (soft && passing == 0) return true;
  return evictDownTo(std::max(all.limits.softBytes, all.limits.hardBytes), passing);
}

void CacheLru::sweep() {
  Implementation& all = *implementation_;
  const auto now = std::chrono::steady_clock::now();
  if (now < all.nextSweep) return;
  all.nextSweep = now + all.limits.staleAfter;
  // The list is in the order of use, so the stale ones are in front.
  while (!all.clean.empty() && all.clean.front().usedBefore != all.sweeps) {
    evict(all.clean.front());
  }
  ++all.sweeps;
}

void CacheLru::evict(CacheEntry& entry) { entry.map->evict(entry); }

}  // namespace lathe::persist
