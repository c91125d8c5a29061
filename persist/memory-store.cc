#include "persist/memory-store.h"

#include <algorithm>

#include "persist/state-answer.h"
#include "persist/state-limits.h"

namespace lathe::persist {

// ---- Reads ----

const MemoryStore::Records& MemoryStore::Reads::records(const ActorRef& actor,
                                                        RecordKind kind) const {
  static const Records kNone;
  auto found = store_.actors_.find(actor);
  if (found == store_.actors_.end()) return kNone;
  auto records = found->second.records.find(kind);
  return records == found->second.records.end() ? kNone : records->second;
}

Value MemoryStore::Reads::get(const ActorRef& actor, RecordKind kind, const std::string& key) {
  const auto& all = records(actor, kind);
  auto found = all.find(key);
  return found == all.end() ? nullptr : found->second;
}

std::vector<Pair> MemoryStore::Reads::list(const ActorRef& actor, RecordKind kind,
                                           const Range& range) {
  const auto& all = records(actor, kind);
  std::vector<Pair> pairs;
  if (range.end && *range.end <= range.start) return pairs;
  auto begin = all.lower_bound(range.start);
  auto end = range.end ? all.lower_bound(*range.end) : all.end();
  const std::size_t limit = range.limit.value_or(all.size());
  if (!range.reverse) {
    for (; begin != end && pairs.size() < limit; ++begin) {
      pairs.push_back({begin->first, begin->second});
    }
  } else {
    while (end != begin && pairs.size() < limit) {
      --end;
      pairs.push_back({end->first, end->second});
    }
  }
  return pairs;
}

std::optional<AlarmTime> MemoryStore::Reads::getAlarm(const ActorRef& actor) {
  auto found = store_.actors_.find(actor);
  return found == store_.actors_.end() ? std::nullopt : found->second.alarm;
}

io::Pending<Value> MemoryStore::get(const ActorRef& actor, RecordKind kind, std::string key) {
  return answerLater(executor_, [&] { return reads_.get(actor, kind, key); });
}

io::Pending<std::vector<Pair>> MemoryStore::getMultiple(const ActorRef& actor, RecordKind kind,
                                                        std::vector<std::string> keys) {
  return answerLater(executor_, [&] {
    std::vector<Pair> pairs;
    for (auto& key : keys) {
      if (auto value = reads_.get(actor, kind, key)) {
        pairs.push_back({std::move(key), std::move(value)});
      }
    }
    return pairs;
  });
}

io::Pending<std::vector<Pair>> MemoryStore::list(const ActorRef& actor, RecordKind kind,
                                                 Range range) {
  return answerLater(executor_, [&] { return reads_.list(actor, kind, range); });
}

io::Pending<std::optional<AlarmTime>> MemoryStore::getAlarm(const ActorRef& actor) {
  return answerLater(executor_, [&] { return reads_.getAlarm(actor); });
}

// ---- Writes ----

io::Pending<BatchResult> MemoryStore::commit(Batch batch) {
  return answerLater(executor_, [&] {
    checkStorable(batch);
    auto& actor = actors_[batch.actor];
    BatchResult counts;
    counts.reserve(batch.changes.size());
    for (const Change& change : batch.changes) counts.push_back(apply(actor, change));
    std::erase_if(actor.records, [](const auto& kind) { return kind.second.empty(); });
    if (actor.empty()) actors_.erase(batch.actor);
    return counts;
  });
}

std::uint64_t MemoryStore::apply(Actor& actor, const Change& change) {
  if (const auto* put = std::get_if<Put>(&change)) {
    auto& records = actor.records[put->kind];
    for (const auto& [key, value] : put->pairs) records.insert_or_assign(key, value);
    return 0;
  }
  if (const auto* gone = std::get_if<Delete>(&change)) {
    auto& records = actor.records[gone->kind];
    std::uint64_t count = 0;
    for (const auto& key : gone->keys) count += records.erase(key);
    return gone->counted ? count : 0;
  }
  if (std::holds_alternative<DeleteAll>(change)) {
    std::uint64_t count = 0;
    for (auto kind : {RecordKind::keyValue, RecordKind::sqlPage}) {
      count += actor.records[kind].size();
      actor.records.erase(kind);
    }
    return count;
  }
  if (const auto* set = std::get_if<SetAlarm>(&change)) {
    actor.alarm = set->time;
    return 0;
  }
  const auto& gone = std::get<DeleteAlarm>(change);
  if (!actor.alarm || (gone.onlyAt && *gone.onlyAt != *actor.alarm)) return 0;
  actor.alarm.reset();
  return 1;
}

io::Pending<void> MemoryStore::erase(ActorRef actor) {
  return answerLater(executor_, [&] { actors_.erase(actor); });
}

// ---- Enumeration ----

io::Pending<std::vector<ActorStore::Alarm>> MemoryStore::alarms() {
  return answerLater(executor_, [&] {
    std::vector<Alarm> all;
    for (const auto& [ref, actor] : actors_) {
      if (actor.alarm) all.push_back({ref, *actor.alarm});
    }
    std::ranges::stable_sort(all, {}, &Alarm::time);
    return all;
  });
}

io::Pending<std::vector<std::string>> MemoryStore::spaces() {
  return answerLater(executor_, [&] {
    std::vector<std::string> all;
    for (const auto& [ref, actor] : actors_) {
      if (ref.space.empty()) continue;
      if (all.empty() || all.back() != ref.space) all.push_back(ref.space);
    }
    return all;
  });
}

io::Pending<std::vector<std::string>> MemoryStore::actors(std::string space, std::string after,
                                                          std::size_t limit) {
  return answerLater(executor_, [&] {
    std::vector<std::string> ids;
    for (auto i = actors_.upper_bound({space, after});
         i != actors_.end() && i->first.space == space && ids.size() < limit; ++i) {
      ids.push_back(i->first.actor);
    }
    return ids;
  });
}

}  // namespace lathe::persist
