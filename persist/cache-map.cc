#include "persist/cache-map.h"

#include <utility>

namespace lathe::persist {
namespace {

using Knowledge = CacheEntry::Knowledge;
using Place = CacheEntry::Place;

// Whether no key lies between the two.
bool isNext(std::string_view key, std::string_view next) {
  return next.size() == key.size() + 1 && next.back() == '\0' && next.starts_with(key);
}

}  // namespace

// ---- Looking ----

CacheEntry* CacheMap::atOrBefore(std::string_view key) {
  // Keys are often used in their order: then this one is where the last one was, or comes next.
  if (recent_ && recent_->key <= key) {
    CacheEntry* next = after(*recent_);
    const int order = next ? key.compare(next->key) : -1;
    if (order < 0) return recent_;
    if (order == 0) return recent_ = next;
  }
  auto behind = entries_.upper_bound(key);
  return recent_ = behind == entries_.begin() ? nullptr : &*--behind;
}

CacheEntry* CacheMap::before(std::string_view key) {
  auto behind = entries_.lower_bound(key);
  return behind == entries_.begin() ? nullptr : &*--behind;
}

CacheEntry* CacheMap::before(CacheEntry& entry) {
  auto here = entries_.iterator_to(entry);
  return here == entries_.begin() ? nullptr : &*--here;
}

CacheEntry* CacheMap::after(CacheEntry& entry) {
  auto next = ++entries_.iterator_to(entry);
  return next == entries_.end() ? nullptr : &*next;
}

CacheEntry* CacheMap::first() { return entries_.empty() ? nullptr : &*entries_.begin(); }

CacheEntry* CacheMap::last() { return entries_.empty() ? nullptr : &*entries_.rbegin(); }

CacheMap::Found CacheMap::look(std::string_view key, bool noCache) {
  CacheEntry* entry = atOrBefore(key);
  if (!entry) return {false, nullptr};
  if (entry->key != key) {
    if (entry->gapKnownEmpty && !noCache) use(*entry);
    return {entry->gapKnownEmpty, nullptr};
  }
  if (!entry->known()) return {false, nullptr};
  if (!noCache) use(*entry);
  return {true, entry->value};
}

void CacheMap::use(CacheEntry& entry) {
  entry.noCache = false;
  if (entry.place == Place::clean) lru_.use(entry);
}

// ---- What the store has said ----

void CacheMap::learn(std::string_view key, const Value& value) {
  learnAfter(atOrBefore(key), key, value);
}

// `previous` is the entry at the key, or the last before it. Gives the last entry up to the key.
CacheEntry* CacheMap::learnAfter(CacheEntry* previous, std::string_view key, const Value& value) {
  const bool exact = previous && previous->key == key;
  if (exact ? previous->known() : previous && previous->gapKnownEmpty) return previous;
  CacheEntry& entry = exact ? *previous : insertAfter(previous, key);
  assign(entry, value);
  makeClean(entry, entry.knowledge);
  return &entry;
}

void CacheMap::learnRange(std::string_view from, const std::optional<std::string>& to,
                          const std::vector<Pair>& found) {
  CacheEntry* previous = nullptr;
  for (const Pair& pair : found) {
    // Mostly the next stands right behind the last.
    CacheEntry* next = previous ? after(*previous) : nullptr;
    const bool here = previous && previous->key < pair.key && (!next || pair.key < next->key);
    previous = learnAfter(here ? previous : atOrBefore(pair.key), pair.key, pair.value);
  }

  CacheEntry* start = atOrBefore(from);
  if (start && start->key == from) {
    if (!start->known()) makeClean(*start, Knowledge::absent);
  } else if (!start || !start->known() || !(start->gapKnownEmpty || isNext(start->key, from))) {
    start = &insertAfter(start, from);
    makeClean(*start, Knowledge::absent);
  }
  if (to) {
    CacheEntry* end = atOrBefore(*to);
    if (end->key != *to && !end->gapKnownEmpty) {
      makeClean(insertAfter(end, *to), Knowledge::unknown);
    }
  }
  CacheEntry* entry = start;
  while (entry && (!to || entry->key < *to)) {
    CacheEntry* next = after(*entry);
    if (entry->known()) {
      entry->gapKnownEmpty = true;
      if (entry->place == Place::clean && redundant(*entry)) destroy(*entry);
    } else {
      destroy(*entry);  // now lies within the gap before it
    }
    entry = next;
  }
  if (entry && entry->place == Place::clean && redundant(*entry)) destroy(*entry);
}

// ---- Writes ----

bool CacheMap::put(std::string_view key, Value value, bool noCache) {
  CacheEntry* entry = atOrBefore(key);
  if (!entry || entry->key != key) {
    entry = &insertAfter(entry, key);
  } else if (entry->present() && (entry->value == value || *entry->value == *value)) {
    return false;
  }
  assign(*entry, std::move(value));
  makeDirty(*entry, noCache);
  return true;
}

CacheMap::Erasure CacheMap::erase(std::string_view key, bool noCache) {
  CacheEntry* entry = atOrBefore(key);
  const bool exact = entry && entry->key == key;
  if (exact ? entry->absent() : entry && entry->gapKnownEmpty) return {Erased::wasAbsent, nullptr};
  const Erased result = exact && entry->present() ? Erased::wasPresent : Erased::wasUnknown;
  if (!exact) entry = &insertAfter(entry, key);
  assign(*entry, nullptr);
  makeDirty(*entry, noCache);
  return {result, entry};
}

// ---- Flushes ----

void CacheMap::flushed(AfterFlush then) {
  while (!aside_.empty() && aside_.front().flushing) destroy(aside_.front());
  while (!dirty_.empty() && dirty_.front().flushing) {
    CacheEntry& entry = dirty_.front();
    dirtyBytes_ -= entry.bytes();
    entry.flushing = false;
    entry.inList.unlink();
    if (then == AfterFlush::hold) {
      entry.place = Place::held;
      held_.push_back(entry);
    } else {
      stored(entry);
    }
  }
}

void CacheMap::releaseHeld() {
  while (!held_.empty()) {
    CacheEntry& entry = held_.front();
    entry.inList.unlink();
    stored(entry);
  }
}

void CacheMap::stored(CacheEntry& entry) {
  entry.place = Place::clean;
  if (redundant(entry)) {
    destroy(entry);
  } else if (entry.noCache) {
    evict(entry);
  } else {
    lru_.use(entry);
  }
}

void CacheMap::eraseAll(DirtyEntries then) {
  recent_ = nullptr;
  if (then == DirtyEntries::setAside) {
    for (CacheEntry& entry : dirty_) entries_.erase(entries_.iterator_to(entry));
    aside_.splice(aside_.end(), dirty_);
  }
  while (!entries_.empty()) destroy(*entries_.begin());
  CacheEntry& nothing = insertAfter(nullptr, "");
  nothing.knowledge = Knowledge::absent;
  nothing.place = Place::pinned;
  nothing.gapKnownEmpty = true;
}

void CacheMap::allErased() {
  CacheEntry* nothing = first();
  if (nothing && nothing->place == Place::pinned) makeClean(*nothing, Knowledge::absent);
}

// ---- Limits ----

void CacheMap::evict(CacheEntry& entry) {
  if (CacheEntry* previous = before(entry)) previous->gapKnownEmpty = false;
  destroy(entry);
}

void CacheMap::clear() {
  while (!aside_.empty()) destroy(aside_.front());
  while (!entries_.empty()) destroy(*entries_.begin());
}

// ---- Entries ----

CacheEntry& CacheMap::insertAfter(CacheEntry* previous, std::string_view key) {
  auto* entry = new CacheEntry(*this, key);
  entry->gapKnownEmpty = previous && previous->gapKnownEmpty;
  entries_.insert_before(previous ? ++entries_.iterator_to(*previous) : entries_.begin(), *entry);
  lru_.grow(entry->bytes());
  return *entry;
}

void CacheMap::assign(CacheEntry& entry, Value value) {
  lru_.shrink(entry.bytes());
  if (entry.place == Place::dirty) dirtyBytes_ -= entry.bytes();
  entry.knowledge = value ? Knowledge::present : Knowledge::absent;
  entry.value = std::move(value);
  lru_.grow(entry.bytes());
  if (entry.place == Place::dirty) dirtyBytes_ += entry.bytes();
}

void CacheMap::makeClean(CacheEntry& entry, Knowledge knowledge) {
  entry.knowledge = knowledge;
  entry.place = Place::clean;
  lru_.use(entry);
}

void CacheMap::makeDirty(CacheEntry& entry, bool noCache) {
  if (entry.inList.is_linked()) entry.inList.unlink();
  if (entry.place != Place::dirty) dirtyBytes_ += entry.bytes();
  entry.place = Place::dirty;
  entry.flushing = false;
  entry.noCache = noCache;
  dirty_.push_back(entry);
}

bool CacheMap::redundant(CacheEntry& entry) {
  if (!entry.absent() || !entry.gapKnownEmpty) return false;
  CacheEntry* previous = before(entry);
  return previous && previous->gapKnownEmpty;
}

void CacheMap::destroy(CacheEntry& entry) {
  if (recent_ == &entry) recent_ = nullptr;
  lru_.shrink(entry.bytes());
  if (entry.place == Place::dirty) dirtyBytes_ -= entry.bytes();
  if (entry.inMap.is_linked()) entries_.erase(entries_.iterator_to(entry));
  delete &entry;  // leaves its list by itself
}

}  // namespace lathe::persist
