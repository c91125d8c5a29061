#pragma once

#include <optional>
#include <string>
#include <vector>

#include "persist/actor-cache.h"
#include "persist/alarm-state.h"
#include "persist/cache-list-scan.h"
#include "persist/cache-map.h"
#include "persist/cache-pending-reads.h"

namespace lathe::persist {

// The reads of one actor: what the cache knows is answered from it, the rest is asked of the store,
// and kept (Durable Objects §5.3).
class CacheReads {
 public:
  enum class Misses { later, atOnce };

  // All outlive it.
  CacheReads(ActorStore& store, const ActorRef& actor, CacheMap& map, AlarmState& alarm,
             PendingReads& pending, Misses misses)
      : store_(store),
        actor_(actor),
        map_(map),
        alarm_(alarm),
        pending_(pending),
        atOnce_(misses == Misses::atOnce ? store.synchronousReads() : nullptr) {}
  CacheReads(const CacheReads&) = delete;
  CacheReads& operator=(const CacheReads&) = delete;

  NowOrLater<Value> get(std::string key, ReadOptions options);
  NowOrLater<std::vector<Pair>> get(std::vector<std::string> keys, ReadOptions options);
  NowOrLater<std::vector<Pair>> list(Range range, ReadOptions options);
  NowOrLater<std::optional<AlarmTime>> getAlarm(ReadOptions options);

  // Whether every result is there at once.
  bool synchronous() const { return atOnce_ != nullptr; }

 private:
  Value receive(const std::string& key, Value value, ReadOptions options);
  // `asked` is sorted, and `answer` what of it exists; `known` is sorted and has none of it.
  std::vector<Pair> receive(const std::vector<std::string>& asked, std::vector<Pair> known,
                            std::vector<Pair> answer, ReadOptions options);
  std::vector<Pair> receive(ListScan& scan, std::vector<Pair> answer, ReadOptions options);

  ActorStore& store_;
  const ActorRef& actor_;
  CacheMap& map_;
  AlarmState& alarm_;
  PendingReads& pending_;
  SynchronousReads* const atOnce_;
};

}  // namespace lathe::persist
