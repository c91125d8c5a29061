#include "persist/lmdb-records.h"

#include <algorithm>
#include <vector>

#include "persist/state-limits.h"

namespace lathe::persist {
namespace {

// The entry under `level` that leads to the keys which go on after the first 256 bytes of `tail`.
RecordKey entryTo(const RecordKey& level, std::string_view tail) {
  return RecordKey(level).bytes(tail.substr(0, kTailBytesMax)).byte(0);
}

RecordKey entryOf(const RecordKey& level, std::string_view tail) {
  return RecordKey(level).bytes(tail);
}

[[noreturn]] void failDamaged() {
  throw StoreError(StoreError::Reason::failed, "a key in the state file is damaged");
}

bool tooLong(std::string_view tail) { return tail.size() > kTailBytesMax; }

std::string joined(std::string_view first, std::string_view second) {
  std::string both;
  both.reserve(first.size() + second.size());
  return both.append(first).append(second);
}

}  // namespace

LmdbRecords::Level LmdbRecords::nodeLevel(std::string_view node, std::string above) const {
  const auto number = numberOf(node);
  // In a damaged file a node may lead to itself.
  if (!number || above.size() > kKeyBytesMax) failDamaged();
  return {nodePrefix(actor_, kind_, *number), std::move(above)};
}

// ---- One key ----

std::optional<std::string_view> LmdbRecords::get(std::string_view key) const {
  if (!tooLong(key)) return transaction_.get(entryOf(root_.prefix, key));
  RecordKey level = root_.prefix;
  for (; tooLong(key); key.remove_prefix(kTailBytesMax)) {
    const auto node = transaction_.get(entryTo(level, key));
    if (!node) return std::nullopt;
    level = nodeLevel(*node, "").prefix;
  }
  return transaction_.get(entryOf(level, key));
}

// One more than the greatest that is there, so that it is surely empty.
std::uint64_t LmdbRecords::unusedNode() const {
  const RecordKey nodes = nodesPrefix(actor_, kind_);
  LmdbCursor cursor(transaction_);
  if (!cursor.seekBefore(nodes.afterAll()) || !cursor.key().starts_with(nodes.view())) return 1;
  const auto last = numberOf(cursor.key().substr(nodes.size(), sizeof(std::uint64_t)));
  if (!last) failDamaged();
  return *last + 1;
}

void LmdbRecords::put(const std::vector<Pair>& pairs) {
  std::vector<const Pair*> inOrder(pairs.size());
  std::ranges::transform(pairs, inOrder.begin(), [](const Pair& pair) { return &pair; });
  const auto key = [](const Pair* pair) -> const std::string& { return pair->key; };
  if (!std::ranges::is_sorted(inOrder, {}, key)) std::ranges::stable_sort(inOrder, {}, key);

  std::optional<LmdbCursor> cursor;
  RecordKey entry = root_.prefix;
  for (const Pair* pair : inOrder) {
    if (tooLong(pair->key)) {
      // What it writes by itself may move what the cursor stands on.
      cursor.reset();
      putLong(pair->key, *pair->value);
      continue;
    }
    if (!cursor) cursor.emplace(transaction_);
    entry.cut(root_.prefix.size()).bytes(pair->key);
    cursor->put(entry, *pair->value);
  }
}

void LmdbRecords::putLong(std::string_view key, std::string_view value) {
  RecordKey level = root_.prefix;
  std::optional<std::uint64_t> made;
  for (; tooLong(key); key.remove_prefix(kTailBytesMax)) {
    const RecordKey entry = entryTo(level, key);
    if (const auto node = transaction_.get(entry)) {
      level = nodeLevel(*node, "").prefix;
      continue;
    }
    // Those made before it in this loop have nothing under them yet, so they can not be asked for.
    made = made ? *made + 1 : unusedNode();
    transaction_.put(entry, numberValue(*made));
    level = nodePrefix(actor_, kind_, *made);
  }
  transaction_.put(entryOf(level, key), value);
}

bool LmdbRecords::erase(std::string_view key) {
  if (!tooLong(key)) return transaction_.erase(entryOf(root_.prefix, key));
  std::vector<RecordKey> levels{root_.prefix};
  std::vector<RecordKey> entries;
  for (; tooLong(key); key.remove_prefix(kTailBytesMax)) {
    entries.push_back(entryTo(levels.back(), key));
    const auto node = transaction_.get(entries.back());
    if (!node) return false;
    levels.push_back(nodeLevel(*node, "").prefix);
  }
  if (!transaction_.erase(entryOf(levels.back(), key))) return false;
  // A node under which nothing is left goes with its entry.
  for (; !entries.empty(); entries.pop_back(), levels.pop_back()) {
    LmdbCursor cursor(transaction_);
    if (cursor.seek(levels.back()) && cursor.key().starts_with(levels.back().view())) break;
    transaction_.erase(entries.back());
  }
  return true;
}

std::uint64_t LmdbRecords::clear() {
  std::uint64_t count = 0;
  for (const RecordKey& prefix : {root_.prefix, nodesPrefix(actor_, kind_)}) {
    const bool inNodes = prefix.view() != root_.prefix.view();
    const std::size_t tailAt = prefix.size() + (inNodes ? sizeof(std::uint64_t) : 0);
    LmdbCursor cursor(transaction_);
    bool there = cursor.seek(prefix);
    for (; there && cursor.key().starts_with(prefix.view()); there = cursor.next()) {
      if (cursor.key().size() <= tailAt + kTailBytesMax) ++count;
      cursor.erase();
    }
  }
  return count;
}

// ---- Many keys ----

void LmdbRecords::visit(const Range& range, const Visit& visit) const {
  if (range.reverse) {
    descend(root_, range.start, range.end, visit);
  } else {
    ascend(root_, range.start, range.end, visit);
  }
}

// `start` is what is left of it below the level, `end` is whole. Whether to go on.
bool LmdbRecords::ascend(const Level& level, std::string_view start,
                         const std::optional<std::string>& end, const Visit& visit) const {
  const std::string_view prefix = level.prefix;
  LmdbCursor cursor(transaction_);
  bool there =
      cursor.seek(tooLong(start) ? entryTo(level.prefix, start) : entryOf(level.prefix, start));
  for (; there && cursor.key().starts_with(prefix); there = cursor.next()) {
    const auto tail = cursor.key().substr(prefix.size());
    if (tooLong(tail)) {
      const auto part = tail.substr(0, kTailBytesMax);
      const Level below = nodeLevel(cursor.value(), joined(level.above, part));
      const bool within = tooLong(start) && start.starts_with(part);
      if (end && *end <= below.above) return false;
      if (!ascend(below, within ? start.substr(kTailBytesMax) : "", end, visit)) return false;
    } else {
      const std::string whole = level.above.empty() ? "" : joined(level.above, tail);
      const std::string_view key = level.above.empty() ? tail : whole;
      if (end && key >= *end) return false;
      if (!visit(key, cursor.value())) return false;
    }
  }
  return true;
}

// `end` is what is left of it below the level, `start` is whole. Whether to go on.
bool LmdbRecords::descend(const Level& level, std::string_view start,
                          std::optional<std::string_view> end, const Visit& visit) const {
  const std::string_view prefix = level.prefix;
  LmdbCursor cursor(transaction_);
  bool there = cursor.seekBefore(!end            ? level.prefix.afterAll()
                                 : tooLong(*end) ? entryTo(level.prefix, *end).afterAll()
                                                 : entryOf(level.prefix, *end));
  for (; there && cursor.key().starts_with(prefix); there = cursor.previous()) {
    const auto tail = cursor.key().substr(prefix.size());
    if (tooLong(tail)) {
      const auto part = tail.substr(0, kTailBytesMax);
      const Level below = nodeLevel(cursor.value(), joined(level.above, part));
      const bool within = end && tooLong(*end) && end->starts_with(part);
      if (!descend(below, start, within ? std::optional(end->substr(kTailBytesMax)) : std::nullopt,
                   visit)) {
        return false;
      }
    } else {
      const std::string whole = level.above.empty() ? "" : joined(level.above, tail);
      const std::string_view key = level.above.empty() ? tail : whole;
      if (key < start) return false;
      if (!visit(key, cursor.value())) return false;
    }
  }
  return true;
}

}  // namespace lathe::persist
