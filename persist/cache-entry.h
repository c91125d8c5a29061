#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/intrusive/list.hpp>
#include <boost/intrusive/set.hpp>

#include "persist/actor-store.h"

namespace lathe::persist {

class CacheMap;

// What one actor's cache knows of one key. It stands in the map of its actor, and at the same time
// in at most one of the lists that `Place` names.
struct CacheEntry {
  enum class Knowledge : std::uint8_t {
    present,
    absent,
    // Nothing is known of the key: the entry only marks where a known range ends.
    unknown,
  };
  enum class Place : std::uint8_t {
    // As the store has it: among those that may be evicted, the longest unused first.
    clean,
    // Newer than the store, in the order of the writes.
    dirty,
    // Stored, but a read is under way that may have run before: kept until that has ended.
    held,
    // The knowledge that a deleteAll has left nothing, while the store has yet to confirm it.
    pinned,
  };

  CacheEntry(CacheMap& owner, std::string_view itsKey) : key(itsKey), map(&owner) {}
  CacheEntry(const CacheEntry&) = delete;
  CacheEntry& operator=(const CacheEntry&) = delete;

  bool known() const { return knowledge != Knowledge::unknown; }
  bool present() const { return knowledge == Knowledge::present; }
  bool absent() const { return knowledge == Knowledge::absent; }
  // What it counts for in the limits.
  std::size_t bytes() const {
    return sizeof(CacheEntry) + key.size() + (value ? value->size() : 0);
  }

  boost::intrusive::set_member_hook<> inMap;
  boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>
      inList;
  const std::string key;
  Value value;  // null unless present
  CacheMap* const map;
  // The sweep of CacheLru before which it was last used.
  std::uint32_t usedBefore = 0;
  Knowledge knowledge = Knowledge::unknown;
  Place place = Place::clean;
  // The store holds no key strictly between this entry and the next. Never set when unknown.
  bool gapKnownEmpty = false;
  // Dirty, and part of the batch that is under way.
  bool flushing = false;
  // To be forgotten as soon as it is stored.
  bool noCache = false;
  // A counted delete that is not stored yet covers the key.
  bool countedDelete = false;
};

using CacheEntryList = boost::intrusive::list<
    CacheEntry,
    boost::intrusive::member_hook<CacheEntry, decltype(CacheEntry::inList), &CacheEntry::inList>,
    boost::intrusive::constant_time_size<false>>;

}  // namespace lathe::persist
