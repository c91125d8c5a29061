#include "persist/lmdb-spaces.h"

#include "persist/record-key.h"

namespace lathe::persist {

std::optional<std::uint32_t> LmdbSpaces::find(const LmdbTransaction& records,
                                              std::string_view space) {
  if (space.empty()) return 0;
  if (auto known = known_.find(space); known != known_.end()) return known->second;
  const auto stored = records.get(spaceKey(space));
  if (!stored) return std::nullopt;
  // Number 0 is the store's own.
  const auto number = static_cast<std::uint32_t>(numberOf(*stored).value_or(0));
  if (number == 0) {
    throw StoreError(StoreError::Reason::failed,
                     "the table of namespaces in the state file is damaged");
  }
  known_.emplace(space, number);
  return number;
}

std::uint32_t LmdbSpaces::findOrAdd(LmdbTransaction& records, std::string_view space) {
  if (auto number = find(records, space)) return *number;
  // None is ever taken out of the table, so its length is the greatest number.
  const auto number = static_cast<std::uint32_t>(all(records).size() + 1);
  records.put(spaceKey(space), numberValue(number));
  known_.emplace(space, number);
  return number;
}

std::map<std::uint32_t, std::string> LmdbSpaces::all(const LmdbTransaction& records) {
  std::map<std::uint32_t, std::string> spaces;
  LmdbCursor cursor(records);
  for (bool there = cursor.seek(spaceKey("")); there; there = cursor.next()) {
    auto space = spaceOf(cursor.key());
    if (!space) break;
    spaces.emplace(numberOf(cursor.value()).value_or(0), std::move(*space));
  }
  return spaces;
}

}  // namespace lathe::persist
