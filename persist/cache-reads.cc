#include "persist/cache-reads.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

namespace lathe::persist {
namespace {

constexpr RecordKind kKind = RecordKind::keyValue;

bool byKey(const Pair& pair, const Pair& other) { return pair.key < other.key; }

// As PendingReads does it for those that take time.
template <class Read>
auto onceMoreWhenDisconnected(const Read& read) {
  try {
    return read();
  } catch (const StoreError& error) {
    if (error.reason() != StoreError::Reason::disconnected) throw;
  }
  return read();
}

}  // namespace

NowOrLater<Value> CacheReads::get(std::string key, ReadOptions options) {
  auto found = map_.look(key, options.noCache);
  if (found.known) return std::move(found.value);
  if (atOnce_) {
    return receive(key, onceMoreWhenDisconnected([&] { return atOnce_->get(actor_, kKind, key); }),
                   options);
  }
  auto shared = std::make_shared<const std::string>(std::move(key));
  return pending_.begin<Value, Value>(
      [this, shared] { return store_.get(actor_, kKind, *shared); },
      [this, shared, options](Value value) { return receive(*shared, std::move(value), options); });
}

Value CacheReads::receive(const std::string& key, Value value, ReadOptions options) {
  if (!options.noCache) map_.learn(key, value);
  return value;
}

NowOrLater<std::vector<Pair>> CacheReads::get(std::vector<std::string> keys, ReadOptions options) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  std::vector<Pair> known;
  std::vector<std::string> unknown;
  for (std::string& key : keys) {
    auto found = map_.look(key, options.noCache);
    if (!found.known) {
      unknown.push_back(std::move(key));
    } else if (found.value) {
      known.push_back({std::move(key), std::move(found.value)});
    }
  }
  if (unknown.empty()) return known;
  if (atOnce_) {
    std::vector<Pair> answer;
    for (const std::string& key : unknown) {
      auto value = onceMoreWhenDisconnected([&] { return atOnce_->get(actor_, kKind, key); });
      if (value) answer.push_back({key, std::move(value)});
    }
    return receive(unknown, std::move(known), std::move(answer), options);
  }
  struct Request {
    std::vector<std::string> asked;
    std::vector<Pair> known;
  };
  auto request = std::make_shared<Request>(Request{std::move(unknown), std::move(known)});
  return pending_.begin<std::vector<Pair>, std::vector<Pair>>(
      [this, request] { return store_.getMultiple(actor_, kKind, request->asked); },
      [this, request, options](std::vector<Pair> answer) {
        return receive(request->asked, std::move(request->known), std::move(answer), options);
      });
}

std::vector<Pair> CacheReads::receive(const std::vector<std::string>& asked,
                                      std::vector<Pair> known, std::vector<Pair> answer,
                                      ReadOptions options) {
  if (!options.noCache) {
    auto given = answer.begin();
    for (const std::string& key : asked) {
      const bool exists = given != answer.end() && given->key == key;
      map_.learn(key, exists ? given->value : nullptr);
      if (exists) ++given;
    }
  }
  std::vector<Pair> result;
  result.reserve(known.size() + answer.size());
  std::merge(std::make_move_iterator(known.begin()), std::make_move_iterator(known.end()),
             std::make_move_iterator(answer.begin()), std::make_move_iterator(answer.end()),
             std::back_inserter(result), byKey);
  return result;
}

NowOrLater<std::vector<Pair>> CacheReads::list(Range range, ReadOptions options) {
  const bool empty = range.end && *range.end <= range.start;
  if (empty || range.limit == 0u) return std::vector<Pair>();
  ListScan scan(map_, range, options.noCache);
  if (scan.complete()) return scan.takeResult();
  if (atOnce_) {
    auto answer =
        onceMoreWhenDisconnected([&] { return atOnce_->list(actor_, kKind, scan.rest()); });
    return receive(scan, std::move(answer), options);
  }
  auto shared = std::make_shared<ListScan>(std::move(scan));
  return pending_.begin<std::vector<Pair>, std::vector<Pair>>(
      [this, shared] { return store_.list(actor_, kKind, shared->rest()); },
      [this, shared, options](std::vector<Pair> answer) {
        return receive(*shared, std::move(answer), options);
      });
}

std::vector<Pair> CacheReads::receive(ListScan& scan, std::vector<Pair> answer,
                                      ReadOptions options) {
  auto result = scan.merge(answer);
  if (!options.noCache) scan.teach(map_, std::move(answer));
  return result;
}

NowOrLater<std::optional<AlarmTime>> CacheReads::getAlarm(ReadOptions options) {
  using Time = std::optional<AlarmTime>;
  if (alarm_.known()) return alarm_.time();
  auto receive = [this, options](Time time) {
    if (!options.noCache) alarm_.learn(time);
    return time;
  };
  if (atOnce_) {
    return receive(onceMoreWhenDisconnected([&] { return atOnce_->getAlarm(actor_); }));
  }
  return pending_.begin<Time, Time>([this] { return store_.getAlarm(actor_); }, receive);
}

}  // namespace lathe::persist
