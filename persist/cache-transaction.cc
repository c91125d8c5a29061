#include "persist/cache-transaction.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "persist/cache-transformed.h"

namespace lathe::persist {

// ---- Reads: what was changed here, else what is below ----

NowOrLater<Value> CacheTransaction::get(std::string key, ReadOptions options) {
  auto changed = changes_->find(key);
  if (changed != changes_->end()) return changed->second.value;
  return below_.get(std::move(key), options);
}

NowOrLater<std::vector<Pair>> CacheTransaction::get(std::vector<std::string> keys,
                                                    ReadOptions options) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  std::vector<Pair> here;
  std::erase_if(keys, [&](const std::string& key) {
    auto changed = changes_->find(key);
    if (changed == changes_->end()) return false;
    if (changed->second.value) here.push_back({key, changed->second.value});
    return true;
  });
  if (keys.empty()) return here;
  return transformed<std::vector<Pair>>(
      below_.get(std::move(keys), options), [here = std::move(here)](std::vector<Pair> found) {
        std::vector<Pair> all;
        all.reserve(here.size() + found.size());
        std::merge(here.begin(), here.end(), std::make_move_iterator(found.begin()),
                   std::make_move_iterator(found.end()), std::back_inserter(all),
                   [](const Pair& pair, const Pair& other) { return pair.key < other.key; });
        return all;
      });
}

NowOrLater<std::vector<Pair>> CacheTransaction::list(Range range, ReadOptions options) {
  const bool empty = range.end && *range.end <= range.start;
  if (empty || range.limit == 0u) return std::vector<Pair>();
  auto from = changes_->lower_bound(range.start);
  auto to = range.end ? changes_->lower_bound(*range.end) : changes_->end();
  if (from == to) return below_.list(std::move(range), options);
  // In the order of the list; null: deleted.
  std::vector<Pair> here;
  for (auto changed = from; changed != to; ++changed) {
    here.push_back({changed->first, changed->second.value});
  }
  if (range.reverse) std::reverse(here.begin(), here.end());
  const auto limit = range.limit;
  const bool reverse = range.reverse;
  if (range.limit) {
    *range.limit += static_cast<std::size_t>(
        std::count_if(here.begin(), here.end(), [](const Pair& pair) { return !pair.value; }));
  }
  return transformed<std::vector<Pair>>(
      below_.list(std::move(range), options),
      [here = std::move(here), limit, reverse](std::vector<Pair> found) {
        std::vector<Pair> all;
        auto own = here.begin();
        auto full = [&] { return limit && all.size() == *limit; };
        auto takeOwn = [&] {
          if (own->value) all.push_back(*own);
          ++own;
        };
        for (Pair& pair : found) {
          while (!full() && own != here.end() &&
                 (reverse ? own->key > pair.key : own->key < pair.key)) {
            takeOwn();
          }
          if (full()) break;
          own != here.end() && own->key == pair.key ? takeOwn() : all.push_back(std::move(pair));
        }
        while (!full() && own != here.end()) takeOwn();
        return all;
      });
}

NowOrLater<std::optional<AlarmTime>> CacheTransaction::getAlarm(ReadOptions options) {
  if (alarm_) return alarm_->time;
  return below_.getAlarm(options);
}

// ---- Writes ----

void CacheTransaction::change(std::string key, Value value, WriteOptions options) {
  ++writes_;
  auto [place, isNew] = changes_->try_emplace(std::move(key));
  Changed& changed = place->second;
  if (isNew) changed.order = writes_;
  // A key that must be confirmed once must be.
  if (!isNew && !changed.options.allowUnconfirmed) options.allowUnconfirmed = false;
  changed.value = std::move(value);
  changed.options = options;
  changed.write = writes_;
}

std::optional<io::Pending<void>> CacheTransaction::put(std::span<Pair> pairs,
                                                       WriteOptions options) {
  for (Pair& pair : pairs) change(std::move(pair.key), std::move(pair.value), options);
  return std::nullopt;
}

std::optional<io::Pending<void>> CacheTransaction::setAlarm(std::optional<AlarmTime> time,
                                                            WriteOptions options) {
  alarm_ = AlarmChange{time, options};
  return std::nullopt;
}

NowOrLater<std::uint64_t> CacheTransaction::erase(std::vector<std::string> keys,
                                                  WriteOptions options) {
  std::uint64_t count = 0;
  std::vector<std::string> unknown;
  for (std::string& key : keys) {
    auto changed = changes_->find(key);
    if (changed == changes_->end()) {
      unknown.push_back(key);
      change(std::move(key), nullptr, options);
    } else if (changed->second.value) {
      ++count;
      change(std::move(key), nullptr, options);
    }
  }
  if (unknown.empty()) return count;
  auto asked = unknown;
  return transformed<std::uint64_t>(
      below_.get(std::move(asked), {}),
      [weak = std::weak_ptr<Changes>(changes_), unknown = std::move(unknown), count,
       write = writes_](std::vector<Pair> existing) {
        if (auto changes = weak.lock()) dropVain(*changes, unknown, existing, write);
        return count + static_cast<std::uint64_t>(existing.size());
      });
}

void CacheTransaction::dropVain(Changes& changes, const std::vector<std::string>& deleted,
                                const std::vector<Pair>& existing, std::uint64_t upToWrite) {
  for (const std::string& key : deleted) {
    const bool existed = std::binary_search(
        existing.begin(), existing.end(), Pair{key, nullptr},
        [](const Pair& pair, const Pair& other) { return pair.key < other.key; });
    if (existed) continue;
    auto changed = changes.find(key);
    if (changed == changes.end() || changed->second.write > upToWrite) continue;
    changes.erase(changed);
  }
}

// ---- The end ----

std::unique_ptr<ActorCache::Transaction> CacheTransaction::begin() {
  return std::make_unique<CacheTransaction>(static_cast<ActorStorage&>(*this));
}

std::optional<io::Pending<void>> CacheTransaction::commit() {
  using Entry = Changes::value_type;
  std::vector<Entry*> inOrder;
  inOrder.reserve(changes_->size());
  for (Entry& changed : *changes_) inOrder.push_back(&changed);
  std::sort(inOrder.begin(), inOrder.end(), [](const Entry* change, const Entry* other) {
    return change->second.order < other->second.order;
  });
  std::optional<io::Pending<void>> pressure;
  for (Entry* changed : inOrder) {
    auto& [key, to] = *changed;
    if (to.value) {
      Pair pair{key, std::move(to.value)};
      pressure = below_.put({&pair, 1}, to.options);
    } else {
      // The count was found out before.
      auto uncounted = below_.erase({key}, to.options);
    }
  }
  if (alarm_) pressure = below_.setAlarm(alarm_->time, alarm_->options);
  changes_->clear();
  alarm_.reset();
  return pressure;
}

}  // namespace lathe::persist
