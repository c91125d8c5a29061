#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "persist/cache-map.h"

namespace lathe::persist {

// What a cache can say of a list, and what is left to be asked of the store (Durable Objects §5.3).
// Only what is known from the side where the list begins spares the store something: the rest is
// one read.
class ListScan {
 public:
  // A use of the entries that it meets, unless `noCache`. `range` holds something, and has room for
  // it.
  ListScan(CacheMap& map, const Range& range, bool noCache);

  // Whether the cache knew everything: then `takeResult` gives it.
  bool complete() const { return complete_; }
  std::vector<Pair> takeResult() { return std::move(result_); }

  // Otherwise: what the store is to be asked. It gives as many pairs more than the list may have as
  // the cache knows to be gone.
  const Range& rest() const { return range_; }

  // The whole list, as of when it was scanned. `answer` is what the store said to `rest`.
  std::vector<Pair> merge(const std::vector<Pair>& answer);

  // Tells the map what has been learnt from the answer.
  void teach(CacheMap& map, std::vector<Pair> answer) const;

 private:
  void scanForward(CacheMap& map, bool noCache);
  void scanBackward(CacheMap& map, bool noCache);
  // Takes an entry from the part that needs no store. True when the list is full.
  bool take(CacheMap& map, CacheEntry& entry, bool noCache);
  // Remembers an entry from the part that the store is asked about. True when no more are needed.
  bool keep(CacheMap& map, CacheEntry& entry, bool noCache);
  bool precedes(const std::string& key, const std::string& other) const {
    return range_.reverse ? other < key : key < other;
  }

  Range range_;  // from the end of the scan on: what is left of it
  std::optional<std::size_t> limit_;
  bool complete_ = false;
  std::vector<Pair> result_;
  // What becomes of `result_` when all of it is known: a long list is then allocated once.
  std::vector<const CacheEntry*> taken_;
  // What the cache knows within `range_`, in the order of the list; null: absent.
  std::vector<Pair> cached_;
  std::size_t cachedPresent_ = 0;
  std::size_t unstoredDeletes_ = 0;
};

}  // namespace lathe::persist
