#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "persist/actor-store.h"
#include "persist/lmdb-transaction.h"
#include "persist/record-key.h"

namespace lathe::persist {

// The records of one kind of one actor, within one transaction: an ordered map from keys of up to
// 2048 bytes (and more: it has no limit of its own) to values, over LMDB's keys of up to 511.
// record-key.h says how.
class LmdbRecords {
 public:
  // `transaction` outlives it. `actor` is an actorPrefix.
  LmdbRecords(LmdbTransaction& transaction, const RecordKey& actor, RecordKind kind)
      : transaction_(transaction), actor_(actor), kind_(kind), root_{kindPrefix(actor, kind), ""} {}

  std::optional<std::string_view> get(std::string_view key) const;
  // Calls `visit(key, value)` for each in the range, in its order, until that says false. The
  // range's limit does not count here.
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;
  void visit(const Range& range, const Visit& visit) const;

  // Writes them in the order of their keys, which LMDB does fastest. Of one key the last counts.
  void put(const std::vector<Pair>& pairs);
  // Whether there was one.
  bool erase(std::string_view key);
  // Deletes all of them. How many there were.
  std::uint64_t clear();

 private:
  // Where keys with the same beginning are: under a node, or, with no beginning, under the root.
  struct Level {
    RecordKey prefix;
    std::string above;  // the beginning
  };
  Level nodeLevel(std::string_view node, std::string above) const;
  std::uint64_t unusedNode() const;
  void putLong(std::string_view key, std::string_view value);
  bool ascend(const Level& level, std::string_view start, const std::optional<std::string>& end,
              const Visit& visit) const;
  bool descend(const Level& level, std::string_view start, std::optional<std::string_view> end,
               const Visit& visit) const;

  LmdbTransaction& transaction_;
  RecordKey actor_;
  RecordKind kind_;
  Level root_;
};

}  // namespace lathe::persist
