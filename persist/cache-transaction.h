#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "persist/actor-cache.h"

namespace lathe::persist {

// What a transaction has changed, over the cache or over the transaction around it (Durable Objects
// §5.12). Nothing of it is seen outside before the commit; there are no conflicts to detect,
// because whoever opens a transaction keeps others out.
class CacheTransaction final : public ActorCache::Transaction {
 public:
  // `below` outlives the transaction.
  explicit CacheTransaction(ActorStorage& below) : below_(below) {}
  CacheTransaction(const CacheTransaction&) = delete;
  CacheTransaction& operator=(const CacheTransaction&) = delete;

  NowOrLater<Value> get(std::string key, ReadOptions options) override;
  NowOrLater<std::vector<Pair>> get(std::vector<std::string> keys, ReadOptions options) override;
  NowOrLater<std::vector<Pair>> list(Range range, ReadOptions options) override;
  NowOrLater<std::optional<AlarmTime>> getAlarm(ReadOptions options) override;
  // Never back-pressure.
  std::optional<io::Pending<void>> put(std::span<Pair> pairs, WriteOptions options) override;
  std::optional<io::Pending<void>> setAlarm(std::optional<AlarmTime> time,
                                            WriteOptions options) override;
  // Reads what is below when it has to, for the count.
  NowOrLater<std::uint64_t> erase(std::vector<std::string> keys, WriteOptions options) override;

  std::unique_ptr<Transaction> begin() override;
  std::optional<io::Pending<void>> commit() override;

 private:
  struct Changed {
    Value value;  // null: deleted
    WriteOptions options;
    // In the order in which keys were first changed.
    std::uint64_t order;
    // Of the last write of this key, among all writes of the transaction.
    std::uint64_t write;
  };
  using Changes = std::map<std::string, Changed, std::less<>>;
  struct AlarmChange {
    std::optional<AlarmTime> time;
    WriteOptions options;
  };

  void change(std::string key, Value value, WriteOptions options);
  // Deletions of what did not exist, as `existing` shows, are forgotten.
  static void dropVain(Changes& changes, const std::vector<std::string>& deleted,
                       const std::vector<Pair>& existing, std::uint64_t upToWrite);

  ActorStorage& below_;
  // Shared with reads under way, which outlive the transaction at times.
  std::shared_ptr<Changes> changes_ = std::make_shared<Changes>();
  std::optional<AlarmChange> alarm_;
  std::uint64_t writes_ = 0;
};

}  // namespace lathe::persist
