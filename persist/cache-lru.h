#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

namespace lathe::persist {

struct CacheEntry;

// What the caches of all actors of an engine share: the order in which clean entries were last
// used, and the limits of what they take up together (Durable Objects §5.9). Loop thread.
class CacheLru {
 public:
  struct Limits {
    // Clean entries are evicted above it, the least recently used first.
    std::size_t softBytes = 16u << 20;
    // When what cannot be evicted, or a single read, takes more, the actor that grows is reset.
    std::size_t hardBytes = 128u << 20;
    // Back-pressure begins when so much of one actor waits to be written.
    std::size_t dirtyBytes = 8u << 20;
    // What is not used for that long is evicted at the next sweep but one.
    std::chrono::milliseconds staleAfter = std::chrono::seconds(30);
  };

  explicit CacheLru(Limits limits);
  CacheLru(const CacheLru&) = delete;
  CacheLru& operator=(const CacheLru&) = delete;
  ~CacheLru();

  const Limits& limits() const;
  // Of all entries, dirty ones too.
  std::size_t bytes() const;

 private:
  // The entries of one actor.
  friend class CacheMap;
  class Implementation;

  void grow(std::size_t bytes);
  void shrink(std::size_t bytes);
  // Puts a clean entry where the last used stand.
  void use(CacheEntry& entry);
  // Whether what is left, when nothing more can be evicted, is within the hard limit together with
  // what a read is about to give to its caller, `passing` bytes.
  bool evictToLimits(std::size_t passing);
  // Evicts what has gone stale, at most once in `staleAfter`.
  void sweep();
  static void evict(CacheEntry& entry);

  std::unique_ptr<Implementation> implementation_;
};

}  // namespace lathe::persist
