#include "persist/cache-list-scan.h"

#include <algorithm>
#include <utility>

namespace lathe::persist {

ListScan::ListScan(CacheMap& map, const Range& range, bool noCache)
    : range_(range), limit_(range.limit) {
  range.reverse ? scanBackward(map, noCache) : scanForward(map, noCache);
  result_.reserve(taken_.size());
  for (const CacheEntry* entry : std::exchange(taken_, {})) {
    result_.push_back({entry->key, entry->value});
  }
  if (limit_) range_.limit = *limit_ - result_.size() + unstoredDeletes_;
}

void ListScan::scanForward(CacheMap& map, bool noCache) {
  CacheEntry* entry = map.atOrBefore(range_.start);
  bool known = entry && (entry->key == range_.start || entry->gapKnownEmpty);
  if (!entry) {
    entry = map.first();
  } else if (entry->key != range_.start) {
    entry = map.after(*entry);
  }
  auto within = [&] { return entry && (!range_.end || entry->key < *range_.end); };
  // Everything before `entry` is known while `known`.
  while (known) {
    if (!within()) {
      if (entry && !entry->known() && !noCache) map.use(*entry);  // where a known range ends
      complete_ = true;
      return;
    }
    if (!entry->known()) {
      range_.start = entry->key;
      break;
    }
    if (take(map, *entry, noCache)) return;
    known = entry->gapKnownEmpty;
    if (!known) range_.start = entry->key + '\0';
    entry = map.after(*entry);
  }
  if (range_.end && range_.start >= *range_.end) {
    complete_ = true;
    return;
  }
  while (within() && !keep(map, *entry, noCache)) entry = map.after(*entry);
}

void ListScan::scanBackward(CacheMap& map, bool noCache) {
  CacheEntry* entry = range_.end ? map.before(*range_.end) : map.last();
  CacheEntry* behind = entry ? map.after(*entry) : map.first();
  if (behind && !behind->known() && !noCache) map.use(*behind);
  // Everything from `range_.end` on is known.
  while (entry && entry->gapKnownEmpty) {
    if (entry->key < range_.start) {
      complete_ = true;
      return;
    }
    if (take(map, *entry, noCache)) return;
    if (entry->key == range_.start) {
      complete_ = true;
      return;
    }
    range_.end = entry->key;
    entry = map.before(*entry);
  }
  while (entry && entry->key >= range_.start && !keep(map, *entry, noCache)) {
    entry = map.before(*entry);
  }
}

bool ListScan::take(CacheMap& map, CacheEntry& entry, bool noCache) {
  if (!noCache) map.use(entry);
  if (!entry.present()) return false;
  taken_.push_back(&entry);
  complete_ = limit_ && taken_.size() == *limit_;
  return complete_;
}

bool ListScan::keep(CacheMap& map, CacheEntry& entry, bool noCache) {
  if (!entry.known()) return false;
  if (!noCache) map.use(entry);
  cached_.push_back({entry.key, entry.value});
  if (entry.present()) {
    ++cachedPresent_;
  } else if (entry.place == CacheEntry::Place::dirty) {
    ++unstoredDeletes_;
  }
  return limit_ && taken_.size() + cachedPresent_ == *limit_;
}

std::vector<Pair> ListScan::merge(const std::vector<Pair>& answer) {
  auto cached = cached_.begin();
  auto full = [&] { return limit_ && result_.size() == *limit_; };
  auto takeCached = [&] {
    if (cached->value) result_.push_back(std::move(*cached));
    ++cached;
  };
  result_.reserve(result_.size() + answer.size() + cachedPresent_);
  for (const Pair& pair : answer) {
    while (!full() && cached != cached_.end() && precedes(cached->key, pair.key)) takeCached();
    if (full()) break;
    if (cached != cached_.end() && cached->key == pair.key) {
      takeCached();
    } else {
      result_.push_back(pair);
    }
  }
  while (!full() && cached != cached_.end()) takeCached();
  return std::move(result_);
}

void ListScan::teach(CacheMap& map, std::vector<Pair> answer) const {
  Range learnt = range_;
  const bool whole = !learnt.limit || answer.size() < *learnt.limit;
  if (range_.reverse) std::reverse(answer.begin(), answer.end());
  if (!whole) {
    // Up to the last that was given, which is then known by itself.
    (range_.reverse ? learnt.start : learnt.end.emplace()) =
        range_.reverse ? answer.front().key : answer.back().key;
  }
  map.learnRange(learnt.start, learnt.end, answer);
}

}  // namespace lathe::persist
