#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "persist/cache-entry.h"
#include "persist/cache-lru.h"

namespace lathe::persist {

// The entries of one actor in the order of their keys, and what is known of the gaps between them
// (Durable Objects §5.1 to §5.4). Knows nothing of the store: it is told what was read and what is
// stored.
class CacheMap {
 public:
  explicit CacheMap(CacheLru& lru) : lru_(lru) {}
  CacheMap(const CacheMap&) = delete;
  CacheMap& operator=(const CacheMap&) = delete;
  ~CacheMap() { clear(); }

  // ---- Looking. Pointers are valid until the next call that writes or learns; null: there is none
  // ----

  CacheEntry* atOrBefore(std::string_view key);
  CacheEntry* before(std::string_view key);
  CacheEntry* before(CacheEntry& entry);
  CacheEntry* after(CacheEntry& entry);
  CacheEntry* first();
  CacheEntry* last();

  struct Found {
    bool known;
    Value value;  // null: known to be absent, or not known
  };
  // What is known of a key; a use of it unless `noCache`.
  Found look(std::string_view key, bool noCache);

  // Notes that the entry was read.
  void use(CacheEntry& entry);

  // ---- What the store has said. What is known already is at least as fresh ----

  // A null value: there is none.
  void learn(std::string_view key, const Value& value);
  // All that there is from `from` up to `to` (exclusive; none: no end), in ascending order. `found`
  // may have one more at `to` itself.
  void learnRange(std::string_view from, const std::optional<std::string>& to,
                  const std::vector<Pair>& found);

  // ---- Writes ----

  // False when the key has this very value already: nothing is to be written then.
  bool put(std::string_view key, Value value, bool noCache);
  enum class Erased {
    wasAbsent,  // nothing is to be written
    wasPresent,
    wasUnknown,
  };
  struct Erasure {
    Erased result;
    CacheEntry* entry;  // null when nothing is to be written
  };
  Erasure erase(std::string_view key, bool noCache);

  // ---- Flushes ----

  // In the order of the writes; those with `flushing` in front.
  CacheEntryList& dirty() { return dirty_; }
  // What was dirty before deleteAll and is to be stored ahead of it. These are not in the map.
  CacheEntryList& aside() { return aside_; }
  // Of both.
  std::size_t dirtyBytes() const { return dirtyBytes_; }

  enum class AfterFlush { release, hold };
  // The entries with `flushing` are stored. On `hold` they can be evicted after `releaseHeld` only.
  void flushed(AfterFlush then);
  void releaseHeld();

  // Forgets everything but that there is nothing. What is dirty goes aside, or is dropped when a
  // deleteAll that the store has not confirmed is ahead of it.
  enum class DirtyEntries { setAside, drop };
  void eraseAll(DirtyEntries then);
  // The store has confirmed the deleteAll.
  void allErased();

  // ---- Limits ----

  void evict(CacheEntry& entry);
  // Evicts what it can. False when the hard limit is passed nevertheless, with the `passing` bytes
  // that a read is about to give to its caller.
  bool withinLimits(std::size_t passing = 0) { return lru_.evictToLimits(passing); }
  void sweep() { lru_.sweep(); }
  const CacheLru::Limits& limits() const { return lru_.limits(); }
  void clear();

 private:
  struct KeyOf {
    using type = std::string_view;
    std::string_view operator()(const CacheEntry& entry) const { return entry.key; }
  };
  using Entries = boost::intrusive::set<
      CacheEntry,
      boost::intrusive::member_hook<CacheEntry, decltype(CacheEntry::inMap), &CacheEntry::inMap>,
      boost::intrusive::key_of_value<KeyOf>, boost::intrusive::constant_time_size<false>>;

  CacheEntry& insertAfter(CacheEntry* previous, std::string_view key);
  // Gives the entry a value; null: absent.
  void assign(CacheEntry& entry, Value value);
  CacheEntry* learnAfter(CacheEntry* previous, std::string_view key, const Value& value);
  void makeClean(CacheEntry& entry, CacheEntry::Knowledge knowledge);
  void makeDirty(CacheEntry& entry, bool noCache);
  void stored(CacheEntry& entry);
  // Says nothing that the gap before it does not say.
  bool redundant(CacheEntry& entry);
  void destroy(CacheEntry& entry);

  CacheLru& lru_;
  Entries entries_;
  CacheEntry* recent_ = nullptr;  // what was last looked for; null when that has gone
  CacheEntryList dirty_;
  CacheEntryList aside_;
  CacheEntryList held_;
  std::size_t dirtyBytes_ = 0;
};

}  // namespace lathe::persist
